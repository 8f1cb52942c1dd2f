/** Faults of the window that only a browser shows: what covers, cuts, hides or says nothing. */
import { homedir } from 'node:os';
import type { Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Store } from '../../src/main/store/store.ts';
import { databaseFile } from '../../src/main/workbench/data-directory.ts';
import { sampleSearch } from '../main/store/samples.ts';
import { PATIENCE_MILLISECONDS, POLL } from '../support/patience.ts';
import { goTo, importSettings, launch } from '../support/window-steps.ts';
import {
  accessibilityFaults,
  openOn,
  scratchFolder,
  showTheme,
  SMALL_SETTINGS,
} from './support.ts';

/** Globals of the page, as far as these tests use them. */
declare const document: {
  readonly activeElement: { readonly id: string; readonly textContent: string } | null;
  querySelector(selector: string): {
    readonly href: string;
    readonly scrollWidth: number;
    readonly clientWidth: number;
  } | null;
};

const LONG_NAME =
  `A name as long as ${'those of people who write everything down '.repeat(4)}`.trim();

const scratch = scratchFolder();
const data = `${scratch.folder}/searches`;
let page: Page;
let complaints: string[];
let finished: readonly [string, string];
let diverged: string;

beforeAll(async () => {
  fill();
  ({ page, complaints } = await openOn(scratch, { width: 1440, height: 900 }));
});

afterAll(scratch.close);

/** Two finished searches, one that diverged, and two that are paused. */
function fill(): void {
  const store = Store.open(databaseFile(data));
  const make = (name: string): string => store.searches.create({ ...sampleSearch(), name }).id;
  const finish = (name: string): string => {
    const id = make(name);
    store.searches.setStatus(id, 'finished');
    return id;
  };
  finished = [finish('One'), finish('keeps 50% 🎟')];
  diverged = make('Diverged');
  store.searches.setStatus(diverged, 'failed', {
    code: 'training-diverged',
    message: 'the validation loss is NaN after 100 iterations',
    hint: 'Lower the learning rate.',
  });
  for (const name of [LONG_NAME, 'Also paused']) {
    const id = make(name);
    store.queue.add(id, undefined);
    store.queue.setPaused(id, true);
  }
  store.close();
}

const heading = (name: string | RegExp) => page.getByRole('heading', { level: 1, name });
const button = (name: string | RegExp, exact = false) => page.getByRole('button', { name, exact });
const toasts = () => page.getByRole('region', { name: 'Messages' });
const summary = () => page.getByRole('complementary', { name: 'Summary' });
const outline = () => page.getByRole('navigation', { name: 'Sections of the form' });

/** Opens a view by the part of its address after the `#`. */
async function open(hash: string): Promise<void> {
  await page.goto(`${new URL(page.url()).origin}/${hash}`);
}

async function boxOf(locator: Locator) {
  const box = await locator.boundingBox();
  if (!box) throw new Error(`${String(locator)} is not there`);
  return box;
}

/** Whether nothing but tables has to be scrolled sideways. */
const isWithinWidth = () =>
  page.evaluate(() => {
    const main = document.querySelector('main');
    return main !== null && main.scrollWidth <= main.clientWidth;
  });

/** In both themes. */
async function expectNoAccessibilityFaults(): Promise<void> {
  for (const colorScheme of ['dark', 'light'] as const) {
    await showTheme(page, colorScheme);
    expect(await accessibilityFaults(page)).toEqual([]);
  }
}

describe('an address without a view', () => {
  it('shows a page that says so, and leads on', async () => {
    await open('#/nowhere');
    await page.getByRole('heading', { name: 'There is no page at this address' }).waitFor();
    await page.getByText('#/nowhere').waitFor();
    await expectNoAccessibilityFaults();
    await page.getByRole('link', { name: 'History' }).last().click();
    await heading('History').waitFor();
  });
});

describe('a window whose files were replaced', () => {
  it('says that a view can’t be loaded, and is mended by reloading', async () => {
    const other = await page.context().newPage();
    other.setDefaultTimeout(PATIENCE_MILLISECONDS);
    await other.route(/AboutView/, (route) => route.abort());
    await other.goto(`${new URL(page.url()).origin}/#/about`);
    const alert = other.locator('main').getByRole('alert');
    await alert.getByRole('heading', { name: 'Can’t show this page' }).waitFor();
    await alert.getByText(/a file of the window/i).waitFor();
    await other.unroute(/AboutView/);
    await alert.getByRole('button', { name: 'Reload the window' }).click();
    await other.getByRole('heading', { level: 1, name: 'About' }).waitFor();
    await other.close();
  });

  it('says that a command can’t be loaded', async () => {
    const other = await page.context().newPage();
    other.setDefaultTimeout(PATIENCE_MILLISECONDS);
    await other.route(/commands/, (route) => route.abort());
    await other.goto(`${new URL(page.url()).origin}/#/start`);
    await other.getByRole('navigation', { name: 'Views' }).waitFor();
    await other.keyboard.press('Control+k');
    await other
      .getByRole('region', { name: 'Messages' })
      .getByText(/can’t be loaded/)
      .waitFor();
    await other.close();
  });
});

