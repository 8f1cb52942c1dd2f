/** The page of a sweep over one, two and three settings, in a real browser. */
import { mkdirSync, readFileSync } from 'node:fs';
import type { Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Store } from '../../src/main/store/store.ts';
import { databaseFile } from '../../src/main/workbench/data-directory.ts';
import { POLL } from '../support/patience.ts';
import {
  ONE_SETTING,
  storeSweep,
  THREE_SETTINGS,
  TWO_HUNDRED,
  TWO_SETTINGS,
} from '../support/sample-sweeps.ts';
import {
  accessibilityFaults,
  EXCESS_WIDTHS,
  expectOnOtherPage,
  openOn,
  scratchFolder,
  screenshot,
  showTheme,
} from './support.ts';

/** Globals of the page, as far as these tests use them. */
declare const document: {
  readonly activeElement: { getAttribute(name: string): string | null } | null;
};

const scratch = scratchFolder();
const data = `${scratch.folder}/searches`;
let page: Page;
let complaints: string[];
const ids = new Map<string, string>();

beforeAll(async () => {
  mkdirSync(data, { recursive: true });
  const store = Store.open(databaseFile(data));
  for (const sweep of [ONE_SETTING, TWO_SETTINGS, THREE_SETTINGS, TWO_HUNDRED]) {
    ids.set(sweep.name, storeSweep(store, sweep));
  }
  store.close();
  ({ page, complaints } = await openOn(scratch, { width: 1440, height: 1100 }));
});

afterAll(scratch.close);

async function open({ name }: { readonly name: string }): Promise<void> {
  await page.evaluate(`location.hash = '#/sweep/${ids.get(name)!}'`);
  await page.getByRole('heading', { name, exact: true, level: 1 }).waitFor();
}

const region = (name: string | RegExp): Locator => page.getByRole('region', { name });
const select = (name: string): Locator => page.getByRole('combobox', { name, exact: true });
const table = (): Locator => region('Searches of the sweep, one per row');
const rows = (): Locator => table().locator('tbody tr');
const legend = (chart: Locator): Promise<string[]> =>
  chart.getByRole('list').getByRole('button').allInnerTexts();

/** What the chart says at the place that the keyboard reads. */
const reading = (chart: Locator): Promise<string> =>
  chart
    .getByRole('slider')
    .getAttribute('aria-valuetext')
    .then((text) => text ?? '');

/** The texts of a column of the table, counted from 0 without boxes and links. */
async function column(index: number): Promise<string[]> {
  const cells = await rows().evaluateAll(
    (found: readonly unknown[], at) =>
      found.map((row) => (row as { cells: { innerText: string }[] }).cells[at]!.innerText),
    index + 2,
  );
  return cells;
}

describe('a sweep over one setting', () => {
  it('shows the metric against its values, with dense, ticket and control', async () => {
    await open(ONE_SETTING);
    const chart = region('Test accuracy against learningRate');
    await expect.poll(() => legend(chart), POLL).toEqual(['ticket', 'random-reinit', 'dense']);
    await chart.getByRole('slider').focus();
    await page.keyboard.press('ArrowRight');
    await expect
      .poll(() => reading(chart), POLL)
      .toMatch(/^learningRate 0.001: ticket 96\.83, 95 % interval /);
    const said = await reading(chart);
    expect(said).toContain('N 3');
    expect(said).toMatch(/from dense \+1\.26/);
    expect(said).toContain('level 3, density 51.2 %');
    expect(await region(/over .* and /).count()).toBe(0);
    expect(await region(/and all settings$/).count()).toBe(0);
  });

  it('follows the metric and the level, in charts and in the table', async () => {
    await page.getByText(/Shown: level 3, density 51.2 % of 4 searches/).waitFor();
    await select('Metric').selectOption('early-stop');
    await region('Early stop against learningRate').waitFor();
    await select('Level').selectOption('density');
    await page.getByRole('spinbutton', { name: /Density kept/ }).fill('62');
    await page.keyboard.press('Tab');
    await page.getByText(/Shown: level 2, density 64 % of 4 searches/).waitFor();
    await table()
      .getByRole('columnheader', { name: /density nearest to 62 %/ })
      .waitFor();
    await expect.poll(() => column(5), POLL).toEqual(['64 %', '64 %', '64 %', '64 %']);
    await select('Branch').selectOption('random-reinit');
    await table()
      .getByRole('columnheader', { name: /^random-reinit, / })
      .waitFor();
    await select('Branch').selectOption('ticket');
    await select('Metric').selectOption('smallest-winning');
    await region('Smallest winning density against learningRate').waitFor();
    await select('Metric').selectOption('accuracy');
    await select('Level').selectOption('last');
  });

  it('sorts by any column, and keeps it over a reload', async () => {
    const heading = table().getByRole('columnheader', { name: 'Early stop' }).last();
    await heading.getByRole('button').click();
    await expect.poll(() => heading.getAttribute('aria-sort'), POLL).toBe('ascending');
    const rising = (await column(7)).map(Number);
    expect(rising).toEqual(rising.toSorted((one, other) => one - other));
    await heading.getByRole('button').click();
    await expect.poll(() => heading.getAttribute('aria-sort'), POLL).toBe('descending');
    await expect.poll(async () => (await column(7)).map(Number), POLL).toEqual(rising.toReversed());
    await expectOnOtherPage(
      page,
      (other) =>
        other.getByRole('columnheader', { name: 'Early stop' }).last().getAttribute('aria-sort'),
      'descending',
    );
    await heading.getByRole('button').click();
  });
});

