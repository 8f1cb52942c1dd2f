/** The history as a table that one asks, in a real browser, with the keyboard alone. */
import { readFileSync } from 'node:fs';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Store } from '../../src/main/store/store.ts';
import { databaseFile } from '../../src/main/workbench/data-directory.ts';
import { sampleEffect, sampleSearch, sampleSettings } from '../main/store/samples.ts';
import { saveTickets } from '../support/effect-tickets.ts';
import { POLL } from '../support/patience.ts';
import {
  accessibilityFaults,
  expectOnOtherPage,
  keepPictures,
  openOn,
  scratchFolder,
  showTheme,
} from './support.ts';

const scratch = scratchFolder();
const data = `${scratch.folder}/searches`;
let page: Page;
let complaints: string[];

const SEARCHES = [
  { name: 'Slow magnitude', learningRate: 0.0012, strategy: 'layerwise-magnitude', mean: 0.0034 },
  { name: 'Fast magnitude', learningRate: 0.01, strategy: 'layerwise-magnitude', mean: -0.002 },
  { name: 'Slow SNIP', learningRate: 0.002, strategy: 'snip', mean: 0.001 },
  { name: 'Fast SNIP', learningRate: 0.1, strategy: 'snip', mean: -0.01 },
];

beforeAll(async () => {
  fill();
  ({ page, complaints } = await openOn(scratch, { width: 1440, height: 900 }));
  await page.emulateMedia({ colorScheme: 'light', reducedMotion: 'reduce' });
  await page.getByRole('link', { name: 'History' }).click();
  await row('Fast SNIP').waitFor();
});

afterAll(scratch.close);

function fill(): void {
  const store = Store.open(databaseFile(data));
  for (const { name, learningRate, strategy, mean } of SEARCHES) {
    const { training, pruning } = sampleSettings();
    const { id } = store.searches.create({
      ...sampleSearch({
        training: { ...training, optimizer: { id: 'adam', learningRate } },
        pruning: { ...pruning, strategy: { id: strategy, fraction: 0.2, outputFraction: 0.1 } },
      }),
      name,
    });
    const trainings = saveTickets(store, id, mean);
    store.searches.setStatus(id, 'finished');
    store.history.saveSummary(id, {
      trainings,
      trainingMilliseconds: 100_000 + learningRate * 1e6,
      verdict: {
        kind: mean > 0 ? 'winning' : 'not winning',
        level: 1,
        density: 0.5,
        reason: 'Made up.',
      },
      denseAccuracy: 0.96,
      bestAccuracy: 0.96 + mean,
      sparkline: Float32Array.of(0.96, 0.96 + mean),
      effect: sampleEffect(mean),
    });
  }
  store.close();
}

const row = (name: string, on = page) => on.getByRole('row', { name: new RegExp(name) });
const field = () => page.getByRole('searchbox', { name: 'Find searches' });
const heading = (name: string, on = page) => on.getByRole('columnheader', { name, exact: true });
const press = (key: string) => page.keyboard.press(key);
const option = (name: string | RegExp) => page.getByRole('option', { name });

const names = () =>
  page
    .getByRole('row')
    .getByRole('checkbox')
    .evaluateAll((boxes) =>
      boxes
        .slice(1)
        .map((box) => (box as { ariaLabel: string | null }).ariaLabel?.replace('Select ', '')),
    );
const headings = (on = page) =>
  on
    .getByRole('columnheader')
    .evaluateAll((cells) =>
      cells.slice(1).map((cell) => (cell as { ariaLabel: string | null }).ariaLabel),
    );

/** In both themes. */
async function expectAccessible(name: string): Promise<void> {
  for (const colorScheme of ['light', 'dark'] as const) {
    await showTheme(page, colorScheme);
    await keepPictures(page, `${name}-${colorScheme}`);
    expect(await accessibilityFaults(page)).toEqual([]);
  }
  await showTheme(page, 'light');
}

describe('the size of an effect', () => {
  it('stands beside the verdict, with its interval and density', async () => {
    await row('Slow magnitude').getByText('+0.34 points [+0.14, +0.54] at 50 %').waitFor();
    await page.getByRole('button', { name: 'Effect' }).click();
    await expect
      .poll(names, POLL)
      .toEqual(['Slow magnitude', 'Slow SNIP', 'Fast magnitude', 'Fast SNIP']);
  });
});

