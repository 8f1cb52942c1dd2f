/** Bundles from one window to another, and a submitted search that is fed by bundles, in a real browser. */
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildWindow } from '../../provision/window-build.mjs';
import { Store } from '../../src/main/store/store.ts';
import { writeBundle } from '../../src/main/workbench/bundles/bundle-writer.ts';
import { saveSearch } from '../main/workbench/bundles/samples.ts';
import { publish, sayState, submitSample } from '../main/workbench/cluster/plan-samples.ts';
import { ONE_SETTING, storeSweep } from '../support/sample-sweeps.ts';
import {
  expectSound,
  keepPictures,
  openWindow,
  screenshot,
  scratchFolder,
  serve,
} from './support.ts';

const PATIENCE_MILLISECONDS = 120_000;

const scratch = scratchFolder();
const [here, there] = [`${scratch.folder}/here`, `${scratch.folder}/there`];
const fileNamed = (name: string): string => path.join(scratch.folder, `${name}.ticket`);
let built: string;
let page: Page;
let complaints: string[];
let id: string;
let sweepId: string;

async function withStore<Value>(folder: string, use: (store: Store) => Value): Promise<Value> {
  mkdirSync(folder, { recursive: true });
  const store = Store.open(path.join(folder, 'workbench.sqlite'));
  try {
    return await use(store);
  } finally {
    store.close();
  }
}

async function open(folder: string): Promise<void> {
  const server = await serve(scratch, folder, built, {});
  ({ page, complaints } = await openWindow(
    scratch,
    server,
    { width: 1440, height: 1100 },
    PATIENCE_MILLISECONDS,
  ));
}

async function close(): Promise<void> {
  expect(complaints).toEqual([]);
  await scratch.end();
}

beforeAll(async () => {
  await withStore(here, (store) => {
    id = saveSearch(store);
    sweepId = storeSweep(store, ONE_SETTING);
  });
  // The same experiment with other results.
  await withStore(`${scratch.folder}/other`, async (store) => {
    const other = saveSearch(store, {}, ({ finalWeights }) => ({
      finalWeights: finalWeights.map((value) => value + 1),
    }));
    const request = { searchIds: [other], withWeights: true, overwrite: false };
    await writeBundle(store, fileNamed('other'), request);
  });
  built = await buildWindow();
  await open(here);
});

afterAll(scratch.close);

const go = (address: string) => page.evaluate(`location.hash = '${address}'`);
const button = (name: string): Locator => page.getByRole('button', { name, exact: true });

async function write(form: Locator, file: string): Promise<void> {
  await form.getByRole('textbox', { name: /^Bundle to write/ }).fill(file);
  await form.getByRole('button', { name: 'Write the bundle' }).click();
}

const forDocs = (name: string) => (theme: string) => screenshot(page, `${name}-${theme}`);

describe('a bundle from the window', () => {
  it('has chosen replicates of a search, without weights', async () => {
    await go(`#/search/${id}`);
    await button('Export').click();
    const form = page.getByRole('dialog').getByRole('region', { name: /^Bundle/ });
    await form.getByRole('checkbox', { name: '2' }).uncheck();
    await form.getByRole('checkbox', { name: 'With weights' }).uncheck();
    await write(form, fileNamed('part'));
    await form.getByText(/^5 trainings, .* written: .*part\.ticket$/).waitFor();
    await form.scrollIntoViewIfNeeded();
    await expectSound(page, 'export');
  });

  it('is downloaded whole', async () => {
    const form = page.getByRole('dialog').getByRole('region', { name: /^Bundle/ });
    await form.getByRole('checkbox', { name: '2' }).check();
    await form.getByRole('checkbox', { name: 'With weights' }).check();
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      form.getByRole('button', { name: 'Download the bundle' }).click(),
    ]);
    expect(download.suggestedFilename()).toMatch(/^a-sample-\d{8}-\d{4}\.ticket$/);
    await download.saveAs(fileNamed('downloaded'));
    await form.getByText(/^10 trainings, .* downloaded: a-sample-.*\.ticket$/).waitFor();
  });

  it('says why it is not written', async () => {
    const form = page.getByRole('dialog').getByRole('region', { name: /^Bundle/ });
    await write(form, fileNamed('part'));
    await form.getByRole('alert').getByText('already exists').waitFor();
    await page.getByRole('dialog').getByRole('button', { name: 'Close' }).click();
  });

  it('has the searches that are selected in the history', async () => {
    await go('#/history');
    await page.getByRole('checkbox', { name: /Select .*A sample/ }).check();
    await page.getByRole('toolbar').getByRole('button', { name: 'Bundle…' }).click();
    const form = page.getByRole('dialog', { name: 'Bundle of 1 search' });
    await write(form, fileNamed('whole'));
    await form.getByText(/^10 trainings, .* written: .*whole\.ticket$/).waitFor();
    await expectSound(page, 'selected');
    await form.getByRole('button', { name: 'Close' }).click();
  });

  it('has the searches of a sweep', async () => {
    await go(`#/sweep/${sweepId}`);
    await button('Bundle…').click();
    const form = page.getByRole('dialog', { name: /^Bundle of the sweep/ });
    await write(form, fileNamed('sweep'));
    await form.getByText(/^84 trainings, .* written: .*sweep\.ticket$/).waitFor();
    expect(existsSync(fileNamed('sweep'))).toBe(true);
    await close();
  });
});

