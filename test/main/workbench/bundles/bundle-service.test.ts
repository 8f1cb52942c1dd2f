import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { BundleProgress } from '../../../../src/shared/contract/records/bundles.ts';
import { reportOf } from '../../../../src/shared/contract/errors.ts';
import type { Store } from '../../../../src/main/store/store.ts';
import { BundleService } from '../../../../src/main/workbench/bundles/bundle-service.ts';
import { temporaryFolder } from '../../store/samples.ts';
import { bundleOf, emptyStore, saveSearch } from './samples.ts';

function serviceOf(store: Store) {
  const told: { readonly task: string; readonly what: BundleProgress['what'] | undefined }[] = [];
  let merged = 0;
  const service = new BundleService({
    directory: store.directory,
    onProgress: (task, progress) => told.push({ task, what: progress?.what }),
    onMerged: () => {
      merged += 1;
    },
    onError: (error) => {
      throw error;
    },
  });
  onTestFinished(() => service.close());
  return { service, told, merged: () => merged };
}

describe('bundles, in a thread', () => {
  it('are written and merged with progress that ends, and again without a change', async () => {
    const [from, to] = [emptyStore(), emptyStore()];
    const id = saveSearch(from);
    const [writer, merger] = [serviceOf(from), serviceOf(to)];
    const file = path.join(temporaryFolder(), 'sample.ticket');
    const request = { searchIds: [id], withWeights: true, overwrite: false };
    const written = await writer.service.write('export', file, request);
    expect(written).toEqual({ path: file, bytes: readFileSync(file).length, trainings: 10 });
    expect(writer.told[0]).toEqual({ task: 'export', what: 'writing' });
    expect(writer.told.at(-1)).toEqual({ task: 'export', what: undefined });

    expect(await merger.service.merge('one', file)).toMatchObject({
      file,
      searches: [{ id, name: 'A sample', isNew: true, added: 10 }],
    });
    const steps = merger.told.map(({ what }) => what);
    expect([...new Set(steps)]).toEqual(['checking', 'merging', undefined]);
    expect(to.trainings.list(id)).toHaveLength(10);
    expect(await merger.service.merge('two', file)).toMatchObject({ searches: [{ added: 0 }] });
    expect(merger.merged()).toBe(2);
  });

  it('are refused whole, with the reason and what to do', async () => {
    const [from, to] = [emptyStore(), emptyStore()];
    const id = saveSearch(from, {}, ({ finalWeights }) => ({
      finalWeights: finalWeights.map((value) => value + 1),
    }));
    const file = await bundleOf(from, [id]);
    saveSearch(to);
    const { service, merged } = serviceOf(to);
    const conflict = await service.merge('one', file).catch(reportOf);
    expect(conflict).toMatchObject({
      code: 'conflict',
      message: expect.stringMatching(/has other results in the bundle: its final weights at/),
      hint: expect.stringContaining('Nothing was merged'),
    });
    writeFileSync(file, 'no bundle');
    const damaged = await service.merge('two', file).catch(reportOf);
    expect(damaged).toMatchObject({ code: 'invalid-data' });
    expect(merged()).toBe(0);
  });

  it('leave no file when they fail', async () => {
    const store = emptyStore();
    const { service } = serviceOf(store);
    const file = path.join(temporaryFolder(), 'one.ticket');
    const request = {
      searchIds: [saveSearch(store)],
      withWeights: true,
      overwrite: false,
      replicates: [7],
    };
    const missing = await service.write('one', file, request).catch(reportOf);
    expect(missing).toMatchObject({ code: 'not-found' });
    expect(existsSync(file)).toBe(false);
  });
});
