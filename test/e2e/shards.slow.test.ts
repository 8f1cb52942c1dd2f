/** A submitted search while its shards run elsewhere, and after: what its state is called, and what Resume means. */
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Store } from '../../src/main/store/store.ts';
import { databaseFile } from '../../src/main/workbench/data-directory.ts';
import { sayState, submitSample, submitSearches } from '../main/workbench/cluster/plan-samples.ts';
import { ONE_SETTING, storeSweep } from '../support/sample-sweeps.ts';
import { expectSound, keepPictures, openOn, scratchFolder } from './support.ts';

/** The workbench looks at plans every second (vitest.config.ts). */
const PATIENCE_MILLISECONDS = 120_000;

const scratch = scratchFolder();
const data = path.join(scratch.folder, 'searches');
const folder = path.join(scratch.folder, 'plan');
let page: Page;
let complaints: string[];
let id: string;

beforeAll(async () => {
  mkdirSync(data);
  const store = Store.open(databaseFile(data));
  id = submitSample(store, folder, 3);
  store.close();
  // It stays heard, however long a browser takes to start.
  sayState(folder, 2, { updatedAt: Date.now() + 3_600_000 });
  ({ page, complaints } = await openOn(
    scratch,
    { width: 1440, height: 1000 },
    { timeoutMilliseconds: PATIENCE_MILLISECONDS },
  ));
});

afterAll(scratch.close);

it('a search whose shards run elsewhere is not called interrupted', async () => {
  await page.evaluate(`location.hash = '#/history'`);
  // The column is narrow: the first word is only read out.
  await page.getByRole('row', { name: /A submitted search .*running elsewhere/ }).waitFor();
  await expectSound(page, 'shards-history');
  await page.evaluate(`location.hash = '#/search/${id}'`);
  await page
    .locator('header', { hasText: 'A submitted search' })
    .getByText('running elsewhere')
    .waitFor();
  await page.getByText('in shards: 0 of 3 done, 1 running').first().waitFor();
});

it('Resume is not the next thing to do then, and says what it would mean', async () => {
  const resume = page.getByRole('button', { name: 'Resume', exact: true });
  await resume.focus();
  await page.keyboard.press('Enter');
  const item = page.getByRole('menuitem', { name: /^Resume here as well/ });
  await item.getByText('shards run elsewhere: the same trainings would run twice').waitFor();
  await expectSound(page, 'shards-resume');
  // In a narrow window the button is at the left edge, and the menu opens to the right of it.
  await page.keyboard.press('Escape');
  await page.setViewportSize({ width: 760, height: 1000 });
  await resume.press('Enter');
  await item.waitFor();
  await expect.poll(async () => (await item.boundingBox())?.x).toBeGreaterThan(0);
  await keepPictures(page, 'shards-resume-narrow');
  await page.setViewportSize({ width: 1440, height: 1000 });
  await page.keyboard.press('Escape');
  await item.waitFor({ state: 'hidden' });
  expect(await resume.getAttribute('class')).not.toContain('primary');
});

it('the page of a sweep follows the shards of its searches', async () => {
  const sweepFolder = path.join(scratch.folder, 'sweep-plan');
  const store = Store.open(databaseFile(data));
  const sweepId = storeSweep(store, { ...ONE_SETTING, fateOf: () => 'not started' });
  const ids = store.sweeps.members(sweepId).map(({ searchId }) => searchId);
  for (const each of ids) {
    store.engines.choose(each, new Map([0, 1, 2, 3].map((level) => [level, 'dense'])));
  }
  submitSearches(
    store,
    sweepFolder,
    ids,
    ids.map((_id, search) => [{ search, replicate: 0 }]),
  );
  store.close();
  await page.evaluate(`location.hash = '#/sweep/${sweepId}'`);
  const header = page.locator('header', { hasText: ONE_SETTING.name });
  sayState(sweepFolder, 1, { updatedAt: Date.now() + 3_600_000 });
  await header.getByText('in shards: 0 of 4 done, 1 running').waitFor();
  sayState(sweepFolder, 1, { state: 'stopped' });
  await header.getByText('in shards: 0 of 4 done, 1 needs attention').waitFor();
});

it('once no shard runs any more, the search is interrupted, and can be resumed', async () => {
  sayState(folder, 2, { state: 'stopped' });
  await page.evaluate(`location.hash = '#/search/${id}'`);
  await page.getByText('in shards: 0 of 3 done, 1 needs attention').first().waitFor();
  await page.getByText('interrupted', { exact: true }).first().waitFor();
  await page.locator('button.primary', { hasText: 'Resume' }).waitFor();
  expect(complaints).toEqual([]);
});
