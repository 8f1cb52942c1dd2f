/** The order of searches in Compare, more of them than fit, reports of them, and a narrow window. */
import { mkdirSync, readFileSync } from 'node:fs';
import type { Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Store } from '../../src/main/store/store.ts';
import { databaseFile } from '../../src/main/workbench/data-directory.ts';
import { plannedTrainings } from '../../src/shared/domain/plan.ts';
import {
  denseLayout,
  ENVIRONMENT,
  FINGERPRINT,
  sampleSearch,
  sampleTraining,
  TINY_LAYOUT,
} from '../main/store/samples.ts';
import { ticket } from '../support/command-line.ts';
import { POLL } from '../support/patience.ts';
import { goTo } from '../support/window-steps.ts';
import { accessibilityFaults, keepPictures, openOn, scratchFolder, showTheme } from './support.ts';

/** Globals of the page, as far as these tests use them. */
declare const document: { readonly activeElement: unknown };

const WIDE = { width: 1440, height: 1100 };

const LONG_NAME =
  'Everything pruned at once, with a name that explains the whole idea of the search';
/** With the seeds of their replicates. */
const SEEDS = new Map([
  ['First', 7],
  ['Second', 7],
  ['Third', 8],
  [LONG_NAME, 9],
  ['Fifth', 10],
  ['Sixth', 11],
  ['Seventh', 12],
  ['Eighth', 13],
  ['Ninth', 14],
  ['Tenth', 15],
]);
const OTHER_NETWORK = 'Other network';

const scratch = scratchFolder();
const data = `${scratch.folder}/searches`;
const ids = new Map<string, string>();
let page: Page;
let complaints: string[];

function storeSearch(store: Store, name: string, seed: number, layout = TINY_LAYOUT): void {
  const sample = sampleSearch({ replicates: { count: 3, seed } }, layout);
  const { id } = store.searches.create({ ...sample, name });
  store.searches.start(id, ENVIRONMENT, FINGERPRINT);
  for (const key of plannedTrainings(sample.settings)) {
    const training = sampleTraining(key, {}, layout);
    const evaluations = training.evaluations.map((each) => ({
      ...each,
      testAccuracy: 0.9 + each.testAccuracy! / (20 + ids.size * key.replicate),
    }));
    store.trainings.save(id, { ...training, evaluations });
  }
  store.searches.setStatus(id, 'finished');
  ids.set(name, id);
}

beforeAll(async () => {
  mkdirSync(data, { recursive: true });
  const store = Store.open(databaseFile(data));
  for (const [name, seed] of SEEDS) storeSearch(store, name, seed);
  storeSearch(store, OTHER_NETWORK, 7, denseLayout(5, 6, 3));
  store.close();
  ({ page, complaints } = await openOn(scratch, WIDE));
  await page.evaluate(`location.hash = '#/compare/${idsOf('First')}'`);
  // Legends have the searches alone.
  await page.getByRole('switch', { name: 'Published points' }).click();
});

afterAll(scratch.close);

const idsOf = (...names: readonly string[]): string =>
  names.map((name) => ids.get(name)!).join(',');
const card = (id: string): Locator => page.locator(`section[aria-labelledby="${id}"]`);
const button = (name: string): Locator => page.getByRole('button', { name, exact: true });
const address = (): Promise<string> => page.evaluate<string>('location.hash');
const isFocused = (of: Locator): Promise<boolean> =>
  of.evaluate((element) => element === document.activeElement);
const chip = (name: string): Locator =>
  page
    .getByRole('list', { name: 'Compared searches' })
    .getByRole('listitem')
    .filter({ has: page.getByRole('link', { name, exact: true }) });

async function open(...names: readonly string[]): Promise<void> {
  await page.evaluate(
    `location.hash = '#/compare/${idsOf(...names)}/reference/${idsOf(names[0]!)}'`,
  );
  await card('compare-levels').waitFor();
  await expect.poll(order, POLL).toEqual(names.slice(0, 8));
}

