/** The Ticket tab over real searches, in a real browser. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runSearch } from '../support/command-line.ts';
import { storeLargeSearch } from '../support/large-search.ts';
import { POLL } from '../support/patience.ts';
import { Store } from '../../src/main/store/store.ts';
import { sampleSearch } from '../main/store/samples.ts';
import { SMALL_RESNET } from '../support/small-resnet.ts';
import {
  accessibilityFaults,
  EXCESS_WIDTHS,
  expectOnOtherPage,
  FEW_DIGITS,
  openOn,
  scratchFolder,
  screenshot,
  showTheme,
} from './support.ts';

/** Globals of the page, as far as these tests use them. */
declare const document: { readonly activeElement: unknown };

/** LeNet-300-100, whose pruned pixels are those at the edge, after some hundred steps. */
const LENET = {
  dataset: FEW_DIGITS,
  training: { iterations: 300, evaluateEvery: 100 },
  pruning: { levels: 6 },
  branches: ['random-reinit', 'supermask'],
  replicates: { count: 2 },
};

/** Convolutions, batch normalisation, and residual blocks with a projection. */
const RESNET = {
  architecture: SMALL_RESNET,
  training: { iterations: 20, evaluateEvery: 20, batchSize: 20 },
  pruning: { levels: 1 },
  branches: [],
  replicates: { count: 1 },
};

const scratch = scratchFolder();
const data = `${scratch.folder}/searches`;
let page: Page;
let complaints: string[];
let lenet: string;
let resnet: string;
let large: string;
let untrained: string;

/** A search that has not been started. */
function storeUntrained(): string {
  const store = Store.open(path.join(data, 'workbench.sqlite'));
  const { id } = store.searches.create({ ...sampleSearch(), name: 'Untrained' });
  store.close();
  return id;
}

beforeAll(async () => {
  lenet = await runSearch(data, 'LeNet', LENET, '--preset', 'quick');
  resnet = await runSearch(data, 'ResNet', RESNET, '--preset', 'quick');
  large = storeLargeSearch(path.join(data, 'workbench.sqlite'));
  untrained = storeUntrained();
  ({ page, complaints } = await openOn(scratch, { width: 1440, height: 1100 }));
});

afterAll(scratch.close);

const region = (name: string | RegExp): Locator => page.getByRole('region', { name });

async function openTicket(id: string): Promise<void> {
  await page.evaluate(`location.hash = '#/search/${id}/ticket'`);
  await region('What is shown').waitFor();
}

/** A slider takes keys as a user gives them. */
const slider = (on = page) => on.getByRole('slider', { name: /^Level/ });

