/** The whole way through the window, on the real host, in a real browser. */
import { copyFileSync, existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Download, Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildWindow } from '../../provision/window-build.mjs';
import { ticket } from '../support/command-line.ts';
import { type SlowSite, startSlowSite } from '../support/slow-site.ts';
import {
  accessibilityFaults,
  dismissMessages,
  expectOnOtherPage,
  openWindow,
  scratchFolder,
  screenshot,
  serve,
  type Server,
  showTheme,
  SMALL_SETTINGS,
} from './support.ts';
import { PATIENCE_MILLISECONDS, POLL } from '../support/patience.ts';
import { goTo, importSettings, launch, waitUntilFinished } from '../support/window-steps.ts';

/** Globals of the page, as far as these tests use them. */
declare const document: { readonly activeElement: unknown };

const EXAMPLES = fileURLToPath(new URL('../../resources/plug-ins', import.meta.url));
const TRAINING_MILLISECONDS = 240_000;

const scratch = scratchFolder();
let page: Page;
let server: Server;
let window: string;
let complaints: string[];
/** What datasets are fetched from: it never comes to its end. */
let site: SlowSite;

const startServer = () =>
  serve(scratch, `${scratch.folder}/searches`, window, {
    TICKET_DATASETS_DIR: `${scratch.folder}/datasets`,
    HTTP_PROXY: site.proxy,
    http_proxy: site.proxy,
  });

beforeAll(async () => {
  window = await buildWindow();
  site = await startSlowSite(26_421_880);
  scratch.ends.push(() => {
    site.close();
  });
  server = await startServer();
  ({ page, complaints } = await openWindow(
    scratch,
    server,
    { width: 1440, height: 900 },
    PATIENCE_MILLISECONDS,
    { acceptDownloads: true },
  ));
});

afterAll(scratch.close);

const heading = (name: string | RegExp) => page.getByRole('heading', { level: 1, name });
const button = (name: string | RegExp, exact = false) => page.getByRole('button', { name, exact });

const isFocused = (control: Locator) =>
  control.evaluate((element) => element === document.activeElement);

/** By the Tab key alone; the locator only says when it is there. */
async function tabTo(control: Locator, key: 'Tab' | 'Shift+Tab' = 'Tab'): Promise<void> {
  await control.waitFor();
  for (let presses = 0; presses < 250; presses += 1) {
    if (await isFocused(control)) return;
    await page.keyboard.press(key);
  }
  throw new Error(`${key} does not lead to ${String(control)}`);
}

async function save(name: string): Promise<{ readonly name: string; readonly bytes: Buffer }> {
  const [download] = await Promise.all([page.waitForEvent('download'), button(name, true).click()]);
  return { name: download.suggestedFilename(), bytes: readFileSync(await pathOf(download)) };
}

async function pathOf(download: Download): Promise<string> {
  const saved = `${scratch.folder}/${download.suggestedFilename()}`;
  await download.saveAs(saved);
  return saved;
}

