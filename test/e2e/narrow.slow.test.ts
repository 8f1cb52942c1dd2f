/** History, storage and trash on a narrow screen and with names that do not fit, in a real browser. */
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Store } from '../../src/main/store/store.ts';
import { databaseFile } from '../../src/main/workbench/data-directory.ts';
import { sampleEffect, sampleSearch, sampleSettings } from '../main/store/samples.ts';
import { PATIENCE_MILLISECONDS, POLL } from '../support/patience.ts';
import { accessibilityFaults, keepPictures, openOn, scratchFolder, showTheme } from './support.ts';

/** Globals of the page, as far as these tests use them. */
declare function getComputedStyle(element: unknown): { readonly opacity: string };

const NARROW = { width: 400, height: 800 };
const WIDE = { width: 1440, height: 900 };

const LONG = `A comparison of ${'rewinding to later and later iterations '.repeat(4)}with seeds`;

const scratch = scratchFolder();
const data = `${scratch.folder}/searches`;
let page: Page;
let complaints: string[];

function fill(): void {
  const store = Store.open(databaseFile(data));
  const finish = (id: string): void => {
    store.searches.setStatus(id, 'finished');
    store.history.saveSummary(id, {
      trainings: 0,
      trainingMilliseconds: 1000,
      verdict: { kind: 'winning', level: 1, density: 0.8, reason: 'Made up.' },
      denseAccuracy: 0.96,
      bestAccuracy: 0.97,
      sparkline: Float32Array.of(0.96, 0.97),
      effect: sampleEffect(0.01),
    });
  };
  for (const name of ['Short', 'In the trash', LONG]) {
    const { id } = store.searches.create({ ...sampleSearch(), name });
    finish(id);
    store.history.setTags([id], ['paper', 'a-rather-long-tag'], []);
    if (name === 'In the trash') store.history.markDeleted([id]);
  }
  const path = 'training.batchSize';
  const values = [30, 60, 120, 240, 480];
  const points = values.map((value) => ({
    ...sampleSearch({ training: { ...sampleSettings().training, batchSize: value } }),
    name: `Batches: batchSize = ${value}`,
    values: [{ path, value }],
  }));
  const { id } = store.sweeps.create(`Batches, ${LONG}`, [{ path, values }], points);
  for (const { searchId } of store.sweeps.members(id)) finish(searchId);
  store.history.markDeleted([store.sweeps.members(id)[0]!.searchId]);
  store.close();
}

beforeAll(async () => {
  fill();
  ({ page, complaints } = await openOn(scratch, WIDE));
});

afterAll(scratch.close);

/**
 * What is wider than the page, and pairs of controls that lie over each other. What lies in a box that
 * scrolls may be as wide as it needs to be.
 */
const MISPLACED = `(() => {
  const scrolls = (element) => {
    for (let box = element.parentElement; box; box = box.parentElement) {
      if (['auto', 'scroll', 'hidden'].includes(getComputedStyle(box).overflowX) && box !== document.body
        && box.tagName !== 'MAIN') return true;
    }
    return false;
  };
  const isSeen = ({ width, height }) => width > 2 && height > 2;
  const name = (element) => (element.getAttribute('aria-label') ?? element.textContent).trim().slice(0, 50);
  const all = [...document.querySelectorAll('main *')].filter((element) => !scrolls(element));
  const outside = all
    .filter((element) => isSeen(element.getBoundingClientRect())
      && element.getBoundingClientRect().right > innerWidth + 1)
    .map((element) => element.tagName + ' ' + name(element) + ' ends at '
      + element.getBoundingClientRect().right);
  const controls = all.filter((element) => element.matches('button, a, input, select')
    && isSeen(element.getBoundingClientRect()));
  const over = controls.flatMap((one, index) => controls.slice(index + 1)
    .filter((other) => {
      if (one.contains(other) || other.contains(one)) return false;
      const a = one.getBoundingClientRect();
      const b = other.getBoundingClientRect();
      return Math.min(a.right, b.right) - Math.max(a.left, b.left) > 1
        && Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 1;
    })
    .map((other) => name(one) + ' lies over ' + name(other)));
  const page = document.scrollingElement;
  const main = document.querySelector('main');
  return [
    ...(page.scrollWidth > innerWidth ? ['the page scrolls to ' + page.scrollWidth] : []),
    ...(main.scrollWidth > main.clientWidth + 1 ? ['main scrolls to ' + main.scrollWidth] : []),
    ...outside,
    ...over,
  ];
})()`;

