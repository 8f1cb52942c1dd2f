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
  const told: (BundleProgress | undefined)[] = [];
  let merged = 0;
  const service = new BundleService({
    directory: store.directory,
    onProgress: (progress) => told.push(progress),
    onMerged: () => {
      merged += 1;
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
    const written = await writer.service.write(file, request);
    expect(written).toEqual({ path: file, bytes: readFileSync(file).length, trainings: 10 });
    expect(writer.told[0]).toMatchObject({ what: 'writing' });
    expect(writer.told.at(-1)).toBeUndefined();

    expect(await merger.service.merge(file)).toMatchObject({
      file,
      searches: [{ id, name: 'A sample', isNew: true, added: 10 }],
    });
    const steps = merger.told.map((progress) => progress?.what);
    expect([...new Set(steps)]).toEqual(['checking', 'merging', undefined]);
    expect(to.trainings.list(id)).toHaveLength(10);
    expect(await merger.service.merge(file)).toMatchObject({ searches: [{ added: 0 }] });
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
    const conflict = await service.merge(file).catch(reportOf);
    expect(conflict).toMatchObject({
      code: 'conflict',
      message: expect.stringMatching(/has other results in the bundle: its final weights at/),
      hint: expect.stringContaining('Nothing was merged'),
    });
    writeFileSync(file, 'no bundle');
    expect(await service.merge(file).catch(reportOf)).toMatchObject({ code: 'invalid-data' });
    expect(merged()).toBe(0);
  });

  it('are one at a time, and leave no file when they fail', async () => {
    const store = emptyStore();
    const id = saveSearch(store);
    const { service } = serviceOf(store);
    const folder = temporaryFolder();
    const request = { searchIds: [id], withWeights: true, overwrite: false };
    const first = service.write(path.join(folder, 'one.ticket'), request);
    const second = await service.merge(path.join(folder, 'one.ticket')).catch(reportOf);
    expect(second).toMatchObject({ code: 'conflict' });
    await first;
    const wrong = path.join(folder, 'two.ticket');
    const missing = await service.write(wrong, { ...request, replicates: [7] }).catch(reportOf);
    expect(missing).toMatchObject({ code: 'not-found' });
    expect(existsSync(wrong)).toBe(false);
  });
});
