/** The storage page and the trash over stored searches, in a real browser. */
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import type { Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { architectures } from '../../src/main/engine/architectures/index.ts';
import { layoutOf } from '../../src/main/engine/network.ts';
import { Store } from '../../src/main/store/store.ts';
import { plannedTrainings } from '../../src/shared/domain/plan.ts';
import { ENVIRONMENT, FINGERPRINT, sampleSearch, sampleTraining } from '../main/store/samples.ts';
import { ticket } from '../support/command-line.ts';
import { POLL } from '../support/patience.ts';
import {
  accessibilityFaults,
  expectOnOtherPage,
  keepPictures,
  openOn,
  scratchFolder,
  screenshot,
  showTheme,
} from './support.ts';

const DAY_MILLISECONDS = 86_400_000;

const scratch = scratchFolder();
const data = `${scratch.folder}/searches`;
let page: Page;
let complaints: string[];
const ids: Record<string, string> = {};

/** Searches as they would be stored, of different sizes and ages. They were not trained. */
function fill(): void {
  mkdirSync(data, { recursive: true });
  const clock = { now: Date.now() };
  const store = Store.open(path.join(data, 'workbench.sqlite'), { now: () => clock.now });
  const architecture = { id: 'lenet-300-100' };
  const layout = layoutOf(architectures.get('lenet-300-100').build(architecture, [784], 10));
  try {
    const named = [
      ['A year old, large', 400, 2],
      ['From spring', 200, 1],
      ['From last week', 7, 1],
      ['From today', 0, 1],
    ] as const;
    for (const [index, [name, daysAgo, replicates]] of named.entries()) {
      clock.now = Date.now() - daysAgo * DAY_MILLISECONDS;
      const { pruning, replicates: given } = sampleSearch().settings;
      const search = sampleSearch(
        {
          architecture,
          branches: [],
          pruning: { ...pruning, levels: 2 },
          replicates: { ...given, count: replicates },
        },
        layout,
      );
      const { id } = store.searches.create({ ...search, name });
      ids[name] = id;
      store.searches.start(id, ENVIRONMENT, FINGERPRINT);
      for (const key of plannedTrainings(search.settings)) {
        const sample = sampleTraining(key, {}, layout);
        const finalWeights = sample.finalWeights.map((value) => value * (1 + index / 7));
        store.trainings.save(id, { ...sample, finalWeights });
      }
      store.searches.setStatus(id, 'finished');
    }
    clock.now = Date.now();
    const stopped = store.searches.create({ ...sampleSearch(), name: 'Stopped' });
    store.searches.start(stopped.id, ENVIRONMENT, FINGERPRINT);
    store.searches.setStatus(stopped.id, 'interrupted');
  } finally {
    store.close();
  }
}

beforeAll(async () => {
  fill();
  ({ page, complaints } = await openOn(scratch, { width: 1440, height: 1000 }));
});

afterAll(scratch.close);

const rowOf = (name: string): Locator => page.getByRole('row', { name: new RegExp(name) });

async function openStorage(): Promise<void> {
  await page.getByRole('link', { name: 'Storage', exact: true }).first().click();
  await page.getByRole('region', { name: 'Searches and what they take' }).waitFor();
}

async function openTrash(): Promise<void> {
  await page.evaluate(`location.hash = '#/trash'`);
  await page.getByRole('heading', { name: 'Trash' }).waitFor();
}

describe('the storage page', () => {
  it('says what takes space, by kind and by search, largest first', async () => {
    await openStorage();
    const kinds = page.getByRole('region', { name: 'What takes space, by kind' });
    await expect
      .poll(() => kinds.getByRole('row').nth(2).innerText(), POLL)
      .toMatch(/^\s*Final weights/);
    await kinds.getByRole('row', { name: /^Masks .* Always kept/ }).waitFor();
    await kinds.getByRole('row', { name: /^Beside it/ }).waitFor();
    const searches = page.getByRole('region', { name: 'Searches and what they take' });
    await searches.getByRole('row').nth(1).getByText('A year old, large').waitFor();
    await searches.getByText('only finished searches can do without them').waitFor();
    await page.getByText(/free on the disk/).waitFor();
  });

  it('sorts by every column', async () => {
    const heading = page.getByRole('columnheader', { name: 'Created' });
    await heading.getByRole('button').click();
    await expect.poll(() => heading.getAttribute('aria-sort'), POLL).toBe('descending');
    const first = page
      .getByRole('region', { name: 'Searches and what they take' })
      .getByRole('row')
      .nth(1);
    await first.getByText('Stopped').waitFor();
    await page.getByRole('columnheader', { name: 'Total' }).getByRole('button').click();
    await first.getByText('A year old, large').waitFor();
  });

  it('keeps its order, the places of columns and what is selected after a reload', async () => {
    const labels = async (on = page) => {
      const all = await on.getByRole('columnheader').getByRole('button').allInnerTexts();
      return all.slice(0, 3);
    };
    const first = page
      .getByRole('region', { name: 'Searches and what they take' })
      .getByRole('row')
      .nth(1);
    await page.getByRole('columnheader', { name: 'Created' }).getByRole('button').click();
    await page.getByRole('columnheader', { name: 'Total' }).getByRole('button').focus();
    for (let step = 0; step < 5; step += 1) await page.keyboard.press('Shift+ArrowLeft');
    await expect.poll(() => labels(), POLL).toEqual(['Search', 'Total', 'Created']);
    const spring = 'Select From spring';
    await page.getByRole('checkbox', { name: spring }).check();
    const kept = async (on: Page) => {
      const box = on.getByRole('checkbox', { name: spring });
      await box.waitFor();
      return [await box.isChecked(), ...(await labels(on))];
    };
    await expectOnOtherPage(page, kept, [true, 'Search', 'Total', 'Created']);
    await page.reload();
    await page.getByText('1 search selected').waitFor();
    await expect.poll(() => labels(), POLL).toEqual(['Search', 'Total', 'Created']);
    await first.getByText('Stopped').waitFor();
    await page.getByRole('columnheader', { name: 'Total' }).getByRole('button').focus();
    for (let step = 0; step < 5; step += 1) await page.keyboard.press('Shift+ArrowRight');
    await page.getByRole('columnheader', { name: 'Total' }).getByRole('button').click();
    await first.getByText('A year old, large').waitFor();
  });

  it('chooses by age, number and tags', async () => {
    await page.getByRole('button', { name: 'Select them' }).click();
    await page.getByText('2 searches selected').waitFor();
    await page.getByRole('spinbutton', { name: /but not the latest/ }).fill('3');
    await page.getByRole('button', { name: 'Select them' }).click();
    await page.getByText('1 search selected').waitFor();
    const stopped = page.getByRole('checkbox', { name: 'Select Stopped' });
    await expect.poll(() => stopped.isDisabled(), POLL).toBe(true);
  });
});

describe.each(['light', 'dark'] as const)('in the %s theme', (theme) => {
  it('has nothing for axe to find on both pages and in the dialog', async () => {
    await showTheme(page, theme);
    await openStorage();
    await page.getByRole('button', { name: 'Select them' }).click();
    await page.getByRole('button', { name: 'Drop weights…' }).click();
    await page.getByRole('dialog').getByText('This can’t be undone').waitFor();
    expect(await accessibilityFaults(page)).toEqual([]);
    await keepPictures(page, `drop-${theme}`);
    await page.getByRole('dialog').getByRole('button', { name: 'Cancel' }).click();
    expect(await accessibilityFaults(page)).toEqual([]);
    await screenshot(page, `storage-${theme}`);
    await page.setViewportSize({ width: 760, height: 1000 });
    expect(await accessibilityFaults(page)).toEqual([]);
    await keepPictures(page, `storage-narrow-${theme}`);
    await page.setViewportSize({ width: 1440, height: 1000 });
  });
});

describe('dropping weights', () => {
  it('is done by the keyboard alone, after saying what is lost', async () => {
    await openStorage();
    const box = page.getByRole('checkbox', { name: 'Select A year old, large' });
    if (!(await box.isChecked())) {
      await box.focus();
      await page.keyboard.press('Space');
    }
    await page.getByRole('button', { name: 'Drop weights…' }).focus();
    await page.keyboard.press('Enter');
    const dialog = page.getByRole('dialog', { name: 'Drop weights for good?' });
    await dialog.getByText(/become free by dropping the weights of 1 search/).waitFor();
    await dialog.getByText(/Replicates can be added/).waitFor();
    await dialog.getByRole('button', { name: 'Drop weights for good' }).focus();
    await page.keyboard.press('Enter');
    await page.getByText(/^Weights dropped of 1 search. The database is/).waitFor();
    await rowOf('A year old, large')
      .getByText(/dropped on \d{4}/)
      .waitFor();
  });

  it('is said on the page of the search and in its Ticket tab, which keeps the masks', async () => {
    await page.evaluate(`location.hash = '#/search/${ids['A year old, large']!}'`);
    await page.getByText(/^Its weights were dropped on/).waitFor();
    await page.getByRole('tab', { name: 'Ticket' }).click();
    await page.getByText(/^The weights were dropped on .* Initial weights follow/).waitFor();
    await page.getByText(/of 235,200 weights kept/).waitFor();
  });
});

describe('the trash', () => {
  it('opens from the history, and lists what was deleted with the time that is left', async () => {
    await page.evaluate(`location.hash = '#/search/${ids['From today']!}'`);
    await page.getByRole('button', { name: 'More', exact: true }).click();
    await page.getByRole('menuitem', { name: 'Delete' }).click();
    await page.getByRole('heading', { name: 'History' }).waitFor();
    await page.getByRole('main').getByRole('link', { name: 'Trash' }).click();
    const row = rowOf('From today');
    await row.getByText('in 7 days').waitFor();
    await row.getByText('just now').waitFor();
  });

  it('shows what a command deletes and restores meanwhile', async () => {
    const id = ids['From last week']!;
    await ticket('delete', id, '--data-dir', data);
    await rowOf('From last week').waitFor();
    await ticket('trash', 'restore', id, '--data-dir', data);
    await rowOf('From last week').waitFor({ state: 'hidden' });
  });

  it.each(['light', 'dark'] as const)('has nothing for axe to find, %s', async (theme) => {
    await showTheme(page, theme);
    await rowOf('From today').waitFor();
    expect(await accessibilityFaults(page)).toEqual([]);
    await screenshot(page, `trash-${theme}`);
    await page.setViewportSize({ width: 760, height: 1000 });
    await keepPictures(page, `trash-narrow-${theme}`);
    await page.setViewportSize({ width: 1440, height: 1000 });
  });

  it('restores by the keyboard alone', async () => {
    await page.getByRole('checkbox', { name: 'Select From today' }).focus();
    await page.keyboard.press('Space');
    await page.getByRole('button', { name: 'Restore', exact: true }).focus();
    await page.keyboard.press('Enter');
    await page.getByText('The trash is empty').waitFor();
    await page.evaluate(`location.hash = '#/history'`);
    await page.getByText('From today').first().waitFor();
  });

  it('deletes for good only after a second step', async () => {
    await ticket('delete', ids['From today']!, ids['From spring']!, '--data-dir', data);
    await openTrash();
    await rowOf('From spring').waitFor();
    await page.getByRole('checkbox', { name: 'Select From spring' }).check();
    await page.getByRole('button', { name: 'Delete for good…' }).click();
    const dialog = page.getByRole('dialog', { name: 'Delete for good?' });
    await dialog.getByText('This can’t be undone.').waitFor();
    await dialog.getByRole('button', { name: 'Cancel' }).click();
    await dialog.waitFor({ state: 'hidden' });
    await rowOf('From spring').waitFor();
    await page.getByRole('button', { name: 'Delete for good…' }).click();
    await dialog.getByRole('button', { name: 'Delete for good' }).click();
    await rowOf('From spring').waitFor({ state: 'hidden' });
    await page.getByRole('button', { name: 'Empty the trash…' }).click();
    await dialog.getByRole('button', { name: 'Delete for good' }).click();
    await page.getByText('The trash is empty').waitFor();
    const { stdout } = await ticket('doctor', '--json', '--data-dir', data);
    expect(JSON.parse(stdout)).toMatchObject({ store: { searches: 3, problems: [] } });
  });

  it('is reached from the palette', async () => {
    await page.keyboard.press('Control+k');
    await page.keyboard.type('trash');
    await page.getByRole('option', { name: /Go to the trash/ }).waitFor();
    await page.keyboard.press('Enter');
    await expect.poll(() => page.url(), POLL).toContain('#/trash');
  });
});

it('the page complained about nothing', () => {
  expect(complaints).toEqual([]);
});