describe('the Ticket tab', () => {
  it('opens from its tab, on the last level', async () => {
    await page.evaluate(`location.hash = '#/search/${lenet}'`);
    await page.getByRole('tab', { name: 'Ticket' }).click();
    await region('What is shown').waitFor();
    await expect
      .poll(() => slider().getAttribute('aria-valuetext'), POLL)
      .toMatch(/^level 6, density 26\.\d %$/);
    await page.getByText(/test accuracy \d+\.\d+ %/).waitFor();
  });

  it('has all its cards, in order, though those below the mask come a moment later', async () => {
    await region('Real sparsity and cost').waitFor();
    expect(await page.locator('.tab h2').allInnerTexts()).toEqual([
      'First layer by input',
      'Units of fc1.kernel',
      'Mask of fc1.kernel',
      'Where weights went',
      'Density by layer and level',
      'Real sparsity and cost',
    ]);
  });

  it('moves through the levels by the arrow keys, and stays there after a reload', async () => {
    await slider().focus();
    await page.keyboard.press('ArrowLeft');
    await page.keyboard.press('ArrowLeft');
    await expect.poll(() => slider().getAttribute('aria-valuetext'), POLL).toMatch(/^level 4,/);
    await page.getByRole('combobox', { name: 'Replicate', exact: true }).selectOption('2');
    const shown = async (other: Page) => {
      const replicate = other.getByRole('combobox', { name: 'Replicate', exact: true });
      return [await slider(other).getAttribute('aria-valuetext'), await replicate.inputValue()];
    };
    await expectOnOtherPage(page, shown, [expect.stringMatching(/^level 4,/), '1']);
  });

  it('shows the first layer as a picture of the pixels, with its numbers', async () => {
    const inputs = region('First layer by input');
    await inputs.getByRole('img', { name: /^Kept weights by input: fc1.kernel/ }).waitFor();
    await inputs.getByText(/\d+ inputs? of 784\s+keeps? nothing/).waitFor();
    await inputs.getByText('Sum of |w|', { exact: true }).click();
    await inputs.getByRole('img', { name: /^Sum of \|w\|/ }).waitFor();
    await inputs.getByText('Sums by input as a table').click();
    await inputs.getByRole('row', { name: /^row 14, column 14 / }).waitFor();
    await inputs.getByText('Sums by input as a table').click();
  });

  it('reads and zooms a picture with the keyboard, and a double click shows all of it again', async () => {
    const inputs = region('First layer by input');
    const surface = inputs.getByRole('slider', { name: /^Read the picture: Sum of/ });
    const said = () => surface.getAttribute('aria-valuetext');
    const ticks = () => inputs.locator('.x-ticks').innerText();
    await surface.focus();
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('ArrowDown');
    await expect.poll(said, POLL).toMatch(/^row \d+, column \d+ · Sum of \|w\|: [\d.]+$/);
    const place = await said();
    const whole = await ticks();
    await page.keyboard.press('+');
    await page.keyboard.press('+');
    await expect.poll(ticks, POLL).not.toBe(whole);
    await expect.poll(said, POLL).toBe(place);
    const box = (await surface.boundingBox())!;
    await page.mouse.dblclick(box.x + box.width / 2, box.y + box.height / 2);
    await expect.poll(ticks, POLL).toBe(whole);
    await page.keyboard.down('Control');
    await page.mouse.wheel(0, -300);
    await page.keyboard.up('Control');
    await expect.poll(ticks, POLL).not.toBe(whole);
    await page.keyboard.press('0');
    await expect.poll(ticks, POLL).toBe(whole);
  });

  it('reads a unit’s weights, and saves their picture as it is zoomed', async () => {
    const units = region(/^Units of fc1.kernel/);
    const surface = units.getByRole('slider', { name: /^Read the picture: Final weights/ });
    await surface.focus();
    await page.keyboard.press('ArrowRight');
    await expect
      .poll(() => surface.getAttribute('aria-valuetext'), POLL)
      .toMatch(/^Final, row \d+, column \d+: /);
    await page.keyboard.press('+');
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      (async () => {
        await units.getByRole('button', { name: 'Copy or save the final weights' }).click();
        await page.getByRole('menuitem', { name: 'SVG' }).click();
      })(),
    ]);
    const saved = `${scratch.folder}/unit.svg`;
    await download.saveAs(saved);
    const svg = readFileSync(saved).toString();
    expect(svg).toContain('Final weights of unit 1: fc1.kernel');
    expect(svg).toMatch(/shown: Column \d/);
    await surface.focus();
    await page.keyboard.press('0');
  });

  it('shows a unit’s receptive field, chosen by number, arrows and tile', async () => {
    const units = region(/^Units of fc1.kernel/);
    await units.getByRole('img', { name: 'Final weights of unit 1, fc1.kernel' }).waitFor();
    await units.getByRole('button', { name: 'Next unit' }).click();
    await units.getByRole('img', { name: 'Ticket weights of unit 2, fc1.kernel' }).waitFor();
    await units.getByRole('spinbutton', { name: /Unit/ }).fill('300');
    await page.keyboard.press('Enter');
    await units.getByRole('img', { name: 'Initial weights of unit 300, fc1.kernel' }).waitFor();
    const next = units.getByRole('button', { name: 'Next unit' });
    await expect.poll(() => next.isDisabled(), POLL).toBe(true);
    await units.getByRole('button', { name: /^unit 290, \d+ weights? kept/ }).click();
    await expect.poll(() => units.getByRole('spinbutton').inputValue(), POLL).toBe('290');
  });

  it('shows the mask, zooms and pans by keyboard, and sorts', async () => {
    const mask = region('Mask of fc1.kernel');
    const bitmap = mask.getByRole('group', { name: /^Mask of fc1.kernel/ });
    // Screen readers hear it once more.
    const shown = (text: RegExp) => mask.getByText(text).first();
    await shown(/^Rows 1 to 784, columns 1 to\s+300/).waitFor();
    await bitmap.focus();
    await page.keyboard.press('+');
    await page.keyboard.press('+');
    await shown(/^Rows 2\d\d to/).waitFor();
    for (let presses = 0; presses < 30; presses += 1) await page.keyboard.press('Shift+ArrowUp');
    await shown(/^Rows 1 to 3/).waitFor();
    await page.keyboard.press('0');
    await shown(/^Rows 1 to 784/).waitFor();
    // Every key that reads says one weight.
    await page.keyboard.press('ArrowRight');
    await shown(/^input 392 to unit 150: (kept|pruned)$/).waitFor();
    await page.keyboard.press('ArrowDown');
    await shown(/^input 405 to unit 150: (kept|pruned)$/).waitFor();
    await page.keyboard.press('Escape');
    const box = (await bitmap.boundingBox())!;
    await page.keyboard.press('+');
    await shown(/^Rows 1\d\d to/).waitFor();
    await page.mouse.dblclick(box.x + box.width / 2, box.y + box.height / 2);
    await page.mouse.move(1, 1);
    await shown(/^Rows 1 to 784/).waitFor();
    await mask.getByText(/Dead rows: (none|input 1)/).waitFor();
    await mask.getByRole('combobox', { name: 'Rows' }).selectOption('most');
    await mask.getByText('Kept weights by row as a table').click();
    const table = mask.getByRole('region', { name: 'Kept weights by row as a table' });
    // An opened table gets its rows a moment later.
    await table.getByRole('row').nth(19).waitFor();
    await expect
      .poll(async () => {
        const rows = await table.getByRole('row').allInnerTexts();
        const counts = rows.slice(1, 20).map((text) => Number(text.split('\t')[1]));
        return counts.every((count, at) => at === 0 || count <= counts[at - 1]!);
      }, POLL)
      .toBe(true);
    await mask.getByText('Kept weights by row as a table').click();
    await mask.getByRole('combobox', { name: 'Rows' }).selectOption('stored');
  });

  it('compares two masks with each other and with chance', async () => {
    const mask = region('Mask of fc1.kernel');
    await mask.getByRole('checkbox', { name: 'Compare with another mask' }).check();
    const table = mask.getByRole('region', { name: 'Two masks against each other, by layer' });
    await table.getByRole('row', { name: /^all layers/ }).waitFor();
    await mask.getByText('kept by both').waitFor();
    // The level before has every weight of this one: the overlap is the ratio of their densities.
    await expect
      .poll(() => table.getByRole('row', { name: /^fc1.kernel/ }).innerText(), POLL)
      .toMatch(/8\d\.\d\d %|80\.00 %/);
    await mask.getByRole('combobox', { name: 'Other replicate' }).selectOption('0');
    await mask.getByText(/against LeNet, replicate 1, level 3/).waitFor();
    await mask.getByRole('checkbox', { name: 'Compare with another mask' }).uncheck();
    await table.waitFor({ state: 'hidden' });
  });

  it('shows where weights went, and says whose values pruned weights have', async () => {
    const fate = region('Where weights went');
    await fate.getByRole('img', { name: /^Initial against final weights of fc1.kernel/ }).waitFor();
    await fate.getByText(/those of the last training that kept it/).waitFor();
    await expect
      .poll(() => fate.getByRole('row', { name: /^(Survivors|Pruned) / }).count(), POLL)
      .toBe(2);
    await fate.getByText('All layers', { exact: true }).click();
    await fate.getByRole('img', { name: /^Initial against final weights of all layers/ }).waitFor();
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      (async () => {
        await fate.getByRole('button', { name: 'Copy or save this picture' }).click();
        await page.getByRole('menuitem', { name: 'SVG' }).click();
      })(),
    ]);
    const saved = `${scratch.folder}/fate.svg`;
    await download.saveAs(saved);
    expect(readFileSync(saved).toString()).toContain('<svg');
  });

  it('shows densities by layer and level, effective ones beside them', async () => {
    const densities = region('Density by layer and level');
    await densities.getByRole('img', { name: /^Density by layer and level/ }).waitFor();
    const row = densities.getByRole('row', { name: /^6 / });
    await expect.poll(() => row.innerText(), POLL).not.toContain('–');
    await densities.getByRole('progressbar').waitFor({ state: 'hidden' });
  });

  it('shows what sparsity costs and saves', async () => {
    const cost = region('Real sparsity and cost');
    const total = cost.getByRole('row', { name: /^all layers 266,200 / });
    await expect.poll(() => total.innerText(), POLL).toContain('1.06 MB');
    await cost.getByText('Multiply-adds', { exact: true }).last().click();
    await cost.getByRole('img', { name: /^Test accuracy against training cost/ }).waitFor();
    await cost.getByText(/evaluations are not counted/).waitFor();
    await cost.getByText('Seconds', { exact: true }).click();
  });

  it('says plainly what a branch without training has not', async () => {
    const branch = page.getByRole('combobox', { name: 'Branch', exact: true });
    await branch.selectOption('supermask');
    await page.getByText(/evaluated without training/).waitFor();
    const fate = region('Where weights went');
    await fate.getByText(/the branch supermask never trained them/).waitFor();
    await fate.getByText(/No weight changed/).waitFor();
    await branch.selectOption('ticket');
  });

  it('ends at the right level when the slider goes over all of them at once', async () => {
    await slider().focus();
    const over = ['Home', ...Array.from({ length: 6 }, () => 'ArrowRight')];
    for (const key of [...over, 'Home', ...over, 'ArrowLeft']) await page.keyboard.press(key);
    await expect.poll(() => slider().getAttribute('aria-valuetext'), POLL).toMatch(/^level 5,/);
    await page.getByRole('group', { name: /^Mask of fc1.kernel, .*level 5/ }).waitFor();
    await page.getByRole('row', { name: /^5 / }).first().waitFor();
    await page.keyboard.press('End');
    await page.getByRole('group', { name: /^Mask of fc1.kernel, .*level 6/ }).waitFor();
  });

  it('says so of a search without trainings', async () => {
    await page.evaluate(`location.hash = '#/search/${untrained}/ticket'`);
    await page.getByText('Nothing has finished yet').waitFor();
    await page.getByText(/as soon as the first training has finished/).waitFor();
    expect(await page.getByRole('alert').count()).toBe(0);
  });

  it('says where nothing is pruned, and offers nothing of it', async () => {
    await openTicket(lenet);
    await slider().focus();
    await page.keyboard.press('Home');
    const fate = region('Where weights went');
    await fate.getByText(/No weight is pruned here/).waitFor();
    expect(await fate.getByText('Pruned', { exact: true }).count()).toBe(0);
    await page.keyboard.press('End');
    await fate.getByText('Pruned', { exact: true }).first().waitFor();
  });

  it('shows a mask of four million weights, and all else of it, from a thread', async () => {
    await openTicket(large);
    const mask = region('Mask of fc1.kernel');
    await mask.getByText(/of 4,000,000 weights kept/).waitFor();
    await mask.getByText(/^Rows 1 to 2000, columns 1 to 2000/).waitFor();
    await region('First layer by input').getByRole('img').waitFor();
    await page.getByRole('img', { name: /^Initial against final weights of fc1.kernel/ }).waitFor();
    expect(await page.getByRole('alert').count()).toBe(0);
  });

  it('shows convolutions as filters, and residual blocks and projections as layers', async () => {
    await openTicket(resnet);
    await region('First layer by position').getByRole('img').waitFor();
    const filters = region(/^Filters of conv2d1.kernel/);
    await filters.getByRole('img', { name: 'Final weights of filter 1, conv2d1.kernel' }).waitFor();
    const layer = page.getByRole('combobox', { name: 'Layer' });
    await layer.getByRole('option').nth(5).waitFor({ state: 'attached' });
    const layers = await layer.getByRole('option').count();
    for (let index = 0; index < layers; index += 1) {
      await layer.selectOption({ index });
      const tensor = await layer.inputValue();
      await page.getByRole('group', { name: `Mask of ${tensor},` }).waitFor();
      await region(/^Density by layer/).waitFor();
    }
    expect(await page.getByRole('alert').count()).toBe(0);
    await region('Mask of output.kernel')
      .getByText(/a column for each unit/)
      .waitFor();
  });
});