describe('the filter', () => {
  it('is written with completion from the keyboard, names, operators and values', async () => {
    await press('/');
    await page.keyboard.type('strat');
    await option(/^strategy/).waitFor();
    await expectAccessible('completion');
    await press('ArrowDown');
    await press('Enter');
    await option('strategy= equals').waitFor();
    await press('ArrowDown');
    await press('Enter');
    await option(/snip 2 searches/).waitFor();
    await page.keyboard.type('sn');
    await expect.poll(() => page.getByRole('option').count(), POLL).toBe(1);
    await press('ArrowDown');
    await press('Enter');
    await expect.poll(() => field().inputValue(), POLL).toBe('strategy=snip');
    await page.keyboard.type(' lr>0.01');
    await expect.poll(names, POLL).toEqual(['Fast SNIP']);
    await press('ArrowDown');
    await expect
      .poll(
        () =>
          row('Fast SNIP').evaluate((element) =>
            (element as unknown as { matches(selector: string): boolean }).matches(':focus'),
          ),
        POLL,
      )
      .toBe(true);
  });

  it('names a mistake, leaves it out, and mends it', async () => {
    await field().fill('lrr>0.005 -snip');
    const mistakes = page.getByRole('list', { name: 'Mistakes in the filter' });
    await mistakes.getByText('No search has a setting “lrr”').waitFor();
    await expect.poll(names, POLL).toEqual(['Slow magnitude', 'Fast magnitude']);
    await expectAccessible('mistake');
    await mistakes.getByRole('button', { name: 'Write lr>0.005' }).click();
    await expect.poll(names, POLL).toEqual(['Fast magnitude']);
    await expect.poll(() => field().inputValue(), POLL).toBe('lr>0.005 -snip');
    await mistakes.waitFor({ state: 'hidden' });
  });

  it('says why nothing matches', async () => {
    await field().fill('strategy=snip density<20%');
    const parts = page.getByRole('list', { name: 'What each part of the filter finds' });
    await parts.getByText('strategy=snip finds 2 searches alone').waitFor();
    await parts.getByText('density<20% finds no search').waitFor();
    await expectAccessible('no-matches');
    await field().fill('');
    await row('Slow magnitude').waitFor();
  });
});

describe('columns', () => {
  it('are chosen from all settings, and sorted by them', async () => {
    await page.getByRole('button', { name: 'Columns' }).focus();
    await press('Enter');
    const find = page.getByRole('searchbox', { name: 'Find a column' });
    await find.fill('learning rate');
    await page.getByRole('button', { name: /^Add learningRate/ }).waitFor();
    await expectAccessible('chooser');
    await find.press('Enter');
    const up = page.getByRole('button', { name: 'Move learningRate up' });
    await up.focus();
    for (let step = 0; step < 3; step += 1) await press('Enter');
    await press('Escape');
    await expect.poll(async () => (await headings()).at(-4), POLL).toBe('learningRate');
    await row('Fast SNIP').getByText('0.1', { exact: true }).waitFor();
    const sort = heading('learningRate').getByRole('button');
    await sort.focus();
    await press('Enter');
    await expect
      .poll(names, POLL)
      .toEqual(['Fast SNIP', 'Fast magnitude', 'Slow SNIP', 'Slow magnitude']);
  });

  it('move and are resized with the keyboard and the pointer, and stay so', async () => {
    await heading('learningRate').getByRole('button').focus();
    await press('Shift+ArrowLeft');
    await expect.poll(async () => (await headings()).at(-5), POLL).toBe('learningRate');
    const widthOf = async (name: string, on = page) =>
      (await heading(name, on).boundingBox())!.width;
    const before = await widthOf('learningRate');
    await press('Tab');
    for (let step = 0; step < 4; step += 1) await press('ArrowRight');
    await expect.poll(() => widthOf('learningRate'), POLL).toBeGreaterThan(before + 20);
    const separator = page.getByRole('separator', { name: 'Width of Status' });
    const { x, y, width, height } = (await separator.boundingBox())!;
    const status = await widthOf('Status');
    await page.mouse.move(x + width / 2, y + height / 2);
    await page.mouse.down();
    await page.mouse.move(x + width / 2 + 60, y + height / 2, { steps: 4 });
    await page.mouse.up();
    await expect.poll(() => widthOf('Status'), POLL).toBeGreaterThan(status + 50);
    const order = await headings();
    const wide = await widthOf('Status');
    const shown = async (on: Page) => {
      await row('Fast SNIP', on).waitFor();
      return [await headings(on), Math.round(await widthOf('Status', on))];
    };
    await expectOnOtherPage(page, shown, [order, Math.round(wide)]);
    await page.reload();
    await expect.poll(() => shown(page), POLL).toEqual([order, Math.round(wide)]);
    await expectAccessible('resized');
  });

  it('bring what sorts them into view', async () => {
    await page.setViewportSize({ width: 760, height: 800 });
    await press('Control+k');
    await page
      .getByRole('combobox', { name: 'Command or search' })
      .fill('sort history best ticket');
    await press('Enter');
    await expect
      .poll(async () => {
        const box = (await heading('Best ticket').boundingBox())!;
        return box.x >= 0 && box.x + box.width <= 760;
      }, POLL)
      .toBe(true);
    await expectAccessible('narrow');
    await page.setViewportSize({ width: 1440, height: 900 });
  });
});