describe('the window', () => {
  it('explains itself at first, and starts the quick search with one click', async () => {
    await heading('The Lottery Ticket Hypothesis').waitFor();
    await expect.poll(() => button('Start the quick search').isEnabled(), POLL).toBe(true);
    await button('Start the quick search').click();
    await heading('Quick look').waitFor();
    await page.getByRole('img', { name: /by iteration, \d+ trainings?/ }).waitFor();
    await button('Pause').waitFor();
  });

  it('loses nothing to a reload in the middle of a run', async () => {
    await page.reload();
    await heading('Quick look').waitFor();
    await page.getByRole('img', { name: /by iteration, \d+ trainings?/ }).waitFor();
    await page
      .getByText(/left|estimating/)
      .first()
      .waitFor();
  });

  it('pauses, goes on, stops now, and lets the search be resumed', async () => {
    await button('Pause').click();
    await page.getByText('paused; you can resume it').waitFor();
    await button('Resume').click();
    await button('Pause').waitFor();
    await button('Stop').click();
    await page.getByRole('menuitem', { name: /Now/ }).click();
    await page.getByText('stopped; you can resume it').first().waitFor();
    await button('Resume').waitFor();
  });

  it('says beside the field what is wrong with a setting', async () => {
    await goTo(page, 'New search');
    const iterations = page.getByRole('textbox', { name: 'Iterations', exact: true });
    await iterations.fill('0');
    await page.getByText(/problems? to fix/).waitFor();
    await expect.poll(() => iterations.getAttribute('aria-invalid'), POLL).toBe('true');
    await expect.poll(() => button('Launch search').isDisabled(), POLL).toBe(true);
    await iterations.fill('1000');
    await page.getByText(/problems? to fix/).waitFor({ state: 'hidden' });
  });

  it('launches a smaller search from the form, and reaches a verdict', async () => {
    await importSettings(page, SMALL_SETTINGS);
    await page.getByText('2 replicates × (1 dense + 2 levels × 2 branches)').waitFor();
    await launch(page, 'Small');
    await waitUntilFinished(page, TRAINING_MILLISECONDS);
    await page.getByText(/Level \d: test accuracy/).waitFor();
  });

  it('finds it in the history and opens its verdict', async () => {
    await goTo(page, 'History');
    await page.getByRole('status').getByText('2 searches').waitFor();
    await page.getByRole('searchbox', { name: 'Find searches' }).fill('small');
    await page.getByRole('status').getByText('1 search matches').waitFor();
    await page.getByRole('row', { name: /Small/ }).click();
    await heading('Small').waitFor();
    await page
      .getByRole('heading', {
        name: /ticket at|ndecided at|No winning ticket|Effect size at|speed open at/,
      })
      .waitFor();
    await page.getByRole('tab', { name: 'Levels' }).click();
    await expect
      .poll(() => page.getByRole('cell', { name: 'random-reinit' }).count(), POLL)
      .toBe(2);
    await page.getByRole('tab', { name: 'Overview' }).click();
  });

  it('exports a mask, metrics and a table of levels', async () => {
    await button('Export').click();
    const mask = await save('Masks as npz');
    expect(mask.bytes.subarray(0, 2).toString()).toBe('PK');
    const metrics = await save('Metrics as csv');
    expect(metrics.bytes.toString()).toMatch(/iteration/);
    const levels = await save('Levels as latex');
    expect(levels.bytes.toString()).toContain('\\toprule');
  });

  it('draws charts for papers as the command does, with a picture of them before', async () => {
    const dialog = page.getByRole('dialog', { name: /Export/ });
    await dialog.getByText('Charts', { exact: true }).click();
    const preview = dialog.getByRole('img', {
      name: /The chart as it will be saved, 84 mm by 63 mm/,
    });
    await preview.waitFor();
    await expect
      .poll(() => preview.evaluate((shown: { naturalWidth: number }) => shown.naturalWidth), POLL)
      .toBe(496);
    await dialog.getByLabel('Width (mm)').fill('5');
    await dialog.getByText('the width of the chart is 5 mm; expected 30 to 1000 mm').waitFor();
    await expect.poll(() => button('Save as SVG').isDisabled(), POLL).toBe(true);
    await dialog.getByLabel('Width (mm)').fill('100');
    await dialog.getByLabel('Legend').selectOption('right');
    expect(await accessibilityFaults(page)).toEqual([]);
    const vector = await save('Save as SVG');
    const file = `${scratch.folder}/accuracy.svg`;
    const id = /search\/([\w-]+)/.exec(page.url())?.[1] ?? '';
    const { code, stderr } = await ticket(
      ...['export', id, '--data-dir', `${scratch.folder}/searches`],
      ...['--what', 'chart', '--format', 'svg', '--out', file, '--preset', 'one-column'],
      ...['--width', '100mm', '--legend', 'right'],
    );
    expect([code, stderr]).toEqual([0, expect.stringContaining(file)]);
    expect(vector.bytes.equals(readFileSync(file))).toBe(true);
    const picture = await save('Save as PNG');
    expect(picture.bytes.subarray(1, 4).toString()).toBe('PNG');
    const page1 = await save('Save as PDF');
    expect(page1.bytes.subarray(0, 5).toString()).toBe('%PDF-');
  });

  it('writes a report with the methods as they were edited', async () => {
    const dialog = page.getByRole('dialog', { name: /Export/ });
    await dialog.getByText('Report', { exact: true }).click();
    const methods = dialog.getByRole('textbox', { name: /Methods/ });
    await expect.poll(() => methods.inputValue(), POLL).toMatch(/^We searched for winning tickets/);
    await methods.fill('We did it **our** way.');
    expect(await accessibilityFaults(page)).toEqual([]);
    const report = await save('Save as HTML');
    expect(report.bytes.toString()).toContain('<p>We did it <strong>our</strong> way.</p>');
    await dialog.getByText('Charts', { exact: true }).click();
    await dialog.getByText('Report', { exact: true }).click();
    await expect.poll(() => methods.inputValue(), POLL).toBe('We did it **our** way.');
    await dialog.getByRole('button', { name: 'As the settings say it' }).click();
    await expect.poll(() => methods.inputValue(), POLL).toMatch(/^We searched for winning tickets/);
    await page.keyboard.press('Escape');
  });

  it('copies a table for a spreadsheet, a note or a paper', async () => {
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    await page.getByRole('tab', { name: 'Levels' }).click();
    const copied = async (format: string): Promise<unknown> => {
      await button('Copy table: Levels and branches').click();
      await page.getByRole('menuitem', { name: `As ${format}` }).click();
      await page.getByText(`Table as ${format} copied`).waitFor();
      return page.evaluate('navigator.clipboard.readText()');
    };
    expect(await copied('TSV')).toMatch(/^Level\tDensity\tBranch\tN\t.*\n0\t100 %\tdense\t2\t/);
    expect(await copied('LaTeX')).toContain('\\midrule');
    await page.getByRole('tab', { name: 'Overview' }).click();
  });

  it('shows published points and one’s own, and remembers which', async () => {
    const published = (on = page) => on.getByRole('switch', { name: 'Published points' });
    const own = (on = page) => on.getByRole('button', { name: 'Remove the points my points' });
    const warning = page.getByText('Trained otherwise than Frankle & Carbin 2019');
    await warning.waitFor();
    await button('Add points…').click();
    const dialog = page.getByRole('dialog', { name: 'Add points' });
    const pasted = dialog.getByLabel('Or paste it');
    await pasted.fill('density,measure,value\n80,test-accuracy,0.9');
    await dialog.getByRole('button', { name: 'Add', exact: true }).click();
    await dialog.getByText(/line 2, column density: "80"/).waitFor();
    expect(await accessibilityFaults(page)).toEqual([]);
    await pasted.fill('density,measure,value\n0.8,test-accuracy,0.9');
    await dialog.getByRole('button', { name: 'Add', exact: true }).click();
    await own().waitFor();
    await published().focus();
    await page.keyboard.press('Space');
    await warning.waitFor({ state: 'hidden' });
    const kept = async (on: Page) => [await published(on).isChecked(), await own(on).count()];
    await expectOnOtherPage(page, kept, [false, 1]);
    await page.reload();
    await own().waitFor();
    await expect.poll(() => published().isChecked(), POLL).toBe(false);
    await own().click();
    await published().check();
    await warning.waitFor();
  });

  it('analyses it, draws what was found, and saves it', async () => {
    await page.getByRole('tab', { name: 'Analyses' }).click();
    await page.getByRole('heading', { name: 'No analyses yet' }).waitFor();
    await page.getByRole('combobox', { name: /^Analysis/ }).selectOption('connectivity');
    await button('Run analysis').click();
    await page
      .getByRole('img', { name: /Density by layer/ })
      .waitFor({ timeout: TRAINING_MILLISECONDS });
    await page.getByRole('row', { name: /finished/ }).waitFor();
    await page.getByRole('columnheader', { name: 'dead inputs' }).waitFor();
    await button('Save all results').click();
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('menuitem', { name: 'CSV', exact: true }).click(),
    ]);
    expect(readFileSync(await pathOf(download)).toString()).toMatch(/effective/);
  });

  it('says what to do next, and extends it by a replicate', async () => {
    await page.getByRole('tab', { name: 'Overview' }).click();
    const next = page.getByRole('region', { name: 'Next step' });
    await next.getByText(/Two replicates show an effect/).waitFor();
    await next.getByRole('button', { name: /^3 more replicates/ }).waitFor();
    await next.getByText(/^ticket extend \S+ --replicates \+3$/).waitFor();

    await button('Extend').click();
    const dialog = page.getByRole('dialog', { name: 'Extend “Small”' });
    await dialog.getByText(/15 trainings to run/).waitFor();
    await dialog.getByLabel('More replicates').fill('one');
    await dialog.getByText('Replicates: expected a whole number').waitFor();
    await dialog.getByLabel('More replicates').fill('1');
    await dialog.getByText('replicates 2 → 3').waitFor();
    expect(await accessibilityFaults(page)).toEqual([]);
    await dialog.getByRole('button', { name: 'Extend' }).click();
    await heading('Small').waitFor();
    await waitUntilFinished(page, TRAINING_MILLISECONDS);
    await goTo(page, 'History');
    await page.getByRole('row', { name: /Small/ }).click();
    await page.getByText(/^extended .*: replicates 2 → 3$/).waitFor();
    await page.getByText('N = 3 replicates').first().waitFor();
  });

  it('clones it with another density, and compares the two', async () => {
    await button('Clone').click();
    await heading('New search').waitFor();
    await page.getByRole('textbox', { name: 'Levels', exact: true }).fill('3');
    await page.getByText('1 dense + 3 levels × 2 branches').waitFor();
    await launch(page, 'Small, further');
    await waitUntilFinished(page, TRAINING_MILLISECONDS);
    await goTo(page, 'History');
    await page.getByRole('searchbox', { name: 'Find searches' }).fill('small');
    await page.getByRole('status').getByText('2 searches match').waitFor();
    await page.getByRole('checkbox', { name: 'Select all searches' }).click();
    await page.getByRole('toolbar').getByRole('button', { name: 'Compare' }).click();
    await heading('Compare').waitFor();
    const levels = page.getByRole('row', { name: /^Levels/ });
    await expect
      .poll(async () => (await levels.getByRole('cell').allTextContents()).sort(), POLL)
      .toEqual(['2', '3']);
    await page
      .getByRole('img', {
        name: 'Test accuracy at the early stop against density, ticket of 2 searches',
      })
      .waitFor();
    await page
      .getByRole('img', { name: 'Mask overlap against density between 2 searches' })
      .waitFor();
  });

  it('edits a network layer by layer, and says which layer does not fit', async () => {
    await goTo(page, 'New search');
    await importSettings(page, { ...SMALL_SETTINGS, architecture: { id: 'custom' } });
    const layer = (number: number) => page.getByRole('button', { name: `Layer ${number} of` });
    await page.getByText(/→ 28 × 28 × 16 · 160 parameters/).waitFor();
    await layer(4).focus();
    await page.keyboard.press('ArrowDown');
    await page
      .getByText(/layer dense1 takes \[3136\] but is given \[14, 14, 16\]/i)
      .first()
      .waitFor();
    await expect.poll(() => isFocused(layer(5)), POLL).toBe(true);
    await page.keyboard.press('ArrowUp');
    await page.getByText(/problems? to fix/).waitFor({ state: 'hidden' });
    await layer(6).focus();
    await page.keyboard.press('Delete');
    await page
      .locator('#setting-architecture-layers')
      .getByRole('button', { name: 'Add layer' })
      .click();
    await layer(6).waitFor();
  });

  it('offers what is not on this machine yet, and says why it could not be taken in', async () => {
    await page.getByLabel('Dataset', { exact: true }).selectOption('fashion-mnist');
    await button('Fetch Fashion-MNIST').waitFor();
    await page.getByLabel('Path to Fashion-MNIST on this machine').fill('/nowhere');
    await button('Add files').click();
    const alert = page.getByRole('alert').filter({ hasText: 'Can’t fetch Fashion-MNIST' });
    await alert.getByText('/nowhere').first().waitFor();
  });

  it('fetches a dataset, says how far it is, and stops when it is told to', async (context) => {
    if (existsSync('/usr/share/datasets/fashion-mnist')) {
      context.skip('Fashion-MNIST is installed on this machine: it would not be downloaded');
    }
    const dataset = page.getByLabel('Dataset', { exact: true });
    await dataset.getByRole('option', { name: 'Fashion-MNIST (not fetched)' }).waitFor({
      state: 'attached',
    });
    await button('Fetch Fashion-MNIST').click();
    await page.getByText('Downloading train-images-idx3-ubyte.gz').waitFor();
    await page.getByText(/ of 26(\.4)? MB/).waitFor();
    await page.getByRole('progressbar', { name: 'Fetching Fashion-MNIST' }).waitFor();
    await button('Cancel').click();
    await button('Fetch Fashion-MNIST').waitFor();
    expect(await page.getByRole('alert').filter({ hasText: 'Can’t fetch' }).count()).toBe(0);
    await dataset.selectOption('mnist');
    await page.getByText('Built in; nothing to fetch.').waitFor();
  });

  it('says what epochs come to, and sweeps over a choice with settings of its own', async () => {
    await importSettings(page, SMALL_SETTINGS);
    const iterations = page.getByLabel('Iterations', { exact: true });
    const imported = String(SMALL_SETTINGS.training.iterations);
    await expect.poll(() => iterations.inputValue(), POLL).toBe(imported);
    await iterations.fill('2ep');
    await page.getByText(/= [\d,]+ iterations/).waitFor();
    await iterations.fill(imported);

    await button('Sweep Optimizer').click();
    await button('Add optimizer').click();
    await page.getByLabel('Optimizer 2', { exact: true }).selectOption('sgd');
    await button('Launch sweep of 2 searches').waitFor();
    await button('Sweep Optimizer').click();
    await page.getByLabel('Optimizer', { exact: true }).waitFor();
    await button('Launch search').waitFor();
  });

  it('launches a sweep, and shows it as one table and chart', async () => {
    await importSettings(page, { ...SMALL_SETTINGS, pruning: { levels: 1 }, branches: [] });
    await page.getByRole('button', { name: 'Sweep Batch size' }).click();
    const values = page.getByRole('textbox', { name: 'Batch size', exact: true });
    await values.fill('60, none of it');
    await page.getByText(/problems? to fix/).waitFor();
    await values.fill('60, 120');
    await page.getByRole('textbox', { name: 'Name' }).fill('Batches');
    await button('Launch sweep of 2 searches').click();
    await heading('Batches').waitFor();
    await page.getByText('2 finished').waitFor({ timeout: TRAINING_MILLISECONDS });
    await page
      .getByRole('img', { name: /2 searches of the sweep/ })
      .first()
      .waitFor();
    await expect.poll(() => page.getByRole('link', { name: /^Open/ }).count(), POLL).toBe(2);
    await goTo(page, 'History');
    await page.getByRole('searchbox', { name: 'Find searches' }).fill('');
    await page.getByRole('row', { name: /Batches batchSize = 60, 120 .*finished 2 of 2/ }).click();
    await heading('Batches').waitFor();
  });

  it('turns plug-ins on for the next start, with a warning', async () => {
    await goTo(page, 'Settings');
    await page.getByText('Plug-ins are programs that run with your rights.').waitFor();
    await page.getByText('None are loaded.').waitFor();
    const toggle = page.getByRole('switch', { name: /Load plug-ins/ });
    await expect.poll(() => toggle.isChecked(), POLL).toBe(false);
    await toggle.click();
    await page.getByText('Takes effect when Ticket Workbench starts next.').waitFor();
    await expect.poll(() => toggle.isChecked(), POLL).toBe(true);
    const folder = `${scratch.folder}/searches/plug-ins`;
    await page.getByText(folder).waitFor();
    expect(await button('Open folder').count()).toBe(0);
    for (const file of readdirSync(EXAMPLES))
      copyFileSync(`${EXAMPLES}/${file}`, `${folder}/${file}`);
  });

  it('resumes the stopped search, and stops it when its level has ended', async () => {
    await goTo(page, 'History');
    await page.getByRole('searchbox', { name: 'Find searches' }).fill('quick');
    await page.getByRole('row', { name: /Quick look/ }).click();
    await button('Resume').click();
    await button('Pause').waitFor();
    await page.getByRole('link', { name: 'Live', exact: true }).last().click();
    await expect
      .poll(() => page.getByRole('progressbar', { name: /worker/ }).count(), POLL)
      .toBeGreaterThan(0);
    await button('Stop').click();
    await page.getByRole('menuitem', { name: /After the running trainings/ }).click();
    await page
      .getByText('stopped; you can resume it')
      .first()
      .waitFor({ timeout: TRAINING_MILLISECONDS });
  });

  it('goes on after the server was killed and started again', async () => {
    await button('Resume').click();
    await button('Pause').waitFor();
    await server.kill();
    await page.getByText('Can’t reach the workbench.').waitFor();
    server = await startServer();
    // The open window finds the new server by itself, and is let in without its address.
    await page.getByText('Can’t reach the workbench.').waitFor({ state: 'hidden' });
    await page.reload();
    await heading('Quick look').waitFor();
    // It goes on by itself, or is resumed, as far as it was when the server was killed.
    await expect
      .poll(async () => {
        const resume = button('Resume');
        if (await resume.isVisible()) await resume.click({ timeout: 1000 }).catch(() => undefined);
        return button('Pause').isVisible();
      }, POLL)
      .toBe(true);
    await page.getByRole('img', { name: /by iteration, \d+ trainings?/ }).waitFor();
    await button('Stop').click();
    await page.getByRole('menuitem', { name: /Now/ }).click();
    await button('Resume').waitFor();
  });

  it('has loaded the plug-ins at that start, and says in the form which file they come from', async () => {
    await goTo(page, 'Settings');
    await page.getByRole('row', { name: /checkerboard.js data directory dataset/ }).waitFor();
    await page.getByRole('row', { name: /relative-change.ts data directory/ }).waitFor();
    expect(await page.getByText('Takes effect').count()).toBe(0);
    await goTo(page, 'New search');
    const strategy = page.getByLabel('Strategy', { exact: true });
    await strategy.selectOption('global-relative-change');
    await page.getByText('From relative-change.ts.').waitFor();
  });

  it('deletes, and undoes it', async () => {
    await goTo(page, 'History');
    await page.getByRole('searchbox', { name: 'Find searches' }).fill('');
    await page.getByRole('status').getByText('5 searches').waitFor();
    await page.getByRole('checkbox', { name: 'Select Small, further' }).click();
    await page.getByRole('toolbar').getByRole('button', { name: 'Delete' }).click();
    await page.getByRole('status').getByText('4 searches').waitFor();
    await button('Undo').click();
    await page.getByRole('status').getByText('5 searches').waitFor();
  });

  it('can be used with the keyboard alone', async () => {
    const { keyboard } = page;
    await keyboard.press('Escape');
    await keyboard.press('Control+k');
    await keyboard.type('quick');
    await page
      .getByRole('option', { name: /Quick look/ })
      .first()
      .waitFor();
    await keyboard.press('Enter');
    await heading('New search').waitFor();

    await tabTo(button('Import settings'));
    await keyboard.press('Enter');
    const dialog = page.getByRole('dialog', { name: 'Import settings' });
    await tabTo(dialog.getByLabel('Or paste it'));
    // On all digits, so that it still trains when Pause is reached.
    const settings = { ...SMALL_SETTINGS, dataset: { id: 'mnist' }, branches: [] };
    await keyboard.insertText(JSON.stringify(settings));
    await tabTo(dialog.getByRole('button', { name: 'Import' }));
    await keyboard.press('Enter');
    await dialog.waitFor({ state: 'hidden' });
    await page.getByText('2 replicates × (1 dense + 2 levels').waitFor();
    await tabTo(page.getByRole('textbox', { name: 'Name' }));
    await keyboard.press('Control+a');
    await keyboard.type('By keyboard');
    await expect.poll(() => button('Launch search').isEnabled(), POLL).toBe(true);
    await keyboard.press('Control+Enter');
    await heading('By keyboard').waitFor();
    await tabTo(button('Pause'));
    await keyboard.press('Enter');
    await page.getByText('paused; you can resume it').waitFor();
    await tabTo(button('Resume'));
    await keyboard.press('Enter');
    await waitUntilFinished(page, TRAINING_MILLISECONDS);

    await keyboard.press('h');
    await heading('History').waitFor();
    await keyboard.press('/');
    await keyboard.type('keyboard');
    await page.getByRole('status').getByText('1 search matches').waitFor();
    await keyboard.press('ArrowDown');
    await keyboard.press(' ');
    await page.getByText('1 search selected').waitFor();
    await keyboard.press('g');
    await page.getByRole('dialog').waitFor();
    await keyboard.type('keys');
    await keyboard.press('Enter');
    await page.getByRole('gridcell', { name: 'keys' }).waitFor();
    await keyboard.press('Enter');
    await heading('By keyboard').waitFor();

    await tabTo(page.getByRole('tab', { name: 'Overview' }));
    await keyboard.press('ArrowRight');
    await keyboard.press('ArrowRight');
    await expect.poll(() => isFocused(page.getByRole('tab', { name: 'Levels' })), POLL).toBe(true);
    await page.getByRole('cell', { name: 'ticket' }).first().waitFor();
    await tabTo(button('Export'), 'Shift+Tab');
    await keyboard.press('Enter');
    await tabTo(button('Metrics as csv', true));
    const [download] = await Promise.all([page.waitForEvent('download'), keyboard.press('Enter')]);
    expect(download.suggestedFilename()).toMatch(/\.csv$/);
    await keyboard.press('Escape');

    await keyboard.press('h');
    await heading('History').waitFor();
    await page.getByRole('row', { name: /By keyboard/ }).waitFor();
    await keyboard.press('ArrowDown');
    await keyboard.press('Delete');
    await page.getByRole('heading', { name: 'No matches' }).waitFor();
    await keyboard.press('Control+z');
    await page.getByRole('row', { name: /By keyboard/ }).waitFor();
  });

  it('says nothing in the console', () => {
    // The server was killed once: that connections to it failed then is no complaint.
    expect(complaints.filter((text) => !/ERR_CONNECTION_REFUSED|WebSocket/.test(text))).toEqual([]);
  });
});