describe('a new search', () => {
  it('has an outline that marks what was changed and what is wrong', async () => {
    await goTo(page, 'New search');
    await outline().waitFor();
    const batch = page.getByRole('textbox', { name: 'Batch size', exact: true });
    await batch.fill('30');
    await outline().getByRole('button', { name: 'Training 1 changed' }).waitFor();
    await page.getByText('changed; was 60').waitFor();
    await batch.fill('0');
    await outline().getByRole('button', { name: 'Training 1 changed 1 problem' }).waitFor();
    await expectNoAccessibilityFaults();

    await outline().getByRole('button', { name: 'Verdict' }).click();
    await expect
      .poll(() => page.evaluate(() => document.activeElement?.id), POLL)
      .toBe('group-verdict');
    await expect
      .poll(async () => (await boxOf(outline())).y, POLL)
      .toSatisfy((y: number) => y >= 0 && y < 60);

    await page.getByLabel(/Only what was changed/).check();
    await page
      .getByRole('textbox', { name: 'Iterations', exact: true })
      .waitFor({ state: 'detached' });
    await batch.fill('60');
    await page.getByText('Nothing was changed yet.').waitFor();
    await page.getByLabel(/Only what was changed/).uncheck();
  });

  it('finds settings, and a link to a hidden one ends the search', async () => {
    const find = page.getByRole('searchbox', { name: 'Find a setting' });
    const batch = page.getByRole('textbox', { name: 'Batch size', exact: true });
    await batch.fill('0');
    await find.fill('seed');
    await expect.poll(() => batch.count(), POLL).toBe(0);
    await summary().getByRole('button', { name: 'Batch size' }).click();
    await expect.poll(() => find.inputValue(), POLL).toBe('');
    await batch.fill('60');
  });

  it('keeps the mistakes of an import visible until they are mended or dropped', async () => {
    await importSettings(page, { ...SMALL_SETTINGS, trainng: { iterations: 5 } });
    await toasts().getByText('Settings imported with 1 mistake').waitFor();
    await summary()
      .getByText(/there is no such setting/i)
      .waitFor();
    await expect.poll(() => button('Launch search').isDisabled(), POLL).toBe(true);
    await button('Drop trainng').click();
    await page.getByText(/problems? to fix/).waitFor({ state: 'hidden' });

    await importSettings(page, { training: { batchSize: 'sixty' } });
    const batch = page.getByRole('textbox', { name: 'Batch size', exact: true });
    await expect.poll(() => batch.inputValue(), POLL).toBe('"sixty"');
    await batch.fill('60');
    await page.getByText(/problems? to fix/).waitFor({ state: 'hidden' });
  });

  it('takes a file with a sweep as the command line does', async () => {
    await importSettings(page, { ...SMALL_SETTINGS, sweep: { 'training.batchSize': [30, 60] } });
    await button('Launch sweep of 2 searches').waitFor();
    const swept = page.getByRole('textbox', { name: 'Batch size', exact: true });
    await swept.fill('1..3');
    await summary().getByText('1 problem to fix').waitFor();
    await summary()
      .getByText(/Write 1\.\.3 step 1/)
      .waitFor();
  });

  it('leaves its launch button free of messages', async () => {
    for (let index = 0; index < 4; index += 1) await importSettings(page, SMALL_SETTINGS);
    await toasts().getByText('Settings imported').first().waitFor();
    // As wide as its messages, which come and go.
    await expect
      .poll(async () => {
        const [{ x, width }, launchBox] = await Promise.all([
          boxOf(toasts()),
          boxOf(button('Launch search')),
        ]);
        return launchBox.x - (x + width);
      }, POLL)
      .toBeGreaterThan(0);
  });

  it('warns about more workers than cores', async () => {
    const workers = page.getByRole('spinbutton', { name: 'Workers' });
    await workers.fill('999');
    await page.getByText(/999 workers on \d+ cores?: they share the cores/).waitFor();
    await workers.fill('');
  });

  it('puts the error of a path on the field of the path', async () => {
    await page.getByLabel('Dataset', { exact: true }).selectOption('idx');
    const folder = page.getByRole('textbox', { name: 'Folder', exact: true });
    await folder.fill('~/no-such-folder');
    await expect.poll(() => folder.getAttribute('aria-invalid'), POLL).toBe('true');
    await summary().getByText(`${homedir()}/no-such-folder`).waitFor();
  });

  it('offers no flip and crop for tables, and links a convolution on them to the shape', async () => {
    const flip = page.getByRole('checkbox', { name: 'Augmentation: flip' });
    await importSettings(page, SMALL_SETTINGS);
    await flip.waitFor();
    await importSettings(page, {
      dataset: { id: 'gaussian-blobs', dimensions: 784, train: 300, validation: 50 },
      architecture: { id: 'mlp' },
      training: { batchSize: 20 },
    });
    await flip.waitFor({ state: 'detached' });
    await page.getByLabel('Architecture', { exact: true }).selectOption('lenet-5');
    await summary().getByRole('button', { name: 'Shape of an example' }).click();
    await expect
      .poll(() => page.evaluate(() => document.activeElement?.id), POLL)
      .toBe('setting-dataset-shape');
  });

  it('has fields for the fractions of single layers', async () => {
    await importSettings(page, SMALL_SETTINGS);
    await page.getByRole('combobox', { name: /name of a layer/ }).fill('fc1');
    await page.keyboard.press('Enter');
    const fraction = page.getByRole('textbox', { name: 'fc1', exact: true });
    await fraction.fill('0.3');
    await page.getByText(/problems? to fix/).waitFor({ state: 'hidden' });
    await button('Remove fc1').click();
    await fraction.waitFor({ state: 'detached' });
  });

  it('says of each preset how long it takes', async () => {
    await page.getByRole('button', { name: /Conv-2 in full plan for days/ }).waitFor();
  });
});

