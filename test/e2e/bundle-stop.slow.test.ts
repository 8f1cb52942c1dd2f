/** Merges and exports that take their time: stopped, beside those of another window, and in a restart. */
import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import path from 'node:path';
import type { Browser, Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildWindow } from '../../provision/window-build.mjs';
import { Store } from '../../src/main/store/store.ts';
import { writeBundle } from '../../src/main/workbench/bundles/bundle-writer.ts';
import { databaseFile } from '../../src/main/workbench/data-directory.ts';
import { saveSearch } from '../main/workbench/bundles/samples.ts';
import { PATIENCE_MILLISECONDS, POLL } from '../support/patience.ts';
import { accessibilityFaults, openWindow, scratchFolder, serve, type Server } from './support.ts';

/** With five trainings each: reading all of them takes seconds, a click much less. */
const REPLICATES = 400;
const TRAININGS = 5 * REPLICATES;

const scratch = scratchFolder();
const [here, there] = [`${scratch.folder}/here`, `${scratch.folder}/there`];
const folder = `${scratch.folder}/bundles`;
const large = path.join(folder, 'large.ticket');
let built: string;
let browser: Browser;
let page: Page;
let server: Server;

async function open(directory: string): Promise<void> {
  server = await serve(directory, built, {});
  ({ browser, page } = await openWindow(server, { width: 1440, height: 900 }));
}

async function close(): Promise<void> {
  await browser.close();
  await server.kill();
}

beforeAll(async () => {
  mkdirSync(folder);
  const store = Store.open(databaseFile(here));
  const id = saveSearch(store, { replicates: { count: REPLICATES, seed: 7 } });
  await writeBundle(store, large, { searchIds: [id], withWeights: true, overwrite: false });
  store.close();
  built = await buildWindow();
});

afterAll(async () => {
  await close();
  scratch.remove();
});

const stop = (form: Locator): Locator => form.getByRole('button', { name: 'Stop' });

describe('Stop', () => {
  it('ends the writing of a bundle, and leaves no file', async () => {
    await open(here);
    await page.evaluate("location.hash = '#/history'");
    await page.getByRole('checkbox', { name: /Select .*A sample/ }).check();
    await page.getByRole('toolbar').getByRole('button', { name: 'Bundle…' }).click();
    const form = page.getByRole('dialog', { name: 'Bundle of 1 search' });
    const file = path.join(folder, 'export.ticket');
    await form.getByRole('textbox', { name: /^Bundle to write/ }).fill(file);
    await form.getByRole('button', { name: 'Write the bundle' }).click();
    await stop(form).click();
    await form
      .getByRole('alert')
      .getByText(/stopped/)
      .waitFor();
    await stop(form).waitFor({ state: 'hidden' });
    expect(readdirSync(folder)).toEqual(['large.ticket']);
    await close();
  });

  it('ends a merge, of which nothing is merged', async () => {
    await open(there);
    await openMerge(page);
    await mergePath(page);
    await stop(dialogOf(page)).click();
    await dialogOf(page)
      .getByRole('alert')
      .getByText(/stopped/)
      .waitFor();
    const store = Store.open(databaseFile(there));
    expect(store.searches.list()).toEqual([]);
    store.close();
  });
});

describe('a workbench that is killed while it merges', () => {
  it('is found again by the window, which merges anew, and what had arrived is removed', async () => {
    const transfers = path.join(there, 'transfers');
    await dialogOf(page).getByLabel('Bundles, or drop them on the window').setInputFiles(large);
    // It has arrived, and is merged.
    await dialogOf(page)
      .getByText(/^(Checking|Merging) the bundle/)
      .waitFor();
    await server.kill();
    const left = readdirSync(transfers);
    expect(left).toHaveLength(1);
    await dialogOf(page).getByText('large.ticket was not merged').waitFor();
    await page.getByText('Can’t reach the workbench.').waitFor();
    server = await serve(there, built, {});
    await page.getByText('Can’t reach the workbench.').waitFor({ state: 'hidden' });
    await dialogOf(page).getByRole('progressbar').waitFor({ state: 'hidden' });
    await expect.poll(() => readdirSync(transfers), POLL).toEqual([]);
    expect(existsSync(large)).toBe(true);
  });
});

describe('two windows', () => {
  it('take turns, and Stop of one leaves the merge of the other one alone', async () => {
    const other = await page.context().newPage();
    other.setDefaultTimeout(PATIENCE_MILLISECONDS);
    await other.goto(page.url());
    await other.getByRole('navigation', { name: 'Views' }).waitFor();
    await openMerge(other);
    await fillPath(other);

    await mergePath(page);
    await stop(dialogOf(page)).waitFor();
    await mergeButton(other).click();
    const waiting = dialogOf(other).getByText('Waiting until another bundle is merged or written');
    await waiting.waitFor();
    await stop(dialogOf(other)).click();
    await dialogOf(other).getByText('It was stopped before its turn came').waitFor();
    await dialogOf(page).getByText(`new, ${TRAININGS} trainings added`).waitFor();
    expect(await accessibilityFaults(other)).toEqual([]);
    await other.close();
  });
});

const dialogOf = (window: Page): Locator => window.getByRole('dialog', { name: 'Merge bundles' });

const mergeButton = (window: Page): Locator =>
  dialogOf(window).getByRole('button', { name: 'Merge', exact: true });

async function openMerge(window: Page): Promise<void> {
  await window.evaluate("location.hash = '#/history'");
  await window.getByRole('button', { name: 'Merge bundles…', exact: true }).click();
  await dialogOf(window).waitFor();
}

async function fillPath(window: Page): Promise<void> {
  await dialogOf(window)
    .getByRole('textbox', { name: /^Bundle to merge/ })
    .fill(large);
}

async function mergePath(window: Page): Promise<void> {
  await fillPath(window);
  await mergeButton(window).click();
}