describe('another window', () => {
  const dialog = (): Locator => page.getByRole('dialog', { name: 'Merge bundles' });
  const choose = (...names: readonly string[]): Promise<void> =>
    dialog().getByLabel('Bundles, or drop them on the window').setInputFiles(names.map(fileNamed));

  async function mergePath(file: string): Promise<void> {
    await dialog()
      .getByRole('textbox', { name: /^Bundle to merge/ })
      .fill(file);
    await dialog().getByRole('button', { name: 'Merge', exact: true }).click();
  }

  it('merges chosen bundles, says what was added, and merges them again without a change', async () => {
    mkdirSync(there);
    await open(there);
    await go('#/history');
    await button('Merge bundles…').click();
    await choose('part', 'downloaded');
    await dialog().getByText('new, 5 trainings added; 5 trainings still missing').waitFor();
    await dialog().getByText('5 trainings added, weights of 5 trainings added').waitFor();
    await expectSound(page, 'bundles', forDocs('bundles'));
    await mergePath(fileNamed('whole'));
    await dialog().getByText('nothing new: its 10 trainings are here, bit for bit').waitFor();
    await dialog().getByRole('link', { name: 'A sample' }).click();
    await page.getByRole('heading', { name: 'A sample' }).waitFor();
    await go('#/history');
    await page.getByText('A sample').first().waitFor();
  });

  it('refuses other results of the same experiment, with the first difference', async () => {
    await button('Merge bundles…').click();
    await choose('other');
    const alert = dialog().getByRole('alert');
    await alert.getByText('other.ticket was not merged').waitFor();
    await alert.getByText(/has other results in the bundle: its final weights at/).waitFor();
    await alert.getByText(/Nothing was merged\. Equal settings give equal bits/).waitFor();
    await expectSound(page, 'refused');
    await mergePath('part.ticket');
    await alert.getByText('Part.ticket is not a whole path').waitFor();
    await dialog().getByRole('button', { name: 'Close' }).click();
    await dialog().waitFor({ state: 'hidden' });
  });

  it('merges what is dropped on it, several bundles at once', async () => {
    const drop = (files: readonly { readonly name: string; readonly content: string }[]) =>
      page.evaluate(`(() => {
        const dataTransfer = new DataTransfer();
        for (const { name, content } of ${JSON.stringify(files)}) {
          const bytes = Uint8Array.from(atob(content), (character) => character.charCodeAt(0));
          dataTransfer.items.add(new File([bytes], name));
        }
        for (const type of ['dragover', 'drop']) {
          document.body.dispatchEvent(new DragEvent(type, { dataTransfer, bubbles: true, cancelable: true }));
        }
      })()`);
    const bundle = (name: string) => ({
      name: `${name}.ticket`,
      content: readFileSync(fileNamed(name), 'base64'),
    });
    await drop([{ name: 'picture.png', content: '' }]);
    await page.getByText('Only bundles, which end with .ticket').waitFor();
    await drop([bundle('other'), bundle('whole')]);
    await dialog().getByText('other.ticket was not merged').waitFor();
    await dialog().getByRole('heading', { name: 'whole.ticket', exact: true }).waitFor();
    await dialog().getByText('nothing new: its 10 trainings are here, bit for bit').waitFor();
    await dialog().getByRole('button', { name: 'Close' }).click();
    await dialog().waitFor({ state: 'hidden' });
  });

  it('merges by the keyboard alone', async () => {
    await page.keyboard.press('Control+k');
    await page.keyboard.type('Merge bundles');
    await page
      .getByRole('option', { name: /Merge bundles/ })
      .first()
      .waitFor();
    await page.keyboard.press('Enter');
    await dialog().waitFor();
    const path = dialog().getByRole('textbox', { name: /^Bundle to merge/ });
    for (let presses = 0; presses < 6; presses += 1) {
      if (await path.evaluate('(element) => element === document.activeElement')) break;
      await page.keyboard.press('Tab');
    }
    await page.keyboard.type(fileNamed('whole'));
    await page.keyboard.press('Enter');
    await dialog().getByText('nothing new: its 10 trainings are here, bit for bit').waitFor();
    await page.keyboard.press('Escape');
    await dialog().waitFor({ state: 'hidden' });
    await close();
  });
});

describe('a submitted search', () => {
  const folder = path.join(scratch.folder, 'plan');
  let submitted: string;

  it('is shown with its shards, and what became of each', async () => {
    await withStore(`${scratch.folder}/submitter`, (store) => {
      submitted = submitSample(store, folder, 3);
    });
    await publish(folder, 1);
    sayState(folder, 2);
    sayState(folder, 3, { state: 'failed', error: 'the disk of node-17 is full' });
    await open(`${scratch.folder}/submitter`);
    await go('#/history');
    await page
      .getByText('in shards: 1 of 3 done, 1 running, 1 needs attention')
      .first()
      .waitFor({ state: 'attached' });
    await keepPictures(page, 'submitted-history');
    await go(`#/search/${submitted}`);
    await page.getByText('in shards: 1 of 3 done, 1 running, 1 needs attention').first().waitFor();
    const card = page.getByRole('region', { name: 'Shards', exact: true });
    await card.getByRole('row', { name: /^3 failed 3 0 of 5 .*the disk of node-17/ }).waitFor();
    await card.getByRole('row', { name: /^2 running 2 0 of 5 .* 40/ }).waitFor();
    await card.getByRole('row', { name: /^1 done 1 5 of 5/ }).waitFor();
    await card.getByText(/^ticket resubmit .*plan --data-dir /).waitFor();
    await expectSound(page, 'shards', forDocs('shards'));
  });

  it('is fed by itself when a shard publishes', async () => {
    const card = page.getByRole('region', { name: 'Shards', exact: true });
    await publish(folder, 2);
    await card.getByRole('row', { name: /^2 done 2 5 of 5/ }).waitFor();
    await page.getByText('10 of 15 trainings').waitFor();
    await close();
  });
});