describe('the history', () => {
  it('shows the column that it is sorted by at 1440 pixels', async () => {
    await goTo(page, 'History');
    const column = page.getByRole('columnheader', { name: /Launched/ });
    await expect.poll(() => column.getAttribute('aria-sort'), POLL).toBe('descending');
    await expect
      .poll(async () => {
        const { x, width } = await boxOf(column);
        return x + width;
      }, POLL)
      .toBeLessThan(1440);
    const tags = page.getByRole('columnheader', { name: 'Tags' });
    await expect.poll(async () => (await boxOf(tags)).x, POLL).toBeLessThan(1440);
  });

  it.each([
    ['50%', 1],
    ['🎟', 1],
    ['training.batchSize=60', 5],
    ['training.batchSize=61', 0],
  ])('finds %s', async (text, count) => {
    await page.getByRole('searchbox', { name: 'Find searches' }).fill(text);
    const found = count === 1 ? '1 search matches' : `${count} searches match`;
    await page.getByRole('status').getByText(found).waitFor();
  });

  it('lets a name that is cut be read', async () => {
    await page.getByRole('searchbox', { name: 'Find searches' }).fill('');
    await page.getByTitle(LONG_NAME).first().waitFor();
  });
});

describe('the view of running searches', () => {
  it('keeps its switcher as high as its entries, however tall the page is', async () => {
    await page.setViewportSize({ width: 1440, height: 420 });
    await open('#/live');
    const queue = page.getByRole('navigation', { name: 'Active searches' });
    await queue.getByTitle(LONG_NAME).waitFor();
    await expect.poll(async () => (await boxOf(queue)).height, POLL).toBeGreaterThan(30);
    await page.setViewportSize({ width: 1440, height: 900 });
  });
});

describe('a search that diverged', () => {
  it('leads to its settings, not to the same end again', async () => {
    await open(`#/search/${diverged}`);
    const change = button('Change the settings');
    await expect.poll(() => change.getAttribute('class'), POLL).toContain('primary');
    await expect.poll(() => button('Resume').getAttribute('class'), POLL).not.toContain('primary');
    await change.click();
    await heading('New search').waitFor();
  });
});

describe('a comparison', () => {
  it('names a search that is missing, and shows the others', async () => {
    await open(`#/compare/${finished.join(',')},20200101-000000-gone`);
    await page.getByText(/20200101-000000-gone is left out/).waitFor();
    await page.getByRole('link', { name: 'One' }).waitFor();
    await expectNoAccessibilityFaults();
    await button('Remove 20200101-000000-gone').click();
    await page.getByText(/gone is left out/).waitFor({ state: 'hidden' });
  });
});

describe('a term', () => {
  it('is explained where it stands, by keyboard, and leads to the glossary', async () => {
    await open('#/start');
    const term = button('level', true);
    await term.focus();
    await page.keyboard.press('Enter');
    const explanation = page.getByRole('note');
    await explanation.getByText(/A round of pruning/).waitFor();
    await expectNoAccessibilityFaults();
    await page.keyboard.press('Escape');
    await explanation.waitFor({ state: 'detached' });
    await expect
      .poll(() => page.evaluate(() => document.activeElement?.textContent.trim()), POLL)
      .toBe('level');
    await page.keyboard.press('Enter');
    await explanation.waitFor();
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await heading('Glossary').waitFor();
    await expect
      .poll(() => page.evaluate(() => document.activeElement?.id), POLL)
      .toBe('term-level');
    await expectNoAccessibilityFaults();
    await page.getByRole('searchbox', { name: 'Find a term' }).fill('jaccard');
    await expect.poll(() => page.getByRole('term').count(), POLL).toBe(1);
  });
});

