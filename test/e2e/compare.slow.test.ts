/** Searches beside each other, in a real browser: the reference, masks at equal densities, learning curves. */
import type { Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ticket } from '../support/command-line.ts';
import { POLL } from '../support/patience.ts';
import { runSearches } from '../support/real-workbench.ts';
import { goTo, importSettings, launch } from '../support/window-steps.ts';
import {
  accessibilityFaults,
  expectOnOtherPage,
  keepPictures,
  openOn,
  scratchFolder,
  showTheme,
} from './support.ts';

/** Globals of the page, as far as these tests use them. */
declare const document: {
  readonly activeElement: unknown;
  readonly documentElement: { readonly scrollWidth: number; readonly clientWidth: number };
};

const LONG_NAME =
  'Everything pruned at once, with a name that explains the whole idea of the search';

const common = {
  dataset: { id: 'spirals' },
  training: { iterations: 200, evaluateEvery: 20 },
  branches: [],
  replicates: { count: 2 },
};
const layerwise = (fraction: number) => ({
  id: 'layerwise-magnitude',
  fraction,
  outputFraction: fraction,
});
const network = (...widths: readonly number[]) => ({ architecture: { id: 'mlp', widths } });

/** Densities of pruned levels: 80, 64, 51 and 41 %. */
const FIFTHS = {
  ...common,
  ...network(64, 32),
  pruning: { strategy: layerwise(0.2), levels: 4 },
  branches: ['random-reinit'],
};
const SETTINGS = {
  Fifths: FIFTHS,
  'Other seed': { ...FIFTHS, replicates: { count: 2, seed: 9 } },
  // 64 and 41 %, as the second and the fourth level of the first.
  Thirds: { ...common, ...network(64, 32), pruning: { strategy: layerwise(0.36), levels: 2 } },
  [LONG_NAME]: {
    ...common,
    ...network(64, 32),
    pruning: {
      strategy: layerwise(0.2),
      schedule: { id: 'densities', densities: [0.2] },
      levels: 1,
    },
  },
  'Eleventh of a long row of seeds, each with the same settings and another start': {
    ...FIFTHS,
    branches: [],
    pruning: { strategy: layerwise(0.2), levels: 2 },
    replicates: { count: 2, seed: 11 },
  },
  'Twelfth of a long row of seeds, each with the same settings and another start': {
    ...FIFTHS,
    branches: [],
    pruning: { strategy: layerwise(0.2), levels: 2 },
    replicates: { count: 2, seed: 12 },
  },
  'Other network': {
    ...common,
    ...network(48, 32),
    pruning: { strategy: layerwise(0.2), levels: 2 },
  },
};

const scratch = scratchFolder();
const data = `${scratch.folder}/searches`;
let ids: Map<string, string>;
let page: Page;
let complaints: string[];

beforeAll(async () => {
  ids = await runSearches(data, SETTINGS);
  ({ page, complaints } = await openOn(scratch, { width: 1440, height: 1100 }));
});

afterAll(scratch.close);

const idsOf = (...names: readonly string[]): string =>
  names.map((name) => ids.get(name)!).join(',');
const region = (name: string): Locator => page.getByRole('region', { name, exact: true });
const card = (id: string, on = page): Locator => on.locator(`section[aria-labelledby="${id}"]`);
const reference = (name: string): Locator =>
  page.getByRole('radio', { name: `Reference: ${name}`, exact: true });
const expectReference = (name: string): Promise<void> =>
  expect.poll(() => reference(name).isChecked(), POLL).toBe(true);
const address = (): Promise<string> => page.evaluate<string>('location.hash');
const isFocused = (of: Locator): Promise<boolean> =>
  of.evaluate((element) => element === document.activeElement);

async function open(hash: string): Promise<void> {
  await page.evaluate(`location.hash = '${hash}'`);
  await card('compare-levels').waitFor();
}

/** The names and colours of the searches, in order. */
async function chosen(): Promise<[name: string, colour: string | null][]> {
  const items = await page.locator('main li:has(input[type=radio])').all();
  return Promise.all(
    items.map(async (item): Promise<[string, string | null]> => [
      await item.getByRole('link').innerText(),
      await item.locator('circle').first().getAttribute('fill'),
    ]),
  );
}

const picture = (name: string): Promise<void> => keepPictures(page, name);