/** The names in the row of searches. */
function order(): Promise<string[]> {
  return page
    .getByRole('list', { name: 'Compared searches' })
    .getByRole('listitem')
    .getByRole('link')
    .allInnerTexts();
}

/** The colour of a search beside its name. */
function colourOf(name: string): Promise<string | null> {
  return chip(name).locator('circle').first().getAttribute('fill');
}

async function saved(press: () => Promise<void>): Promise<string> {
  const [download] = await Promise.all([page.waitForEvent('download'), press()]);
  return Buffer.concat(await (await download.createReadStream()).toArray()).toString();
}

describe('the order of searches', () => {
  const legend = (): Promise<string[]> =>
    card('compare-accuracy').locator('.legend li').allInnerTexts();
  const headings = (of: string): Promise<string[]> =>
    card(of).locator('thead tr:first-child th .name').allInnerTexts();

  it('changes with the keyboard, in the address, the charts and the tables', async () => {
    await open('First', 'Second', 'Third');
    const coloursOf = () => Promise.all(['First', 'Second', 'Third'].map(colourOf));
    const colours = await coloursOf();
    expect(new Set(colours).size).toBe(3);
    await expect.poll(() => button('Move First left').isDisabled(), POLL).toBe(true);
    await button('Move First right').focus();
    await page.keyboard.press('Enter');
    await expect.poll(order, POLL).toEqual(['Second', 'First', 'Third']);
    await expect.poll(() => isFocused(button('Move First right')), POLL).toBe(true);
    await page.getByText('First is number 2 of 3').waitFor({ state: 'attached' });
    await page.keyboard.press('Enter');
    await expect.poll(order, POLL).toEqual(['Second', 'Third', 'First']);
    // It can't go further: the focus is where it can go back.
    await expect.poll(() => isFocused(button('Move First left')), POLL).toBe(true);

    const moved = `#/compare/${idsOf('Second', 'Third', 'First')}/reference/${idsOf('First')}`;
    await expect.poll(address, POLL).toBe(moved);
    await expect
      .poll(legend, POLL)
      .toEqual(['Second', 'Third', 'First'].map((n) => `${n} (N = 3)`));
    for (const of of ['compare-levels', 'compare-settings']) {
      const names = async () =>
        (await headings(of)).map((name) => name.replace(/\s*\(reference\)$/, ''));
      await expect.poll(names, POLL).toEqual(['Second', 'Third', 'First']);
    }
    await expect.poll(coloursOf, POLL).toEqual(colours);
    const curves = card('curves-title').locator('.legend li');
    await expect.poll(() => curves.first().innerText(), POLL).toMatch(/^Second: /);
    await expect.poll(() => curves.last().innerText(), POLL).toMatch(/^First: /);
  });

  it('is that of exports, and survives a reload and other views', async () => {
    const text = await saved(async () => {
      await button('Export').click();
      await page.getByRole('menuitem', { name: 'Levels beside each other (csv)' }).click();
    });
    const names = text.split('\r\n').map((row) => row.split(',')[1]);
    expect(names.slice(1, 4)).toEqual(['Second', 'Third', 'First']);
    await page.reload();
    await expect.poll(order, POLL).toEqual(['Second', 'Third', 'First']);
    await goTo(page, 'History');
    await goTo(page, 'Compare');
    await expect.poll(order, POLL).toEqual(['Second', 'Third', 'First']);
  });

  it('changes with the mouse: a click, or a search that is dragged to another', async () => {
    await button('Move Third left').click();
    await expect.poll(order, POLL).toEqual(['Third', 'Second', 'First']);
    const before = await colourOf('First');
    await chip('First').dragTo(chip('Third'));
    await expect.poll(order, POLL).toEqual(['First', 'Third', 'Second']);
    await chip('First').dragTo(chip('Second'));
    await expect.poll(order, POLL).toEqual(['Third', 'Second', 'First']);
    await expect.poll(() => colourOf('First'), POLL).toBe(before);
  });

  it('keeps the place of a search that is missing', async () => {
    const given = `gone,${idsOf('First', 'Second')}`;
    await page.evaluate(`location.hash = '#/compare/${given}'`);
    await page.getByText('gone is left out').waitFor();
    await expect.poll(order, POLL).toEqual(['First', 'Second']);
    await button('Move Second left').click();
    await expect.poll(order, POLL).toEqual(['Second', 'First']);
    await expect.poll(address, POLL).toContain(`/gone,${idsOf('Second', 'First')}/`);
  });
});