describe.each(['light', 'dark'] as const)('in the %s theme', (theme) => {
  /** The search that the earlier tests have left finished, with all its levels. */
  async function openSmall(): Promise<void> {
    await goTo(page, 'History');
    await page.getByRole('searchbox', { name: 'Find searches' }).fill('further');
    await page.getByRole('row', { name: /Small, further/ }).click();
    await heading('Small, further').waitFor();
    await page.getByRole('img', { name: /Early-stop iteration against density/ }).waitFor();
  }

  const views: Readonly<Record<string, () => Promise<void>>> = {
    start: async () => goTo(page, 'How it works'),
    'new-search': async () => {
      await goTo(page, 'New search');
      await page.getByRole('heading', { name: 'Weights by layer' }).waitFor();
    },
    history: async () => {
      await goTo(page, 'History');
      await page.getByRole('searchbox', { name: 'Find searches' }).fill('');
      await page.getByRole('row', { name: /Small, further/ }).waitFor();
      const expand = button('Expand Batches');
      if (await expand.isVisible()) await expand.click();
      await page.getByRole('row', { name: /batchSize 120/ }).waitFor();
    },
    detail: openSmall,
    curves: async () => {
      await openSmall();
      await page.getByRole('tab', { name: 'Learning curves' }).click();
    },
    levels: async () => {
      await openSmall();
      await page.getByRole('tab', { name: 'Levels' }).click();
    },
    settings: async () => {
      await openSmall();
      await page.getByRole('tab', { name: 'Settings' }).click();
    },
    analyses: async () => {
      await goTo(page, 'History');
      await page.getByRole('searchbox', { name: 'Find searches' }).fill('small');
      await page.getByRole('row', { name: /Small(?!,)/ }).click();
      await heading('Small').waitFor();
      await page.getByRole('tab', { name: 'Analyses' }).click();
      await page.getByRole('img', { name: /Density by layer/ }).waitFor();
    },
    sweep: async () => {
      await goTo(page, 'History');
      await page.getByRole('searchbox', { name: 'Find searches' }).fill('');
      await page.getByRole('row', { name: /Batches batchSize/ }).click();
      await page.getByRole('heading', { name: 'Searches' }).waitFor();
    },
    environment: async () => {
      await openSmall();
      await page.getByRole('tab', { name: 'Environment' }).click();
    },
    export: async () => {
      await openSmall();
      await button('Export').click();
      await button('Masks as npz', true).waitFor();
    },
    'export-chart': async () => {
      await openSmall();
      await button('Export').click();
      await page.getByRole('dialog').getByText('Charts', { exact: true }).click();
      await page.getByRole('img', { name: /The chart as it will be saved/ }).waitFor();
    },
    'export-report': async () => {
      await openSmall();
      await button('Export').click();
      await page.getByRole('dialog').getByText('Report', { exact: true }).click();
      await page.getByRole('textbox', { name: /Methods/ }).waitFor();
    },
    compare: async () => {
      await goTo(page, 'Compare');
      await page.getByRole('heading', { name: 'Levels' }).waitFor();
    },
    reproduce: async () => {
      await goTo(page, 'Reproduce');
      await page.getByText('A hundredth').click();
      await page.getByText('scaled: 500 of 50,000 iterations per training').waitFor();
    },
    'plug-ins': async () => {
      await goTo(page, 'Settings');
      await page.getByRole('row', { name: /checkerboard.js/ }).waitFor();
      await page.getByRole('heading', { name: 'Plug-ins', exact: true }).scrollIntoViewIfNeeded();
      // The picture is the same wherever it is taken.
      await page
        .getByText(`${scratch.folder}/searches/plug-ins`)
        .evaluate((shown: { textContent: string | null }) => {
          shown.textContent = '/home/me/.local/share/ticket-workbench/plug-ins';
        });
    },
    palette: async () => {
      await goTo(page, 'History');
      await page.keyboard.press('Control+k');
      await page.getByRole('listbox').waitFor();
    },
    live: async () => {
      await goTo(page, 'History');
      await page.getByRole('searchbox', { name: 'Find searches' }).fill('quick');
      await page.getByRole('row', { name: /Quick look/ }).click();
      await heading('Quick look').waitFor();
      await button('Resume').click();
      await button('Pause').waitFor();
      await goTo(page, 'Live');
      await expect
        .poll(() => page.getByRole('progressbar', { name: /worker/ }).count(), POLL)
        .toBeGreaterThan(0);
      await page.getByRole('img', { name: /Test accuracy .* against density/ }).waitFor();
    },
  };

  it.each(Object.keys(views))('shows %s with nothing for axe to find', async (name) => {
    await showTheme(page, theme);
    await dismissMessages(page);
    await views[name]!();
    expect(await accessibilityFaults(page)).toEqual([]);
    await screenshot(page, `${name}-${theme}`);
    // Otherwise it could finish before it is shown in the other theme.
    if (name === 'live') await button('Pause').click();
    await page.keyboard.press('Escape');
  });
});