describe('the reference', () => {
  it('is the first search until another is chosen, and stands in the address', async () => {
    await open(`#/compare/${idsOf('Fifths', 'Other seed', 'Thirds')}`);
    await expect
      .poll(address, POLL)
      .toBe(`#/compare/${idsOf('Fifths', 'Other seed', 'Thirds')}/reference/${idsOf('Fifths')}`);
    await expectReference('Fifths');
  });

  it('changes neither the order nor the colours, and all differences are from it', async () => {
    await expect.poll(async () => (await chosen()).length, POLL).toBe(3);
    const before = await chosen();
    await reference('Thirds').check();
    await expect.poll(address, POLL).toMatch(new RegExp(`/reference/${idsOf('Thirds')}$`));
    await expect.poll(chosen, POLL).toEqual(before);
    await card('compare-levels').getByText('are from Thirds:').waitFor();
    await card('compare-settings').getByText('Bold: other than in Thirds.').waitFor();
    await card('compare-accuracy').getByRole('slider').focus();
    await page.keyboard.press('Home');
    await expect
      .poll(() => card('compare-accuracy').getByRole('slider').getAttribute('aria-valuetext'), POLL)
      .toMatch(/from Thirds/);
    await page.keyboard.press('Escape');
  });

  it('survives a reload, other views, and searches that come and go', async () => {
    await page.reload();
    await card('compare-levels').getByText('are from Thirds:').waitFor();
    await goTo(page, 'History');
    await goTo(page, 'Compare');
    await card('compare-levels').getByText('are from Thirds:').waitFor();

    const before = new Map(await chosen());
    await page.getByRole('button', { name: 'Remove Fifths' }).click();
    await expect.poll(() => reference('Fifths').count(), POLL).toBe(0);
    await expectReference('Thirds');
    await page.getByRole('combobox', { name: 'Add a search' }).fill('other net');
    await page.getByRole('option', { name: /^Other network/ }).click();
    await reference('Other network').waitFor();
    await expectReference('Thirds');
    const after = new Map(await chosen());
    for (const name of ['Other seed', 'Thirds']) expect(after.get(name)).toBe(before.get(name));
    expect(new Set(after.values()).size).toBe(after.size);
  });

  it('is the next search when it is removed, and the focus stays in the list', async () => {
    await page.getByRole('button', { name: 'Remove Thirds' }).press('Enter');
    await expectReference('Other network');
    const remove = page.getByRole('button', { name: 'Remove Other network' });
    await expect.poll(() => isFocused(remove), POLL).toBe(true);
  });

  it('that is missing is named, and another one stands for it', async () => {
    await open(`#/compare/gone,${idsOf('Fifths', 'Thirds')}/reference/gone`);
    await page.getByText('gone is left out').waitFor();
    await page.getByText('It was the reference: differences are from Fifths').waitFor();
    await page.getByRole('button', { name: 'Remove gone' }).click();
    await expect.poll(address, POLL).toMatch(new RegExp(`/reference/${idsOf('Fifths')}$`));
  });
});

describe('mask overlap', () => {
  it('compares equal densities, whichever levels have them', async () => {
    await open(`#/compare/${idsOf('Fifths', 'Thirds')}/reference/${idsOf('Fifths')}`);
    const overlap = card('compare-overlap');
    await overlap
      .getByRole('img', { name: 'Mask overlap against density between 2 searches' })
      .waitFor();
    await overlap.getByText('Which levels are compared').click();
    const rows = overlap.getByRole('row', { name: /^Fifths and Thirds/ });
    await expect.poll(() => rows.count(), POLL).toBe(2);
    const texts = await rows.allInnerTexts();
    expect(texts[0]).toMatch(/64(\.\d+)? %\s+2 and 1\s/);
    expect(texts[1]).toMatch(/4[01](\.\d+)? %\s+4 and 2\s/);
  });

  it('names what does not fit and what shares no density, and shows the rest', async () => {
    const names = ['Fifths', 'Other seed', LONG_NAME, 'Other network'];
    await open(`#/compare/${idsOf(...names)}/reference/${idsOf('Fifths')}`);
    const overlap = card('compare-overlap');
    await overlap.getByText(/^Other network is left out: its network differs/).waitFor();
    await overlap.getByText(/^Fifths and Everything .* have no density in common/).waitFor();
    await overlap.getByRole('img', { name: /between 3 searches$/ }).waitFor();
    await overlap.getByText('All pairs', { exact: true }).click();
    await overlap.getByText(/^Other seed and Everything .* have no density in common/).waitFor();
  });

  it('is told on the command line as in the window', async () => {
    const given = ['Fifths', 'Thirds', 'Other network'].map((name) => ids.get(name)!);
    const shown = await ticket('overlap', ...given, '--data-dir', data);
    expect(shown.code, shown.stderr).toBe(0);
    expect(shown.stdout).toMatch(/1 and 2\s+2 and 1\s/);
    expect(shown.stdout).toContain('Other network is left out: its network differs');
    const json = await ticket('overlap', ...given, '--data-dir', data, '--json');
    const { pairs, leftOut } = JSON.parse(json.stdout) as {
      pairs: { level: number; otherLevel: number }[];
      leftOut: { name: string }[];
    };
    expect(pairs.map(({ level, otherLevel }) => [level, otherLevel])).toEqual([
      [2, 1],
      [4, 2],
    ]);
    expect(leftOut.map(({ name }) => name)).toEqual(['Other network']);
    const none = await ticket('overlap', ...given.slice(1), '--data-dir', data);
    expect(none.code).not.toBe(0);
    expect(none.stderr).toContain('is left out');
  });

  it('and a table are exported with the reference that was chosen', async () => {
    await open(`#/compare/${idsOf('Fifths', 'Thirds')}/reference/${idsOf('Thirds')}`);
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      (async () => {
        await page.getByRole('button', { name: 'Export' }).click();
        await page.getByRole('menuitem', { name: 'Levels beside each other (markdown)' }).click();
      })(),
    ]);
    const text = await (await download.createReadStream()).toArray();
    expect(Buffer.concat(text).toString()).toContain('Differences are from Thirds:');
    const file = `${scratch.folder}/levels.md`;
    const { code, stderr } = await ticket(
      ...['export', ids.get('Fifths')!, ids.get('Thirds')!, '--reference', ids.get('Thirds')!],
      ...['--what', 'table', '--format', 'markdown', '--out', file, '--data-dir', data],
    );
    expect(code, stderr).toBe(0);
  });
});