it('the table of levels says the differences that the chart says, with their intervals', async () => {
  await open('First', 'Second', 'Third');
  const slider = card('compare-accuracy').getByRole('slider');
  await slider.focus();
  await page.keyboard.press('Home');
  await page.keyboard.press('ArrowRight');
  const row = card('compare-levels').locator('tbody tr').nth(1);
  // The chart has a digit more.
  const density = Number.parseFloat(await row.locator('th').innerText());
  await expect
    .poll(() => slider.getAttribute('aria-valuetext'), POLL)
    .toMatch(new RegExp(`^Density ${density}\\d* %.*from First`, 's'));
  const said = (await slider.getAttribute('aria-valuetext'))!;
  await page.keyboard.press('Escape');
  await expect.poll(() => row.locator('.difference').count(), POLL).toBe(4);
  const [second = '', , third = ''] = await row.locator('.difference').allInnerTexts();
  const numbersIn = (text: string): string[] => text.match(/[+−]?[\d.]+/g) ?? [];
  // The second search has the seed of the first, so that replicates are pairs. The third has not.
  expect(numbersIn(second)).toHaveLength(3);
  expect(numbersIn(third)).toHaveLength(1);
  const asNumber = (text: string): number => Number(text.replace('−', '-'));
  const told = numbersIn(said).map(asNumber);
  for (const number of [...numbersIn(second), ...numbersIn(third)].map(asNumber)) {
    // Charts round to what their axis can show.
    expect(told.some((each) => Math.abs(each - number) < 0.051)).toBe(true);
  }
});

describe('an address with more searches than are compared', () => {
  const notice = () => page.getByText(/more search(es are| is) left out/);

  it('says which are left out, why, and how to have them compared', async () => {
    await open(...SEEDS.keys());
    await notice().waitFor();
    const text = () => notice().innerText();
    await expect
      .poll(text, POLL)
      .toMatch(/^2 more searches are left out, because at most 8 are compared\./);
    await expect
      .poll(text, POLL)
      .toMatch(/the first that is left out takes the free place:\s+Ninth\s+Tenth$/);
    await expect.poll(address, POLL).toContain(idsOf('Eighth', 'Ninth', 'Tenth'));
    expect(await accessibilityFaults(page)).toEqual([]);
    await keepPictures(page, 'left-out');
  });

  it('still says so after a reload, and compares the next one when one is removed', async () => {
    await page.reload();
    await notice().waitFor();
    await button('Remove Second').click();
    await expect
      .poll(order, POLL)
      .toEqual([...SEEDS.keys()].filter((name) => name !== 'Second').slice(0, 8));
    await expect
      .poll(() => notice().innerText(), POLL)
      .toMatch(/^1 more search is left out, .* and it takes the free place:\s+Tenth$/);
    await button('Remove Tenth').click();
    await notice().waitFor({ state: 'hidden' });
    await expect.poll(address, POLL).not.toContain(idsOf('Tenth'));
  });

  it('names a search that is given twice once, and leaves nothing out for it', async () => {
    const given = idsOf('First', 'Second', 'First');
    await page.evaluate(`location.hash = '#/compare/${given}'`);
    await expect.poll(order, POLL).toEqual(['First', 'Second']);
    await notice().waitFor({ state: 'hidden' });
  });
});

