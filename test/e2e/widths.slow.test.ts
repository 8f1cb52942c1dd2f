/** Every page on a phone, in half a window, in a window and on a large screen, in a real browser. */
import { mkdirSync } from 'node:fs';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Store } from '../../src/main/store/store.ts';
import { databaseFile } from '../../src/main/workbench/data-directory.ts';
import { runSearch } from '../support/command-line.ts';
import { POLL } from '../support/patience.ts';
import { storeSweep, THREE_SETTINGS } from '../support/sample-sweeps.ts';
import { EXCESS_WIDTHS, FEW_DIGITS, keepThemes, openOn, scratchFolder } from './support.ts';

const WIDE = { width: 3840, height: 2160 };
const SIZES = [
  { width: 400, height: 800 },
  { width: 760, height: 900 },
  { width: 1440, height: 900 },
  WIDE,
];

const SETTINGS = {
  dataset: FEW_DIGITS,
  training: { iterations: 120, evaluateEvery: 20 },
  pruning: { levels: 4 },
  branches: ['random-reinit'],
  replicates: { count: 2 },
  analyses: [{ id: 'mask-overlap' }],
};

const scratch = scratchFolder();
let page: Page;
let complaints: string[];
/** Addresses by the names of pages. */
let pages: ReadonlyMap<string, string>;

const TABS = ['overview', 'curves', 'levels', 'ticket', 'analyses', 'settings', 'environment'];
const NAMES = [
  'new-search',
  'live',
  'history',
  ...TABS,
  'compare',
  'sweep',
  'reproduce',
  'storage',
] as const;

beforeAll(async () => {
  const data = `${scratch.folder}/searches`;
  mkdirSync(data, { recursive: true });
  const one = await runSearch(data, 'LeNet, iterative', SETTINGS, '--preset', 'quick');
  const other = await runSearch(
    data,
    'LeNet, from another seed',
    { ...SETTINGS, replicates: { count: 2, seed: 5 } },
    '--preset',
    'quick',
  );
  const store = Store.open(databaseFile(data));
  const sweep = storeSweep(store, THREE_SETTINGS);
  store.close();
  pages = new Map([
    ['new-search', '#/new'],
    ['live', `#/live/${one}`],
    ['history', '#/history'],
    ...TABS.map((tab) => [tab, `#/search/${one}/${tab}`] as const),
    ['compare', `#/compare/${one},${other}`],
    ['sweep', `#/sweep/${sweep}`],
    ['reproduce', '#/reproduce'],
    ['storage', '#/storage'],
  ]);
  ({ page, complaints } = await openOn(scratch, WIDE));
});

afterAll(scratch.close);

async function open(name: string): Promise<void> {
  await page.evaluate(`location.hash = '${pages.get(name)!}'`);
  await page.locator('main h1').first().waitFor();
  await page.locator('main').locator('.card, table, [role=treegrid]').first().waitFor();
  await expect.poll(() => page.locator('main .loading').count(), POLL).toBe(0);
}

/** The share of the page's width that nothing reaches, at its right. */
const UNUSED = `(() => {
  const main = document.querySelector('main');
  const { left, width } = main.getBoundingClientRect();
  const ends = [...main.querySelectorAll('.card, aside')].map((box) => box.getBoundingClientRect().right);
  return 1 - (Math.max(...ends) - left) / width;
})()`;

/** Lines of text that are longer than one reads well, by the paragraphs they are in. */
const LONG_LINES = `(() => {
  const range = document.createRange();
  return [...document.querySelectorAll('main .card p')].filter((paragraph) => {
    range.selectNodeContents(paragraph);
    const size = parseFloat(getComputedStyle(paragraph).fontSize);
    return range.getBoundingClientRect().width > 60 * size && !paragraph.matches('.row');
  }).map((paragraph) => paragraph.textContent.trim().slice(0, 60));
})()`;

describe.each(SIZES)('at a width of $width pixels', (size) => {
  it.each(NAMES)('nothing of %s is cut off', async (name) => {
    await page.setViewportSize(size);
    await open(name);
    await expect.poll(() => page.evaluate(EXCESS_WIDTHS), POLL).toEqual([]);
    await keepThemes(page, `${size.width}-${name}`);
  });
});

describe('on a large screen', () => {
  it.each(NAMES.filter((name) => name !== 'history'))(
    '%s uses the width, with lines that can be read',
    async (name) => {
      await page.setViewportSize(WIDE);
      await open(name);
      await expect.poll(() => page.evaluate<number>(UNUSED), POLL).toBeLessThan(0.05);
      expect(await page.evaluate(LONG_LINES)).toEqual([]);
    },
  );
});

/** Cells of the history that do not show all of their text, but for the name. */
const CUT_OFF = `[...document.querySelectorAll('[role=gridcell]:not(.first, .select)')]
  .filter((cell) => cell.scrollWidth > cell.clientWidth || cell.scrollHeight > cell.parentElement.clientHeight)
  .map((cell) => cell.innerText)`;

it('the history shows every cell whole in a window 1,440 pixels wide', async () => {
  await page.setViewportSize({ width: 1440, height: 900 });
  await open('history');
  await page.getByText('27/27').waitFor();
  expect(await page.evaluate(CUT_OFF)).toEqual([]);
});

it('nothing complains in the console', () => {
  expect(complaints).toEqual([]);
});