describe('the palette', () => {
  it('opens the export of the open search', async () => {
    await open(`#/search/${finished[0]}`);
    await heading('One').waitFor();
    await page.keyboard.press('Control+k');
    await page.getByRole('combobox', { name: 'Command or search' }).fill('export this search');
    await page.getByRole('option', { name: /Export this search/ }).waitFor();
    await page.keyboard.press('Enter');
    await page.getByRole('dialog', { name: /Export/ }).waitFor();
    await page.keyboard.press('Escape');
  });

  it('makes the text larger, and the usual size again', async () => {
    const size = () => page.evaluate<string>('getComputedStyle(document.documentElement).fontSize');
    const before = await size();
    for (const command of ['zoom in', 'usual size']) {
      await page.keyboard.press('Control+k');
      await page.getByRole('combobox', { name: 'Command or search' }).fill(command);
      const first = page.getByRole('option').first();
      await expect
        .poll(async () => (await first.innerText()).toLowerCase(), POLL)
        .toContain(command);
      await page.keyboard.press('Enter');
      if (command === 'zoom in') await expect.poll(size, POLL).not.toBe(before);
    }
    await expect.poll(size, POLL).toBe(before);
  });
});

describe('the settings', () => {
  it('have no heading without a word below it, and ask for nothing', async () => {
    await goTo(page, 'Settings');
    await page.getByRole('heading', { name: 'Plug-ins', exact: true }).waitFor();
    for (const card of await page.locator('section.card').all()) {
      await expect
        .poll(async () => (await card.innerText()).split('\n').length, POLL)
        .toBeGreaterThan(1);
    }
    await page.getByRole('heading', { name: 'When a search ends' }).waitFor();
    await expectNoAccessibilityFaults();
  });

  it('switch single-letter keys off', async () => {
    const keys = page.getByRole('switch', { name: 'Letters and signs are shortcuts' });
    await keys.uncheck();
    await keys.blur();
    await page.keyboard.press('h');
    // A shortcut changes the address at once.
    expect(await page.evaluate('location.hash')).toBe('#/settings');
    await keys.check();
    await keys.blur();
    await page.keyboard.press('h');
    await heading('History').waitFor();
  });
});

describe('a narrow window', () => {
  it.each([
    ['new', 'New search'],
    ['history', 'History'],
    ['start', 'The Lottery Ticket Hypothesis'],
    ['settings', 'Settings'],
    ['glossary', 'Glossary'],
    ['live', LONG_NAME],
  ])('folds the view %s', async (view, title) => {
    await page.setViewportSize({ width: 640, height: 900 });
    await open(`#/${view}`);
    await heading(title).waitFor();
    await expectNoAccessibilityFaults();
    await expect.poll(isWithinWidth, POLL).toBe(true);
  });

  it('has the views behind a button', async () => {
    await page.getByRole('link', { name: 'Compare' }).waitFor({ state: 'hidden' });
    await button('Views', true).click();
    await page.getByRole('link', { name: 'Compare' }).click();
    await heading('Compare').waitFor();
    await page.getByRole('link', { name: 'Reproduce' }).waitFor({ state: 'hidden' });
    await page.setViewportSize({ width: 1440, height: 900 });
  });
});

describe('a search that ends', () => {
  it('shows in the tab how far it is, and then says its verdict', async () => {
    await open('#/new');
    const settings = {
      ...SMALL_SETTINGS,
      training: { iterations: 1000, evaluateEvery: 100 },
      replicates: { count: 1 },
    };
    await importSettings(page, settings);
    await launch(page, 'Tabbed');
    await expect.poll(() => page.title(), POLL).toMatch(/^\d+ % · Tabbed$/);
    expect(await page.getByText('waiting for the search ahead of it').count()).toBe(0);
    await expect
      .poll(() => page.evaluate(() => document.querySelector('link[rel=icon]')?.href), POLL)
      .toMatch(/^data:image\/svg/);
    await toasts()
      .getByText(/“Tabbed” has finished: /)
      .waitFor();
    await expect.poll(() => page.title(), POLL).toBe('Live · Ticket Workbench');
    await page.getByText(/finished after .* on the clock/).waitFor();
    await page.getByRole('cell', { name: 'dense: finished' }).first().waitFor();
    await page
      .locator('main')
      .getByText(/level 0, dense: density/)
      .first()
      .waitFor();
    await button('See the result').click();
    await heading('Tabbed').waitFor();
    await page.getByText(/launch to end/).waitFor();
  });

  it('complains about nothing', () => {
    expect(complaints).toEqual([]);
  });
});