describe('the report of a comparison', () => {
  const SERIES = ['#0072b2', '#d55e00', '#009e73', '#cc79a7'];
  const coloursIn = (html: string): string[] =>
    SERIES.filter((colour) => html.includes(`stroke="${colour}"`));

  async function report(format: 'HTML' | 'Markdown'): Promise<string> {
    await button('Report').click();
    const text = await saved(() => page.getByRole('button', { name: `Save as ${format}` }).click());
    await page.keyboard.press('Escape');
    return text;
  }

  it('compares masks, and draws each search in its colour of the page', async () => {
    await open('First', 'Second', 'Third', OTHER_NETWORK);
    await button('Remove First').click();
    await expect.poll(order, POLL).toEqual(['Second', 'Third', OTHER_NETWORK]);
    await button('Move Third left').click();
    await expect.poll(order, POLL).toEqual(['Third', 'Second', OTHER_NETWORK]);
    await expect
      .poll(() => Promise.all(['Third', 'Second', OTHER_NETWORK].map(colourOf)), POLL)
      .toEqual([SERIES[2], SERIES[1], SERIES[3]]);

    const html = await report('HTML');
    expect(coloursIn(html)).toEqual([SERIES[1], SERIES[2], SERIES[3]]);
    const overlap = html.split('Mask overlap</h2>')[1]!.split('<h2')[0]!;
    expect(overlap).toContain('Mask overlap between 2 searches');
    expect(overlap).toContain('<td>Third and Second</td>');
    expect(overlap).toMatch(/Other network is left out: its network differs from that of Second/);
    const markdown = await report('Markdown');
    expect(markdown).toContain('## Mask overlap');
    expect(markdown).toMatch(/Other network is left out: its network differs/);
  });

  it('is in colours by order from the command line', async () => {
    const file = `${scratch.folder}/report.html`;
    const { code, stderr } = await ticket(
      ...['export', ids.get('Third')!, ids.get('Second')!, ids.get(OTHER_NETWORK)!],
      ...['--what', 'report', '--format', 'html', '--out', file, '--data-dir', data],
    );
    expect(code, stderr).toBe(0);
    const html = readFileSync(file, 'utf8');
    expect(coloursIn(html)).toEqual(SERIES.slice(0, 3));
    expect(html).toContain('Mask overlap between 2 searches');
    expect(html).toContain('Other network is left out: its network differs from that of Third');
  });
});

describe('a legend', () => {
  it('of one line that is left can show again what was hidden', async () => {
    await open('First', 'Second');
    const legend = card('compare-accuracy').locator('.legend');
    await legend.getByRole('button', { name: 'Second (N = 3)' }).click();
    await button('Remove First').click();
    await expect.poll(order, POLL).toEqual(['Second']);
    const line = legend.getByRole('button', { name: 'Second (N = 3)' });
    await expect.poll(() => legend.locator('li').count(), POLL).toBe(1);
    await expect.poll(() => line.getAttribute('aria-pressed'), POLL).toBe('false');
    const slider = card('compare-accuracy').getByRole('slider');
    await slider.focus();
    await page.keyboard.press('Home');
    await expect.poll(() => slider.getAttribute('aria-valuetext'), POLL).not.toContain('Second');
    await page.keyboard.press('Escape');
    await legend.getByRole('button', { name: 'Show all' }).click();
    // One line needs no legend.
    await expect.poll(() => legend.count(), POLL).toBe(0);
    await slider.focus();
    await page.keyboard.press('Home');
    await expect.poll(() => slider.getAttribute('aria-valuetext'), POLL).toContain('Second');
    await page.keyboard.press('Escape');
  });

  it('of one line that is left can clear a filter', async () => {
    await open('First', 'Second', 'Third', 'Fifth', 'Sixth');
    const curves = card('curves-title');
    await curves.getByLabel('Replicates').selectOption('all');
    const filter = curves.getByRole('searchbox', { name: /^Filter the lines/ });
    await filter.fill('Third');
    await expect
      .poll(() => curves.locator('.legend li').allInnerTexts(), POLL)
      .toSatisfy((names: string[]) => names.length > 0 && names.every((n) => n.includes('Third')));
    await curves.getByLabel('Replicates').selectOption('mean');
    for (const name of ['Second', 'Third', 'Fifth', 'Sixth'])
      await button(`Remove ${name}`).click();
    await expect.poll(order, POLL).toEqual(['First']);
    await curves.getByRole('button', { name: 'Levels' }).click();
    const ticked = curves.getByRole('menuitemcheckbox', { checked: true });
    await ticked.first().waitFor();
    while ((await ticked.count()) > 1) {
      const before = await ticked.count();
      await ticked.last().click();
      await expect.poll(() => ticked.count(), POLL).toBe(before - 1);
    }
    await page.keyboard.press('Escape');
    await expect.poll(() => curves.locator('.legend').innerText(), POLL).toContain('0 of 1 line');
    await filter.fill('');
    await expect.poll(() => curves.locator('.legend').count(), POLL).toBe(0);
  });
});

