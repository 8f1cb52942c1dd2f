/** The history's sweeps in a real browser, over searches whose results are made up. */
import Database from 'better-sqlite3';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildWindow } from '../../provision/window-build.mjs';
import { Store } from '../../src/main/store/store.ts';
import { databaseFile } from '../../src/main/workbench/data-directory.ts';
import { sampleEffect, sampleSearch, sampleSettings } from '../main/store/samples.ts';
import { POLL } from '../support/patience.ts';
import {
  accessibilityFaults,
  openWindow,
  scratchFolder,
  serve,
  type Server,
  showTheme,
} from './support.ts';

/** Globals of the page, as far as these tests use them. */
declare const document: {
  readonly activeElement: { getAttribute(name: string): string | null; textContent: string } | null;
};

const BATCH_SIZES = [30, 60, 120];
const SEARCHES = 2 + BATCH_SIZES.length;

const scratch = scratchFolder();
const data = `${scratch.folder}/searches`;
let page: Page;
let server: Server;
let window: string;
let complaints: string[];

beforeAll(async () => {
  window = await buildWindow();
  fill();
  server = await serve(scratch, data, window, {});
  ({ page, complaints } = await openWindow(scratch, server, { width: 1440, height: 900 }));
  await page.getByRole('link', { name: 'History' }).click();
});

afterAll(scratch.close);

/** A sweep between two other searches. */
function fill(): void {
  const store = Store.open(databaseFile(data));
  const finish = (id: string, bestAccuracy: number): void => {
    store.searches.setStatus(id, 'finished');
    store.history.saveSummary(id, {
      trainings: 0,
      trainingMilliseconds: 1000,
      verdict: { kind: 'winning', level: 1, density: 0.8, reason: 'Made up.' },
      denseAccuracy: 0.96,
      bestAccuracy,
      sparkline: Float32Array.of(0.96, bestAccuracy),
      effect: sampleEffect(bestAccuracy - 0.96),
    });
  };
  finish(store.searches.create({ ...sampleSearch(), name: 'Before' }).id, 0.961);
  const path = 'training.batchSize';
  const sweep = store.sweeps.create(
    'Batches',
    [{ path, values: BATCH_SIZES }],
    BATCH_SIZES.map((value) => ({
      ...sampleSearch({ training: { ...sampleSettings().training, batchSize: value } }),
      name: `Batches: batchSize = ${value}`,
      values: [{ path, value }],
    })),
  );
  const members = store.sweeps.members(sweep.id);
  for (const [index, { searchId }] of members.entries()) finish(searchId, 0.97 + index / 100);
  finish(store.searches.create({ ...sampleSearch(), name: 'After' }).id, 0.975);
  store.close();
}

const sweepRow = () => page.getByRole('row', { name: /Batches batchSize = 30, 60, 120/ });
const memberRow = (batchSize: number) =>
  page.getByRole('row', { name: new RegExp(`batchSize ${batchSize}\\b`) });
const status = () => page.getByRole('status').first();
const find = (text: string) => page.getByRole('searchbox', { name: 'Find searches' }).fill(text);
const press = (key: string) => page.keyboard.press(key);

/** The level of the row that has the focus, and whether it is expanded. */
const focused = () =>
  page.evaluate(() => [
    document.activeElement?.getAttribute('aria-level'),
    document.activeElement?.getAttribute('aria-expanded'),
  ]);

