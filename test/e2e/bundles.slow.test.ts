/** Bundles from one window to another, in a real browser. */
import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import path from 'node:path';
import type { Browser, Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildWindow } from '../../provision/window-build.mjs';
import { Store } from '../../src/main/store/store.ts';
import { writeBundle } from '../../src/main/workbench/bundles/bundle-writer.ts';
import { saveSearch } from '../main/workbench/bundles/samples.ts';
import { ONE_SETTING, storeSweep } from '../support/sample-sweeps.ts';
import {
  accessibilityFaults,
  openWindow,
  scratchFolder,
  serve,
  type Server,
  showTheme,
} from './support.ts';

const PATIENCE_MILLISECONDS = 120_000;

const scratch = scratchFolder();
const [here, there] = [`${scratch.folder}/here`, `${scratch.folder}/there`];
const fileNamed = (name: string): string => path.join(scratch.folder, `${name}.ticket`);
let built: string;
let browser: Browser;
let page: Page;
let server: Server;
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
  server = await serve(folder, built, {});
  ({ browser, page, complaints } = await openWindow(
    server,
    { width: 1440, height: 1100 },
    PATIENCE_MILLISECONDS,
  ));
}

async function close(): Promise<void> {
  expect(complaints).toEqual([]);
  await browser.close();
  await server.kill();
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

afterAll(async () => {
  await browser.close();
  await server.kill();
  scratch.remove();
});

const go = (address: string) => page.evaluate(`location.hash = '${address}'`);
const button = (name: string): Locator => page.getByRole('button', { name, exact: true });

async function write(form: Locator, file: string): Promise<void> {
  if (file !== '') await form.getByRole('textbox', { name: /^Bundle to write/ }).fill(file);
  await form.getByRole('button', { name: 'Write the bundle' }).click();
}

/** In both themes, wide and narrow, for whoever wants to look. */
async function expectSound(name: string): Promise<void> {
  for (const theme of ['light', 'dark'] as const) {
    await showTheme(page, theme);
    expect(await accessibilityFaults(page)).toEqual([]);
    await shoot(`${name}-${theme}`);
  }
  await page.setViewportSize({ width: 760, height: 1100 });
  expect(await accessibilityFaults(page)).toEqual([]);
  await shoot(`${name}-narrow`);
  await page.setViewportSize({ width: 1440, height: 1100 });
  await showTheme(page, 'light');
}

async function shoot(name: string): Promise<void> {
  const folder = process.env['TICKET_SHOTS'];
  if (folder === undefined) return;
  mkdirSync(folder, { recursive: true });
  await page.screenshot({ path: path.join(folder, `${name}.png`) });
}

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
    await expectSound('export');
  });

  it('goes to the folder of bundles if no file is named', async () => {
    const form = page.getByRole('dialog').getByRole('region', { name: /^Bundle/ });
    await form.getByRole('textbox', { name: /^Bundle to write/ }).fill('');
    await write(form, '');
    await form.getByText(/written: .*bundles.a-sample-.*\.ticket$/).waitFor();
    expect(readdirSync(path.join(here, 'bundles'))).toHaveLength(1);
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
    await expectSound('selected');
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
  const dialog = (): Locator => page.getByRole('dialog', { name: 'Merge a bundle' });

  async function merge(file: string): Promise<void> {
    await dialog()
      .getByRole('textbox', { name: /^Bundle to merge/ })
      .fill(file);
    await dialog().getByRole('button', { name: 'Merge', exact: true }).click();
  }

  it('merges bundles, says what was added, and merges them again without a change', async () => {
    mkdirSync(there);
    await open(there);
    await go('#/history');
    await button('Merge a bundle…').click();
    await merge(fileNamed('part'));
    await dialog().getByText('new, 5 trainings added; 5 trainings still missing').waitFor();
    await merge(fileNamed('whole'));
    await dialog().getByText('5 trainings added, weights of 5 trainings added').waitFor();
    await merge(fileNamed('whole'));
    await dialog().getByText('nothing new: its 10 trainings are here, bit for bit').waitFor();
    await expectSound('merged');
    await merge(fileNamed('whole'));
    await dialog().getByRole('link', { name: 'A sample' }).click();
    await page.getByRole('heading', { name: 'A sample' }).waitFor();
    await go('#/history');
    await page.getByRole('link', { name: 'A sample' }).waitFor();
  });

  it('refuses other results of the same experiment, with the first difference', async () => {
    await button('Merge a bundle…').click();
    await merge(fileNamed('other'));
    const alert = dialog().getByRole('alert');
    await alert.getByText('other.ticket was not merged').waitFor();
    await alert.getByText(/has other results in the bundle: its final weights at/).waitFor();
    await alert.getByText(/Nothing was merged\. Equal settings give equal bits/).waitFor();
    await expectSound('refused');
    await merge('part.ticket');
    await alert.getByText('Part.ticket is not a whole path').waitFor();
    await dialog().getByRole('button', { name: 'Close' }).click();
  });

  it('says what to do with a bundle that is dropped on a browser', async () => {
    const drop = (name: string) =>
      page.evaluate(`(() => {
        const dataTransfer = new DataTransfer();
        dataTransfer.items.add(new File(['zip'], '${name}'));
        for (const type of ['dragover', 'drop']) {
          document.body.dispatchEvent(new DragEvent(type, { dataTransfer, bubbles: true, cancelable: true }));
        }
      })()`);
    await drop('picture.png');
    await page.getByText('Only bundles, which end with .ticket').waitFor();
    await drop('search.ticket');
    const messages = page.getByRole('region', { name: 'Messages' });
    await messages.getByText('A browser does not tell where a file is').waitFor();
    await messages.getByRole('button', { name: 'Merge a bundle…' }).click();
    await dialog().waitFor();
    expect(complaints).toEqual([]);
  });
});