describe('a sweep over two settings', () => {
  const heat = (): Locator => region(/over learningRate and batchSize$/);

  it('shows a heat map, whose cells are read with the keyboard and by pointing', async () => {
    await open(TWO_SETTINGS);
    await heat().getByRole('slider').focus();
    await page.keyboard.press('Tab');
    await page.keyboard.press('Shift+Tab');
    await expect
      .poll(() => reading(heat()), POLL)
      .toMatch(/^learningRate 0.0001, batchSize 30: Test accuracy/);
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('ArrowUp');
    await expect
      .poll(() => reading(heat()), POLL)
      .toBe(
        'learningRate 0.001, batchSize 60: Test accuracy (%) 96.53, the best, level 2, density 64 %, winning, N = 3',
      );
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('ArrowDown');
    await expect.poll(() => reading(heat()), POLL).toBe('learningRate 0.003, batchSize 30: failed');
    const box = (await heat().getByRole('slider').boundingBox())!;
    await page.mouse.move(box.x + box.width / 2, box.y + box.height / 3);
    await expect
      .poll(
        () =>
          heat()
            .getByText(/batchSize 60|batchSize 120/)
            .count(),
        POLL,
      )
      .toBe(1);
  });

  it('has a line for each value of the other setting, or the branches at one value', async () => {
    const chart = region('Test accuracy against learningRate');
    await expect
      .poll(() => legend(chart), POLL)
      .toEqual(['batchSize = 30', 'batchSize = 60', 'batchSize = 120']);
    await select('Lines').selectOption('branches');
    await select('batchSize, held at').selectOption({ label: '60' });
    await expect.poll(() => legend(chart), POLL).toEqual(['ticket', 'dense']);
    await select('Along x').selectOption({ label: 'batchSize' });
    await region('Test accuracy against batchSize').waitFor();
    await region(/over batchSize and learningRate$/).waitFor();
    await select('Along x').selectOption({ label: 'learningRate' });
  });

  it('opens the search of a cell', async () => {
    await heat().getByRole('slider').focus();
    await page.keyboard.press('Home');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Shift+Tab');
    await page.keyboard.press('Enter');
    await expect.poll(() => page.url(), POLL).toContain('#/search/');
    await page.getByRole('heading', { name: /0.0001, 30/, level: 1 }).waitFor();
    await page.goBack();
    await page.getByRole('heading', { name: TWO_SETTINGS.name, level: 1 }).waitFor();
  });

  it('compares the first eight, and says so, or those that are ticked', async () => {
    await page.getByRole('button', { name: 'Compare first 8 of 12' }).waitFor();
    await page
      .getByRole('checkbox', { name: 'Compare learningRate = 0.001, batchSize = 60' })
      .check();
    await page
      .getByRole('checkbox', { name: 'Compare learningRate = 0.001, batchSize = 30' })
      .check();
    await page.getByText('12 searches · 2 ticked to compare').waitFor();
    await page.getByRole('button', { name: 'Compare 2 ticked' }).click();
    await expect.poll(() => page.url(), POLL).toMatch(/#\/compare\/[^,]+,[^,]+$/);
  });
});

describe('a sweep over three settings', () => {
  const parallel = (): Locator => region(/and all settings$/);
  const end = (name: string): Locator => parallel().getByRole('slider', { name });

  it('filters everything by what is brushed with the keyboard, on several axes', async () => {
    await open(THREE_SETTINGS);
    await parallel().getByText('27 of 27 searches remain').waitFor();
    await end('learningRate, lowest that remains').focus();
    await page.keyboard.press('ArrowUp');
    await parallel().getByText('18 of 27 searches remain').waitFor();
    await expect
      .poll(() => end('learningRate, lowest that remains').getAttribute('aria-valuetext'), POLL)
      .toBe('0.001');
    await end('batchSize, highest that remains').focus();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowDown');
    await parallel().getByText('6 of 27 searches remain').waitFor();
    await expect.poll(() => rows().count(), POLL).toBe(6);
    await expect.poll(async () => [...new Set(await column(1))], POLL).toEqual(['30']);
    await page
      .getByRole('img', { name: /against density, 6 searches of the sweep/ })
      .first()
      .waitFor();
    await region('Test accuracy against learningRate').getByRole('slider').focus();
    await expect
      .poll(() => reading(region('Test accuracy against learningRate')), POLL)
      .toMatch(/^learningRate 0.001: batchSize = 30 [^;]+$/);
  });

  it('takes a brush away with Escape, and all of them by a button', async () => {
    await end('batchSize, highest that remains').focus();
    await page.keyboard.press('Escape');
    await parallel().getByText('18 of 27 searches remain').waitFor();
    await parallel().getByRole('button', { name: 'Clear brushes' }).click();
    await parallel().getByText('27 of 27 searches remain').waitFor();
    await expect.poll(() => rows().count(), POLL).toBe(27);
  });

  it('is brushed by dragging along an axis, the metric included, and a click clears it', async () => {
    await parallel().scrollIntoViewIfNeeded();
    const axis = parallel().getByRole('group', { name: /^Brush Test accuracy/ });
    const box = (await axis.boundingBox())!;
    const [x, top] = [box.x + box.width / 2, box.y];
    await page.mouse.move(x, top + 1);
    await page.mouse.down();
    await page.mouse.move(x, top + box.height / 3, { steps: 5 });
    await page.mouse.up();
    await expect
      .poll(
        async () => Number((await parallel().getByRole('status').innerText()).split(' ')[0]),
        POLL,
      )
      .toBeLessThan(27);
    const said = await parallel().getByRole('status').innerText();
    const left = Number(said.split(' ')[0]);
    expect(left).toBeGreaterThan(0);
    await expect.poll(() => rows().count(), POLL).toBe(left);
    await page.mouse.click(x, top + box.height / 2);
    await parallel().getByText('27 of 27 searches remain').waitFor();
  });

  it('is saved as it is shown, and so are the table and the report', async () => {
    const saved = async (open: () => Promise<void>): Promise<string> => {
      const [download] = await Promise.all([page.waitForEvent('download'), open()]);
      const file = `${scratch.folder}/${download.suggestedFilename()}`;
      await download.saveAs(file);
      return readFileSync(file, 'utf8');
    };
    await select('Level').selectOption('level 1');
    await select('Metric').selectOption('early-stop');
    await end('batchSize, highest that remains').focus();
    await page.keyboard.press('ArrowDown');
    await parallel().getByText('18 of 27 searches remain').waitFor();
    const svg = await saved(async () => {
      await parallel()
        .getByRole('button', { name: 'Copy or save the parallel coordinates' })
        .click();
      await page.getByRole('menuitem', { name: 'SVG' }).click();
    });
    expect(svg).toContain('of which 18 with batchSize 30 to 60');
    expect(svg).toContain('ticket, level 1');
    const csv = await saved(async () => {
      await page.getByRole('button', { name: 'Save table' }).click();
      await page.getByRole('menuitem', { name: 'CSV', exact: true }).click();
    });
    const lines = csv.trimEnd().split('\r\n');
    expect(lines).toHaveLength(1 + 18);
    const at = lines[0]!.split(',').indexOf('chosen_level');
    expect(new Set(lines.slice(1).map((line) => line.split(',')[at]))).toEqual(new Set(['1']));
    await parallel().getByRole('button', { name: 'Clear brushes' }).click();
    await select('Level').selectOption('last');
    await select('Metric').selectOption('accuracy');
  });

  it('opens the line that is pointed at', async () => {
    const picture = parallel().getByRole('img');
    const box = (await picture.boundingBox())!;
    let found = false;
    for (let y = 60; y < box.height - 25 && !found; y += 6) {
      await page.mouse.move(box.x + box.width * 0.3, box.y + y);
      // What is pointed at is told in the next frame.
      await page.evaluate(
        'new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)))',
      );
      found =
        (await parallel()
          .getByText(/^learningRate = .*: \d/)
          .count()) > 0;
    }
    expect(found).toBe(true);
    await page.mouse.down();
    await page.mouse.up();
    await expect.poll(() => page.url(), POLL).toContain('#/search/');
  });
});

it('shows all of two hundred searches', async () => {
  await open(TWO_HUNDRED);
  await expect.poll(() => rows().count(), POLL).toBe(200);
  await page
    .getByRole('img', { name: /against density, 200 searches/ })
    .first()
    .waitFor();
  await page
    .getByText(/^20\d lines$/)
    .first()
    .waitFor();
  const ends = region(/and all settings$/).getByRole('slider');
  await ends.first().focus();
  await page.keyboard.press('ArrowUp');
  await region(/and all settings$/)
    .getByText('160 of 200 searches remain')
    .waitFor();
  await region(/and all settings$/)
    .getByRole('button', { name: 'Clear brushes' })
    .click();
});

describe.each(['light', 'dark'] as const)('in the %s theme', (theme) => {
  it.each([
    ['one', ONE_SETTING],
    ['two', TWO_SETTINGS],
    ['three', THREE_SETTINGS],
  ])('has nothing for axe to find with %s settings', async (count, sweep) => {
    await showTheme(page, theme);
    await open(sweep);
    await page
      .getByRole('img', { name: /of the sweep$/ })
      .last()
      .waitFor();
    expect(await accessibilityFaults(page)).toEqual([]);
    if (count === 'two') {
      await select('Lines').selectOption({ label: 'batchSize' });
      await screenshot(page, `sweep-settings-${theme}`);
    }
    if (count === 'three') {
      await region(/and all settings$/).scrollIntoViewIfNeeded();
      await screenshot(page, `sweep-parallel-${theme}`);
    }
  });
});

it('is used by the keyboard alone', async () => {
  await open(THREE_SETTINGS);
  await region(/and all settings$/)
    .getByText('27 of 27 searches remain')
    .waitFor();
  await expect.poll(() => rows().count(), POLL).toBe(27);
  await page.getByRole('link', { name: '← History' }).focus();
  const reached = new Set<string>();
  for (let presses = 0; presses < 60; presses += 1) {
    await page.keyboard.press('Tab');
    reached.add(
      await page.evaluate(() => document.activeElement?.getAttribute('aria-label') ?? ''),
    );
  }
  for (const name of [
    'learningRate, lowest that remains',
    'Test accuracy (%), highest that remains',
    'Compare learningRate = 0.0003, batchSize = 30, fraction = 0.1',
  ]) {
    expect(reached).toContain(name);
  }
});

it.each([760, 400])('has room for everything at a width of %i pixels', async (width) => {
  await page.setViewportSize({ width, height: 1000 });
  for (const sweep of [ONE_SETTING, TWO_SETTINGS, THREE_SETTINGS]) {
    await open(sweep);
    await page
      .getByRole('img', { name: /of the sweep$/ })
      .last()
      .waitFor();
    await expect.poll(() => page.evaluate(EXCESS_WIDTHS), POLL).toEqual([]);
  }
});

it('the page complained about nothing', () => {
  expect(complaints).toEqual([]);
});