describe('a pinned search', () => {
  it('is what the others are compared with', async () => {
    await row('Slow magnitude').focus();
    await press('m');
    await page.getByRole('menuitem', { name: 'Pin as the baseline' }).waitFor();
    await expectAccessible('row-menu');
    await press('ArrowDown');
    await press('Enter');
    await page.getByRole('region', { name: 'Baseline' }).getByText('Slow magnitude').waitFor();
    await row('Fast SNIP')
      .getByText(/^−1.34 points \[−.*, \+.*\]$/)
      .waitFor();
    await row('Fast SNIP').getByText('−1,340 iterations').waitFor();
    await row('Fast SNIP').getByText('+1 min 39 s').waitFor();
    await expectAccessible('baseline');
  });

  it('stays after a reload, and is unpinned by its key', async () => {
    const baselines = async (on: Page) => {
      await row('Fast SNIP', on).waitFor();
      return on.getByRole('region', { name: 'Baseline' }).count();
    };
    await expectOnOtherPage(page, baselines, 1);
    await page.reload();
    await row('Fast SNIP').getByText('−1.34 points').waitFor();
    await row('Slow magnitude').focus();
    await press('b');
    await page.getByRole('region', { name: 'Baseline' }).waitFor({ state: 'hidden' });
    await expect.poll(() => headings(), POLL).not.toContain('Accuracy − baseline');
    await press('b');
    await heading('Accuracy − baseline').waitFor();
  });
});

it('the table is saved as CSV as it is asked for', async () => {
  await field().fill('lr>0.001 -name~"Slow SNIP"');
  await expect.poll(async () => (await names()).length, POLL).toBe(3);
  await heading('learningRate').getByRole('button').click();
  await page.getByRole('button', { name: 'Export' }).click();
  const download = page.waitForEvent('download');
  await page.getByRole('menuitem', { name: 'CSV', exact: true }).click();
  const text = readFileSync(await (await download).path(), 'utf8');
  const [head = '', ...rows] = text.trim().split('\r\n');
  const at = head.split(',').indexOf('training.optimizer.learningRate');
  expect(head).toContain('test_accuracy_fraction_minus_baseline');
  expect(rows.map((line) => line.split(',')[at])).toEqual(['0.1', '0.01', '0.0012']);
  await field().fill('');
});

it('columns and widths are reset', async () => {
  await page.getByRole('button', { name: 'Columns' }).click();
  await page.getByRole('button', { name: 'Reset columns and widths' }).click();
  await page.getByRole('button', { name: 'Done' }).click();
  await expect.poll(() => headings(), POLL).not.toContain('learningRate');
});

it('nothing complains in the console', () => {
  expect(complaints).toEqual([]);
});