describe.each(['light', 'dark'] as const)('in the %s theme', (theme) => {
  it('has nothing for axe to find', async () => {
    await showTheme(page, theme);
    for (const id of [resnet, lenet]) {
      await openTicket(id);
      await page.getByRole('group', { name: /^Mask of/ }).waitFor();
      await page.getByRole('img', { name: /^Initial against final/ }).waitFor();
      await expect.poll(() => page.getByRole('status').count(), POLL).toBeLessThan(2);
      expect(await accessibilityFaults(page)).toEqual([]);
    }
    await screenshot(page, `ticket-${theme}`);
  });

  it('has no chart that reaches over the table below it', async () => {
    const excess = await page.evaluate<number[]>(`[...document.querySelectorAll('.tab .chart')]
      .map(({ scrollHeight, clientHeight }) => scrollHeight - clientHeight)`);
    expect(excess).toEqual([expect.any(Number), expect.any(Number), expect.any(Number)]);
    expect(Math.max(...excess)).toBeLessThanOrEqual(1);
  });

  it('is reached and used by the keyboard alone', async () => {
    await page.evaluate(`location.hash = '#/search/${lenet}'`);
    const tab = page.getByRole('tab', { name: 'Overview' });
    await tab.waitFor();
    await tabTo(tab);
    const address = () => page.evaluate<string>('location.hash');
    for (let presses = 0; presses < 10 && !(await address()).endsWith('/ticket'); presses += 1) {
      await page.keyboard.press('ArrowRight');
    }
    await region('What is shown').waitFor();
    await tabTo(slider());
    await page.keyboard.press('End');
    await page.keyboard.press('ArrowLeft');
    await expect.poll(() => slider().getAttribute('aria-valuetext'), POLL).toMatch(/^level 5,/);
    const surface = page.getByRole('slider', { name: /^Read the picture: Kept weights/ });
    await tabTo(surface);
    await page.keyboard.press('ArrowRight');
    await expect
      .poll(() => surface.getAttribute('aria-valuetext'), POLL)
      .toMatch(/^row \d+, column \d+ /);
    const mask = page.getByRole('group', { name: /^Mask of fc1.kernel/ });
    await tabTo(region('Mask of fc1.kernel').getByRole('button', { name: 'Zoom in' }));
    await page.keyboard.press('Enter');
    await tabTo(mask);
    await page.keyboard.press('0');
    await page
      .getByText(/^Rows 1 to 784/)
      .first()
      .waitFor();
  });
});

/** Presses Tab until the element has the focus. */
async function tabTo(target: Locator): Promise<void> {
  await target.waitFor();
  for (let presses = 0; presses < 150; presses += 1) {
    if (await target.evaluate((element) => element === document.activeElement)) return;
    await page.keyboard.press('Tab');
  }
  throw new Error('Tab does not lead there');
}

it('has room for everything at a width of 400 pixels', async () => {
  await page.setViewportSize({ width: 400, height: 900 });
  for (const id of [lenet, resnet]) {
    await openTicket(id);
    await page.getByRole('group', { name: /^Mask of/ }).waitFor();
    await page.getByRole('img', { name: /^Initial against final/ }).waitFor();
    await expect.poll(() => page.evaluate(EXCESS_WIDTHS), POLL).toEqual([]);
  }
  await page.setViewportSize({ width: 1440, height: 1100 });
});

it('the page complained about nothing', () => {
  expect(complaints).toEqual([]);
});