describe('learning curves', () => {
  const curves = () => card('curves-title');
  const legend = (on = page) => card('curves-title', on).locator('.legend li').allInnerTexts();

  it('are means of each search at the densities that it shares, losses on a log axis', async () => {
    await open(`#/compare/${idsOf('Fifths', 'Thirds')}/reference/${idsOf('Fifths')}`);
    await curves()
      .getByRole('img', { name: /^Validation loss by iteration, 12 trainings of 2 searches/ })
      .waitFor();
    await expect.poll(async () => (await legend()).length, POLL).toBe(6);
    const lines = await legend();
    expect(lines[1]).toMatch(/Fifths: level 2 \(64/);
    expect(lines[4]).toMatch(/Thirds: level 1 \(64/);
    await curves().getByRole('button', { name: 'How the chart is drawn' }).click();
    const log = curves().getByRole('menuitemcheckbox', { name: 'Logarithmic y' });
    await expect.poll(() => log.getAttribute('aria-checked'), POLL).toBe('true');
    await page.keyboard.press('Escape');
  });

  it('are ticked by density, with the keyboard, and read out line by line', async () => {
    await curves().getByRole('button', { name: 'Densities' }).press('Enter');
    const dense = curves().getByRole('menuitemcheckbox', { name: '100 % (dense)' });
    await dense.waitFor();
    await dense.press('Enter');
    await curves()
      .getByRole('menuitemcheckbox', { name: /^80 %, 1 of 2 searches/ })
      .press('Enter');
    await page.keyboard.press('Escape');
    await expect.poll(async () => (await legend()).length, POLL).toBe(5);
    const slider = curves().getByRole('slider');
    await slider.focus();
    await page.keyboard.press('Home');
    const said = () => slider.getAttribute('aria-valuetext');
    await expect.poll(said, POLL).toMatch(/Fifths: level 1 .*N 2.*Thirds: level 2 .*N 2/);
    await page.keyboard.press('Escape');
  });

  it('keep what was chosen, also across a reload', async () => {
    await curves().getByLabel('Replicates').selectOption('all');
    const lines = async (on: Page) => {
      await card('curves-title', on).locator('.legend li').first().waitFor();
      return (await legend(on)).length;
    };
    await expectOnOtherPage(page, lines, 10);
    await page.reload();
    await expect.poll(async () => (await legend()).length, POLL).toBe(10);
    await curves().getByLabel('Replicates').selectOption('mean');
    await expect.poll(async () => (await legend()).length, POLL).toBe(5);
  });

  it('follow the branch of the page, and start with the dense network', async () => {
    await curves().getByLabel('Branch').selectOption('random-reinit');
    await page.getByText('No training of random-reinit has finished in Thirds.').waitFor();
    const branch = page.getByRole('combobox', { name: 'Branch', exact: true }).first();
    await expect.poll(() => branch.inputValue(), POLL).toBe('random-reinit');
    await branch.selectOption('ticket');
  });
});

describe('a running search', () => {
  it('is drawn as it trains, and leaves what was chosen as it is', async () => {
    await goTo(page, 'New search');
    await importSettings(page, {
      ...FIFTHS,
      training: { iterations: 1_000_000, evaluateEvery: 1000 },
      branches: [],
    });
    await launch(page, 'Running');
    const id = (await address()).split('/').at(-1)!;
    ids.set('Running', id);
    await open(`#/compare/${idsOf('Fifths', 'Running')}/reference/${idsOf('Fifths')}`);
    await page.getByText('running', { exact: true }).first().waitFor();
    await card('curves-title').getByRole('button', { name: 'Densities' }).click();
    await page.getByRole('menuitem', { name: 'Some of them' }).click();
    await page.keyboard.press('Escape');
    await card('compare-overlap')
      .getByText(/^Running is left out: no pruned level/)
      .waitFor();
    await card('curves-title')
      .getByText(/^Running: dense/)
      .first()
      .waitFor();
    await reference('Running').check();
    const scroll = await page.evaluate<number>(
      '(document.querySelector("main").scrollTop = 500, document.querySelector("main").scrollTop)',
    );
    const drawn = () =>
      card('curves-title')
        .locator('canvas')
        .first()
        .evaluate((canvas: { toDataURL(): string }) => canvas.toDataURL());
    for (let updates = 0; updates < 2; updates += 1) {
      const before = await drawn();
      await expect.poll(drawn, POLL).not.toBe(before);
    }
    expect(await reference('Running').isChecked()).toBe(true);
    expect(await page.evaluate<number>('document.querySelector("main").scrollTop')).toBe(scroll);
    await picture('running');
  });

  it('is compared without a verdict while it is paused', async () => {
    await page.evaluate(`location.hash = '#/live/${ids.get('Running')!}'`);
    await page.getByRole('button', { name: 'Pause' }).click();
    await page.getByRole('button', { name: 'Resume' }).waitFor();
    await goTo(page, 'Compare');
    await page.locator('main li').getByText('paused', { exact: true }).waitFor();
    await expectReference('Running');
  });
});

describe.each(['light', 'dark'] as const)('in the %s theme', (theme) => {
  it('has nothing for axe to find, with eight searches and in a narrow window', async () => {
    await showTheme(page, theme);
    const names = [...ids.keys()];
    expect(names).toHaveLength(8);
    for (const { width, what } of [
      { width: 1440, what: 'wide' },
      { width: 760, what: 'narrow' },
    ]) {
      await page.setViewportSize({ width, height: 1100 });
      await open(`#/compare/${idsOf(...names)}/reference/${idsOf('Other seed')}`);
      await card('compare-overlap').getByRole('img').waitFor();
      await card('curves-title').getByRole('img').waitFor();
      const loading = page.getByText(/^(Loading|Comparing masks)/);
      await expect.poll(() => loading.count(), POLL).toBe(0);
      expect(await accessibilityFaults(page)).toEqual([]);
      await expect
        .poll(
          () =>
            page.evaluate(
              () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
            ),
          POLL,
        )
        .toBeLessThanOrEqual(0);
      await picture(`${theme}-${what}`);
    }
    await page.setViewportSize({ width: 1440, height: 1100 });
  });
});

describe('the keyboard alone', () => {
  it('chooses the reference, removes a search and adds it again', async () => {
    await open(`#/compare/${idsOf('Fifths', 'Other seed', 'Thirds')}/reference/${idsOf('Fifths')}`);
    await reference('Fifths').focus();
    await page.keyboard.press('ArrowDown');
    await expectReference('Other seed');
    await expect.poll(() => isFocused(reference('Other seed')), POLL).toBe(true);
    // Past the buttons that move it.
    for (let tabs = 0; tabs < 3; tabs += 1) await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await expect.poll(() => reference('Other seed').count(), POLL).toBe(0);
    await expectReference('Thirds');
    const field = page.getByRole('combobox', { name: 'Add a search' });
    await field.focus();
    // As fast as one types: what is found must fit what was typed.
    await page.keyboard.type('other seed');
    await page.keyboard.press('Enter');
    await reference('Other seed').waitFor();
    await expectReference('Thirds');
  });

  it('opens the levels that are compared', async () => {
    const summary = card('compare-overlap').getByText('Which levels are compared');
    await summary.focus();
    await page.keyboard.press('Enter');
    await region('Mask overlap by pair').waitFor();
  });
});

it('the page complained about nothing', () => {
  expect(complaints).toEqual([]);
});
