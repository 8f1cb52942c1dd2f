/** The page of published experiments, in a real browser: how much of them is run, and what they need. */
import { readFileSync } from 'node:fs';
import { unzipSync } from 'fflate';
import type { Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Store } from '../../src/main/store/store.ts';
import { databaseFile } from '../../src/main/workbench/data-directory.ts';
import { Workbench } from '../../src/main/workbench/workbench.ts';
import { ENVIRONMENT, FINGERPRINT, key, sampleTraining } from '../main/store/samples.ts';
import { POLL } from '../support/patience.ts';
import { goTo } from '../support/window-steps.ts';
import {
  accessibilityFaults,
  dismissMessages,
  EXCESS_WIDTHS,
  keepPictures,
  openOn,
  scratchFolder,
  showTheme,
} from './support.ts';

const WIDE = { width: 1440, height: 900 };

const scratch = scratchFolder();
let page: Page;
let complaints: string[];

beforeAll(async () => {
  await beginReproduction();
  ({ page, complaints } = await openOn(scratch, WIDE, {
    environment: { TICKET_DATASETS_DIR: `${scratch.folder}/datasets` },
  }));
  await goTo(page, 'Reproduce');
});

afterAll(scratch.close);

/** The dense network and one ticket of the smallest run, so that there is something to report. */
async function beginReproduction(): Promise<void> {
  const workbench = Workbench.open(`${scratch.folder}/searches`);
  const size = { scale: 0.01, replicates: 1 };
  const [run] = await workbench.reproductions.ensureSaved('lenet-300-100', size);
  workbench.close();
  const store = Store.open(databaseFile(`${scratch.folder}/searches`));
  const [{ id }] = run!.searches;
  store.searches.start(id, ENVIRONMENT, FINGERPRINT);
  const layout = store.searches.layout(id);
  store.trainings.save(id, sampleTraining(key(0, 0), {}, layout));
  store.trainings.save(id, sampleTraining(key(0, 1), { density: 0.211 }, layout));
  store.searches.setStatus(id, 'interrupted');
  store.close();
}

const card = (title: string): Locator => page.getByRole('region', { name: title, exact: true });
const replicates = (): Locator => page.getByRole('spinbutton', { name: 'Replicates at most' });

describe('the number of replicates', () => {
  it('is as in the presets at first, and says where there are fewer', async () => {
    const lenet = card('LeNet-300-100 on MNIST');
    await lenet.getByText('180 trainings').waitFor();
    await replicates().fill('1');
    await replicates().press('Enter');
    await lenet.getByText('scaled: 1 of 5 replicates').waitFor();
    await lenet.getByText('36 trainings').waitFor();
    await page.getByText(/There are fewer replicates than in the preset/).waitFor();
    await page.getByText('A hundredth').click();
    await lenet.getByText('scaled: 500 of 50,000 iterations per training, 1 of 5').waitFor();
  });

  it('that is not one is not asked for', async () => {
    await replicates().fill('0');
    await replicates().press('Enter');
    await card('LeNet-300-100 on MNIST').getByText('1 of 5 replicates').waitFor();
    await replicates().fill('');
    await replicates().press('Enter');
    await page.getByText(/There are fewer replicates/).waitFor({ state: 'hidden' });
    await card('LeNet-300-100 on MNIST').getByText('180 trainings').waitFor();
  });
});

describe('an experiment that has begun', () => {
  it('saves its report with figures and summary', async () => {
    await replicates().fill('1');
    await replicates().press('Enter');
    const lenet = card('LeNet-300-100 on MNIST');
    await lenet.getByText(/^11 claims: 0 reproduced, .+ rows, one per density/).waitFor();
    const saved = page.waitForEvent('download');
    await lenet.getByRole('button', { name: 'Save the report of LeNet-300-100' }).click();
    const download = await saved;
    expect(download.suggestedFilename()).toBe(
      'reproduce-lenet-300-100-scaled-0.01-replicates-1.zip',
    );
    const files = unzipSync(readFileSync(await download.path()));
    expect(Object.keys(files)).toEqual(
      expect.arrayContaining(['report.md', 'summary.json', 'iterative-accuracy.png']),
    );
    await dismissMessages(page);
    await replicates().fill('');
    await replicates().press('Enter');
    await lenet.getByText('180 trainings').waitFor();
  });
});

describe('the list of published figures', () => {
  it('has each with its source, also what no chart shows', async () => {
    await page.getByText('All published figures, with their sources').click();
    const table = page.getByRole('region', { name: 'Published figures' });
    await table
      .getByText(/Frankle & Carbin 2019, section 2, figure 4/)
      .first()
      .waitFor();
    await table.getByText('In no chart: there is no dataset cifar-100.').first().waitFor();
    expect(await accessibilityFaults(page)).toEqual([]);
    await keepPictures(page, 'reproduce-figures');
    await page.setViewportSize({ width: 760, height: 900 });
    await expect.poll(() => page.evaluate(EXCESS_WIDTHS), POLL).toEqual([]);
    await page.setViewportSize(WIDE);
    await page.getByText('All published figures, with their sources').click();
  });
});

describe('an experiment whose dataset is not on this machine', () => {
  it('offers to fetch it, and says why files can’t be taken in', async () => {
    const conv = card('Conv-2 on CIFAR-10');
    await conv.getByText('Can’t run now: CIFAR-10 is not on this machine yet.').waitFor();
    await expect
      .poll(() => conv.getByRole('button', { name: /^Start/ }).isDisabled(), POLL)
      .toBe(true);
    const dataset = card('CIFAR-10');
    await dataset.getByRole('button', { name: 'Fetch CIFAR-10' }).waitFor();
    await dataset.getByLabel('Path to CIFAR-10 on this machine').fill('/nowhere');
    await dataset.getByRole('button', { name: 'Add files' }).click();
    await dataset.getByRole('alert').getByText('/nowhere').first().waitFor();
  });
});

describe.each(['light', 'dark'] as const)('in the %s theme', (theme) => {
  it('has nothing for axe to find, and room in a narrow window', async () => {
    await showTheme(page, theme);
    expect(await accessibilityFaults(page)).toEqual([]);
    await keepPictures(page, `reproduce-${theme}`);
    await page.setViewportSize({ width: 760, height: 900 });
    await expect.poll(() => page.evaluate(EXCESS_WIDTHS), POLL).toEqual([]);
    await keepPictures(page, `reproduce-narrow-${theme}`);
    await page.setViewportSize(WIDE);
  });
});

it('the page complained about nothing', () => {
  expect(complaints).toEqual([]);
});
