import { existsSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { reportOf } from '../../../../src/shared/contract/errors.ts';
import type { Store } from '../../../../src/main/store/store.ts';
import { startBundleThread } from '../../../../src/main/workbench/bundles/bundle-thread.ts';
import { temporaryFolder } from '../../store/samples.ts';
import { countRows } from '../../store/support.ts';
import { bundleOf, emptyStore, saveSearch } from './samples.ts';

const fileOf = ({ directory }: Store): string => path.join(directory, 'workbench.sqlite');

async function bundled(): Promise<string> {
  const store = emptyStore();
  return bundleOf(store, [saveSearch(store)]);
}

it('a merge that is stopped merges nothing and leaves nothing', async () => {
  const store = emptyStore();
  const given = { bundle: await bundled() };
  const thread = startBundleThread(fileOf(store), 'merge', given, () => undefined);
  const outcome = thread.result.catch(reportOf);
  await thread.stop();
  expect(await outcome).toEqual({
    code: 'interrupted',
    message: 'the merge was stopped, and nothing was merged',
  });
  expect(store.searches.list()).toEqual([]);
  expect(countRows(fileOf(store), 'blobs')).toBe(0);
});

it('a merge that is stopped at any time says what has become of it', async () => {
  const given = { bundle: await bundled() };
  for (const at of ['checking', 'merging'] as const) {
    const store = emptyStore();
    const thread = startBundleThread(fileOf(store), 'merge', given, ({ what }) => {
      if (what === at) void thread.stop();
    });
    const outcome = await thread.result.catch(reportOf);
    await thread.stop();
    const isMerged = store.searches.list().length > 0;
    expect(outcome).toMatchObject(isMerged ? [{ added: 10 }] : { code: 'interrupted' });
    expect(countRows(fileOf(store), 'staged_arrays')).toBe(0);
    expect(countRows(fileOf(store), 'blobs') > 0).toBe(isMerged);
  }
});

it('a bundle whose writing is stopped leaves no file', async () => {
  const store = emptyStore();
  const bundle = path.join(temporaryFolder(), 'stopped.ticket');
  const given = { bundle, searchIds: [saveSearch(store)], withWeights: true, overwrite: false };
  const thread = startBundleThread(fileOf(store), 'write', given, () => undefined);
  const outcome = thread.result.catch(reportOf);
  await thread.stop();
  expect(await outcome).toEqual({
    code: 'interrupted',
    message: 'the bundle was not written: it was stopped',
  });
  expect(existsSync(bundle)).toBe(false);
});

it('one that has ended can be stopped', async () => {
  const store = emptyStore();
  const given = { bundle: await bundled() };
  const thread = startBundleThread(fileOf(store), 'merge', given, () => undefined);
  expect(await thread.result).toMatchObject([{ added: 10 }]);
  await thread.stop();
  await thread.stop();
});