describe('a sweep in the history', () => {
  it('is one row, which says what was swept, how far it is, and the best', async () => {
    await sweepRow().waitFor();
    await expect
      .poll(() => page.getByRole('treegrid').getAttribute('aria-rowcount'), POLL)
      .toBe('4');
    await expect.poll(() => status().textContent(), POLL).toContain(`${SEARCHES} searches`);
    await page
      .getByRole('row', {
        name: /Batches .*3 of 3 finished winning \+1.00 points \[.*\] at 80 % .*99.00 %/,
      })
      .waitFor();
    expect(await memberRow(60).count()).toBe(0);
  });

  it('expands and collapses with the arrows, which lead into it and out', async () => {
    await sweepRow().focus();
    await press('ArrowRight');
    await memberRow(120).waitFor();
    await expect.poll(focused, POLL).toEqual(['1', 'true']);
    await expect.poll(() => memberRow(60).getAttribute('aria-posinset'), POLL).toBe('2');
    await expect.poll(() => memberRow(60).getAttribute('aria-setsize'), POLL).toBe('3');
    await press('ArrowRight');
    await expect.poll(focused, POLL).toEqual(['2', null]);
    await press('ArrowDown');
    await press('ArrowLeft');
    await expect.poll(focused, POLL).toEqual(['1', 'true']);
    await press('ArrowLeft');
    await memberRow(120).waitFor({ state: 'hidden' });
    await expect.poll(focused, POLL).toEqual(['1', 'false']);
  });

  it('leaves the arrows to scrolling where there is nothing to expand', async () => {
    const scrolled = () =>
      page
        .getByRole('treegrid')
        .evaluate((grid) => (grid as unknown as { scrollLeft: number }).scrollLeft);
    await page.setViewportSize({ width: 900, height: 900 });
    await page.getByRole('row', { name: /After/ }).focus();
    await press('ArrowRight');
    await expect.poll(scrolled, POLL).toBeGreaterThan(0);
    await press('ArrowLeft');
    await expect.poll(scrolled, POLL).toBe(0);
    await page.setViewportSize({ width: 1440, height: 900 });
  });

  it('expands with its button, and has nothing for axe to find', async () => {
    await page.getByRole('button', { name: 'Expand Batches' }).click();
    await memberRow(120).waitFor();
    for (const colorScheme of ['light', 'dark'] as const) {
      await showTheme(page, colorScheme);
      expect(await accessibilityFaults(page)).toEqual([]);
    }
  });

  it('is sorted by its best, and its searches among themselves', async () => {
    const names = () =>
      page
        .getByRole('row')
        .getByRole('checkbox')
        .evaluateAll((boxes) =>
          boxes.slice(1).map((box) => (box as { ariaLabel: string | null }).ariaLabel),
        );
    await page.getByRole('button', { name: 'Best ticket' }).click();
    await expect
      .poll(names, POLL)
      .toEqual([
        'Select Batches',
        'Select Batches: batchSize = 120',
        'Select Batches: batchSize = 60',
        'Select Batches: batchSize = 30',
        'Select After',
        'Select Before',
      ]);
    await page.getByRole('button', { name: 'Best ticket' }).click();
    await expect
      .poll(async () => (await names()).slice(0, 3), POLL)
      .toEqual(['Select Before', 'Select After', 'Select Batches']);
  });

  it('is there if any of its searches matches, with those that do', async () => {
    await find('batches 120');
    await page.getByRole('status').getByText('1 search matches').waitFor();
    await page.getByRole('row', { name: /Batches .*1 of 3 match/ }).waitFor();
    await memberRow(60).waitFor({ state: 'hidden' });
    await memberRow(120).waitFor();
    await find('');
    await memberRow(60).waitFor();
  });

  it('is selected as a whole or in part, and its searches are compared', async () => {
    const whole = page.getByRole('checkbox', { name: 'Select Batches', exact: true });
    await page.getByRole('checkbox', { name: 'Select Batches: batchSize = 60' }).click();
    await expect
      .poll(
        () => whole.evaluate((box) => (box as unknown as { indeterminate: boolean }).indeterminate),
        POLL,
      )
      .toBe(true);
    await whole.click();
    await page.getByText('3 searches selected').waitFor();
    await expect.poll(() => sweepRow().getAttribute('aria-selected'), POLL).toBe('true');
    await page.getByRole('toolbar').getByRole('button', { name: 'Compare' }).click();
    await page.getByRole('heading', { level: 1, name: 'Compare' }).waitFor();
    await page.getByRole('link', { name: 'History' }).click();
    await sweepRow().waitFor();
    await page.getByRole('button', { name: 'Clear selection' }).click();
  });

  it('loses a search that is deleted, and gets it back; as a whole, too', async () => {
    await memberRow(60).focus();
    await press('Delete');
    await page.getByRole('row', { name: /Batches .*2 of 2 finished/ }).waitFor();
    await press('Control+z');
    await page.getByRole('row', { name: /Batches .*3 of 3 finished/ }).waitFor();
    await sweepRow().focus();
    await press('Delete');
    await sweepRow().waitFor({ state: 'hidden' });
    await page.getByRole('status').getByText('2 searches').first().waitFor();
    await press('Control+z');
    await memberRow(60).waitFor();
  });

  it('opens its page', async () => {
    await sweepRow().focus();
    await press('Enter');
    await page.getByRole('heading', { level: 1, name: 'Batches' }).waitFor();
    await page.getByRole('link', { name: 'History', exact: true }).click();
    await sweepRow().waitFor();
  });

  it('is found by the command palette', async () => {
    await press('Control+k');
    await page.getByRole('combobox', { name: 'Command or search' }).fill('batches');
    await page.getByRole('option', { name: /Batches Sweep of 3 searches · finished/ }).click();
    await expect.poll(() => page.url(), POLL).toContain('#/sweep/');
  });

  it('has a page that corrects for its many verdicts on request', async () => {
    const heading = page.getByRole('columnheader', { name: 'Density, corrected' });
    const box = page.getByRole('checkbox', { name: 'Correct for many verdicts' });
    // The columns of the table come together.
    await page.getByRole('columnheader', { name: 'Density', exact: true }).first().waitFor();
    expect(await heading.count()).toBe(0);
    await box.check();
    await heading.waitFor();
    await page.getByText('Corrected for 0 levels of 0 searches (Holm:').waitFor();
    expect(await accessibilityFaults(page)).toEqual([]);
    await page.getByRole('link', { name: 'History' }).first().click();
    await sweepRow().waitFor();
  });

  it('is as it was left after a restart', async () => {
    await memberRow(60).waitFor();
    await server.kill();
    server = await serve(scratch, data, window, {});
    await page.goto(server.address);
    await page.getByRole('link', { name: 'History' }).first().click();
    await memberRow(60).waitFor();
    await expect.poll(() => sweepRow().getAttribute('aria-expanded'), POLL).toBe('true');
  });

  it('leads to a page that a name without spaces does not widen', async () => {
    await page.setViewportSize({ width: 1024, height: 700 });
    await page.getByRole('row', { name: /Before/ }).focus();
    await press('Enter');
    await page.getByRole('button', { name: 'Rename' }).click();
    await page.getByRole('textbox', { name: 'Name' }).fill('x'.repeat(200));
    await press('Enter');
    const title = page.getByRole('heading', { level: 1, name: 'xxx' });
    await expect
      .poll(async () => {
        const { x, width } = (await title.boundingBox())!;
        return x + width;
      }, POLL)
      .toBeLessThan(1024);
  });

  it('marks a search that is not as it was saved, and shows the others', async () => {
    const database = new Database(databaseFile(data));
    database.prepare("UPDATE searches SET name = 'Altered' WHERE name = 'After'").run();
    database.close();
    await page.setViewportSize({ width: 1440, height: 900 });
    await page.getByRole('link', { name: 'History' }).first().click();
    await page.reload();
    const row = page.getByRole('row', { name: /Altered/ });
    await row.getByText(/^\s*damaged/).waitFor();
    await row.getByText(/ticket doctor --deep/).waitFor({ state: 'attached' });
    await sweepRow().waitFor();
    expect(await page.getByText(/^\s*damaged/).count()).toBe(1);
    expect(await accessibilityFaults(page)).toEqual([]);
    await row.focus();
    await press('Enter');
    await page.getByText(/^The search .* is damaged: the checksum of its name/).waitFor();
  });

  it('says nothing in the console', () => {
    // The server was killed once: that connections to it failed then is no complaint.
    expect(complaints.filter((text) => !/ERR_CONNECTION_REFUSED|WebSocket/.test(text))).toEqual([]);
  });
});