async function open(view: 'history' | 'storage' | 'trash'): Promise<void> {
  await page.evaluate(`location.hash = '#/${view}'`);
  const title = `${view[0]!.toUpperCase()}${view.slice(1)}`;
  await page.getByRole('heading', { level: 1, name: title }).waitFor();
  await page.getByText(LONG.slice(0, 20)).first().waitFor();
}

describe.each(['light', 'dark'] as const)('at 400 pixels, in the %s theme', (theme) => {
  it.each(['history', 'storage', 'trash'] as const)(
    'nothing of %s is cut off or lies over something else',
    async (view) => {
      await page.setViewportSize(NARROW);
      await showTheme(page, theme);
      await open(view);
      await keepPictures(page, `${view}-400-${theme}`);
      await expect.poll(() => page.evaluate(MISPLACED), POLL).toEqual([]);
      expect(await accessibilityFaults(page)).toEqual([]);
    },
  );
});

it('the bar of a selection and that of a baseline fit as well', async () => {
  await open('history');
  const box = page.getByRole('checkbox', { name: `Select ${LONG}`, exact: true });
  await box.check();
  await page.getByRole('row', { name: /^Select Short/ }).focus();
  await page.keyboard.press('b');
  await page.getByRole('region', { name: 'Baseline' }).waitFor();
  await keepPictures(page, 'history-400-bars');
  await expect.poll(() => page.evaluate(MISPLACED), POLL).toEqual([]);
  await box.uncheck();
  await page.getByRole('row', { name: /^Select Short/ }).focus();
  await page.keyboard.press('b');
});

describe('a name that is cut off', () => {
  const row = () => page.getByRole('row', { name: new RegExp(`^Select ${LONG}`) });
  const isWhole = () =>
    row()
      .locator('.text')
      .evaluate((text) => {
        const { scrollWidth, clientWidth } = text as unknown as Record<string, number>;
        return scrollWidth! <= clientWidth! + 1;
      });

  it('is shown whole where the row has the focus of the keyboard', async () => {
    await page.setViewportSize({ width: 1024, height: 800 });
    await open('history');
    await expect.poll(isWhole, POLL).toBe(false);
    await page.getByRole('searchbox', { name: 'Find searches' }).focus();
    await page.keyboard.press('ArrowDown');
    await row().focus();
    await expect.poll(isWhole, POLL).toBe(true);
    await keepPictures(page, 'history-name');
    expect(await accessibilityFaults(page)).toEqual([]);
    await page.keyboard.press('ArrowDown');
    await expect.poll(isWhole, POLL).toBe(false);
  });

  it('stands above the menu of its row, which a touch opens', async () => {
    const touched = await page
      .context()
      .browser()!
      .newContext({
        viewport: NARROW,
        hasTouch: true,
        isMobile: true,
        storageState: await page.context().storageState(),
      });
    const screen = await touched.newPage();
    screen.setDefaultTimeout(PATIENCE_MILLISECONDS);
    await screen.goto(page.url());
    const more = screen.getByRole('button', { name: `Menu of ${LONG}` });
    await more.waitFor();
    await expect
      .poll(() => more.evaluate((button) => getComputedStyle(button).opacity), POLL)
      .toBe('1');
    await more.tap();
    const menu = screen.getByRole('menu');
    const heading = menu.getByText(LONG, { exact: true });
    await heading.waitFor();
    await expect
      .poll(async () => {
        const { x, width } = (await heading.boundingBox())!;
        return x >= 0 && x + width <= NARROW.width;
      }, POLL)
      .toBe(true);
    await keepPictures(screen, 'history-touch');
    await touched.close();
  });
});

it('nothing complains in the console', () => {
  expect(complaints).toEqual([]);
});
