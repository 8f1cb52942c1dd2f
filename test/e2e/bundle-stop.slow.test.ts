/** Merges and exports that take their time: stopped, beside those of another window, and in a restart. */
import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import path from 'node:path';
import Database from 'better-sqlite3';
import type { Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { buildWindow } from '../../provision/window-build.mjs';
import { Store } from '../../src/main/store/store.ts';
import { writeBundle } from '../../src/main/workbench/bundles/bundle-writer.ts';
import { databaseFile } from '../../src/main/workbench/data-directory.ts';
import { countRows } from '../main/store/support.ts';
import { countArrays, heldAfter, holdInserts } from '../main/workbench/bundles/held-merges.ts';
import { saveSearch } from '../main/workbench/bundles/samples.ts';
import { PATIENCE_MILLISECONDS, POLL } from '../support/patience.ts';
import { accessibilityFaults, openWindow, scratchFolder, serve, type Server } from './support.ts';

/** With five trainings each. */
const REPLICATES = 10;
const TRAININGS = 5 * REPLICATES;

const scratch = scratchFolder();
const [here, there] = [`${scratch.folder}/here`, `${scratch.folder}/there`];
const folder = `${scratch.folder}/bundles`;
const bundle = path.join(folder, 'sample.ticket');
const database = databaseFile(there);
let built: string;
let page: Page;
let server: Server;

async function open(directory: string): Promise<void> {
  server = await serve(scratch, directory, built, {});
  ({ page } = await openWindow(scratch, server, { width: 1440, height: 900 }));
}

beforeAll(async () => {
  mkdirSync(folder);
  const store = Store.open(databaseFile(here));
  const id = saveSearch(store, { replicates: { count: REPLICATES, seed: 7 } });
  await writeBundle(store, bundle, { searchIds: [id], withWeights: true, overwrite: false });
  store.close();
  built = await buildWindow();
});

afterAll(scratch.close);

const WAITING = 'Waiting until another bundle is merged or written';

/** Another window of the same browser. */
async function openSecond(): Promise<Page> {
  const other = await page.context().newPage();
  other.setDefaultTimeout(PATIENCE_MILLISECONDS);
  await other.goto(page.url());
  await other.getByRole('navigation', { name: 'Views' }).waitFor();
  return other;
}

const stop = (form: Locator): Locator => form.getByRole('button', { name: 'Stop' });

describe('Stop', () => {
  it('ends a bundle that waits to be written, and leaves no file', async () => {
    await open(here);
    const other = await openSecond();
    await other.evaluate("location.hash = '#/history'");
    await other.getByRole('checkbox', { name: /Select .*A sample/ }).check();
    await other.getByRole('toolbar').getByRole('button', { name: 'Bundle…' }).click();
    const form = other.getByRole('dialog', { name: 'Bundle of 1 search' });
    const file = path.join(folder, 'export.ticket');
    await form.getByRole('textbox', { name: /^Bundle to write/ }).fill(file);

    // Everything of the bundle is here, and its merge waits all the same.
    const release = holdMerges(databaseFile(here));
    await openMerge(page);
    await mergePath(page);
    await merging(page).waitFor();
    await form.getByRole('button', { name: 'Write the bundle' }).click();
    await form.getByText(WAITING).waitFor();
    await stop(form).click();
    await form
      .getByRole('alert')
      .getByText(/stopped before its turn came/)
      .waitFor();
    release();
    await merging(page).waitFor({ state: 'hidden' });
    expect(readdirSync(folder)).toEqual(['sample.ticket']);
    await scratch.end();
  });

  it('ends a merge, of which nothing is merged or left', async () => {
    await open(there);
    await openMerge(page);
    const release = holdMerges(database);
    await mergePath(page);
    await merging(page).waitFor();
    await stop(dialogOf(page)).click();
    await dialogOf(page)
      .getByRole('alert')
      .getByText(/stopped/)
      .waitFor();
    release();
    expect(stored()).toEqual(NOTHING);
  });

  it('ends a merge also after its window was reloaded', async () => {
    const release = holdMerges(database);
    await mergePath(page);
    await merging(page).waitFor();
    await page.reload();
    await openMerge(page);
    await merging(page).waitFor();
    await stop(dialogOf(page)).click();
    await merging(page).waitFor({ state: 'hidden' });
    await stop(dialogOf(page)).waitFor({ state: 'hidden' });
    release();
    expect(stored()).toEqual(NOTHING);
  });
});

describe('a workbench that is killed while it merges', () => {
  it('is found again by the window, and nothing of the merge is left after the next start', async () => {
    const transfers = path.join(there, 'transfers');
    // Its transaction lasts for ever, with all arrays stored before it.
    const releaseInserts = holdInserts(database, 'trainings');
    await dialogOf(page).getByLabel('Bundles, or drop them on the window').setInputFiles(bundle);
    await heldAfter(database, countArrays(databaseFile(here)));
    await server.kill();
    expect(readdirSync(transfers)).toHaveLength(1);
    await dialogOf(page).getByText('sample.ticket was not merged').waitFor();
    await page.getByText('Can’t reach the workbench.').waitFor();
    releaseInserts();
    expect(stored()).toMatchObject({ searches: 0, trainings: 0 });

    server = await serve(scratch, there, built, {});
    await page.getByText('Can’t reach the workbench.').waitFor({ state: 'hidden' });
    await dialogOf(page).getByRole('progressbar').waitFor({ state: 'hidden' });
    await expect.poll(() => readdirSync(transfers), POLL).toEqual([]);
    await expect.poll(stored, POLL).toEqual(NOTHING);
    expect(existsSync(bundle)).toBe(true);
    const store = Store.open(database);
    expect(store.integrityCheck()).toEqual([]);
    store.close();
  });
});

describe('two windows', () => {
  it('take turns, and Stop of one leaves the merge of the other one alone', async () => {
    const other = await openSecond();
    await openMerge(other);
    await fillPath(other);

    const release = holdMerges(database);
    await mergePath(page);
    await merging(page).waitFor();
    await mergeButton(other).click();
    await dialogOf(other).getByText(WAITING).waitFor();
    await stop(dialogOf(other)).click();
    await dialogOf(other).getByText('It was stopped before its turn came').waitFor();
    release();
    await dialogOf(page).getByText(`new, ${TRAININGS} trainings added`).waitFor();
    expect(await accessibilityFaults(other)).toEqual([]);
    await other.close();
  });
});

/**
 * Writes to a database until the result is called, or the test ends: merges wait for that, before anything is
 * stored.
 */
function holdMerges(file: string): () => void {
  const writer = new Database(file, { timeout: PATIENCE_MILLISECONDS });
  // That rolls back, and does nothing the second time.
  const release = (): void => {
    writer.close();
  };
  onTestFinished(release);
  writer.exec('BEGIN IMMEDIATE');
  return release;
}

const NOTHING = { searches: 0, trainings: 0, arrays: 0, staged: 0, merges: 0 };

/** How much the store has, and how much merges have stored beside it. */
function stored(): typeof NOTHING {
  return {
    searches: countRows(database, 'searches'),
    trainings: countRows(database, 'trainings'),
    arrays: countRows(database, 'blobs'),
    staged: countRows(database, 'staged_arrays'),
    merges: countRows(database, 'bundle_merges'),
  };
}

const merging = (window: Page): Locator => dialogOf(window).getByText('Merging the bundle');

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
    .fill(bundle);
}

async function mergePath(window: Page): Promise<void> {
  await fillPath(window);
  await mergeButton(window).click();
}