/** What is cut off at the sides of the page, and which controls lie over each other. */
const LAYOUT_FAULTS = `(() => {
  const main = document.querySelector('main');
  const page = main.getBoundingClientRect();
  const isScrolled = (element) => element.closest('.table-scroll, .legend ul, .readout') !== null;
  const isSeen = (element) => element.checkVisibility({ visibilityProperty: true, opacityProperty: true });
  const nameOf = (element) =>
    element.tagName + '.' + element.className + ' ' + (element.ariaLabel ?? element.textContent ?? '').trim().slice(0, 60);
  const all = [...main.querySelectorAll('*')].filter(
    (element) => isSeen(element) && !isScrolled(element) && !element.closest('.visually-hidden, [role=slider]'),
  );
  const outside = all.filter((element) => {
    const { left, right, width } = element.getBoundingClientRect();
    return width > 1 && (left < page.left - 1 || right > page.left + main.clientWidth + 1);
  });
  const cut = all.filter((element) => {
    const { overflowX } = getComputedStyle(element);
    return overflowX !== 'visible' && element !== main && element.scrollWidth > element.clientWidth + 1
      && !element.matches('input, select, textarea, canvas, svg, svg *');
  });
  const controls = all.filter((element) => element.matches('a, button, input, select, label, h1, h2, summary'));
  const overlaps = [];
  for (const [index, one] of controls.entries()) {
    const a = one.getBoundingClientRect();
    for (const other of controls.slice(index + 1)) {
      if (one.contains(other) || other.contains(one)) continue;
      const b = other.getBoundingClientRect();
      const across = Math.min(a.right, b.right) - Math.max(a.left, b.left);
      const down = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
      if (across > 1 && down > 1) overlaps.push(nameOf(one) + ' over ' + nameOf(other));
    }
  }
  return [
    ...outside.map((element) => 'outside: ' + nameOf(element)),
    ...cut.map((element) => 'cut off: ' + nameOf(element)),
    ...overlaps,
  ].slice(0, 20);
})()`;

describe.each(['light', 'dark'] as const)('in the %s theme', (theme) => {
  it.each([400, 760, 1440])(
    '%i pixels wide, nothing is cut off or lies over another',
    async (width) => {
      await showTheme(page, theme);
      await page.setViewportSize({ width, height: 1100 });
      await open(...[...SEEDS.keys()].slice(0, 7), OTHER_NETWORK, 'Ninth');
      await card('compare-overlap').getByRole('img').waitFor();
      await card('curves-title').getByRole('img').waitFor();
      const loading = page.getByText(/^(Loading|Comparing masks)/);
      await expect.poll(() => loading.count(), POLL).toBe(0);
      await card('compare-overlap').locator('summary').click();
      await expect.poll(() => page.evaluate(LAYOUT_FAULTS), POLL).toEqual([]);
      expect(await accessibilityFaults(page)).toEqual([]);
      await keepPictures(page, `${theme}-${width}`);
      await page.setViewportSize(WIDE);
    },
  );
});

it('the page complained about nothing', () => {
  expect(complaints).toEqual([]);
});
