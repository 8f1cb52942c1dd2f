import { readdirSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { unzipSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import type { BundledArray } from '../../../../src/main/store/bundled.ts';
import type { Store } from '../../../../src/main/store/store.ts';
import { contentsOf } from '../../../../src/main/workbench/bundles/bundle-contents.ts';
import type { Manifest } from '../../../../src/main/workbench/bundles/bundle-format.ts';
import { writeBundle } from '../../../../src/main/workbench/bundles/bundle-writer.ts';
import { Workbench } from '../../../../src/main/workbench/workbench.ts';
import {
  ENVIRONMENT,
  FINGERPRINT,
  key,
  sampleTraining,
  temporaryFolder,
} from '../../store/samples.ts';
import { failure } from '../../store/support.ts';
import { addReplicate, emptyStore, saveSearch } from './samples.ts';

const request = { searchIds: ['a search'], withWeights: true };

/** A store whose search has so many trainings with these arrays. */
function storeWith(count: number, arrays: readonly BundledArray[] = []): Store {
  const trainings = Array.from({ length: count }, () => ({ key: key(), arrays }));
  const contents = () => ({ search: { id: 'a search' }, trainings });
  return { bundled: { contents } } as unknown as Store;
}

describe('a bundle that nobody could read is refused before it is written', () => {
  it('with more files than bundles have', () => {
    const contentsOfMany = (count: number) =>
      contentsOf(storeWith(count), request, () => undefined).searches[0]?.trainings.length;
    const refused = failure(() => contentsOfMany(999_999));
    expect(refused.message).toBe(
      'the bundle would have 1,000,001 files; a bundle has at most 1,000,000',
    );
    expect(refused.hint).toContain('Export fewer searches');
    expect(contentsOfMany(999_998)).toBe(999_998);
  });

  it('with an array larger than bundles have', () => {
    const array = { role: 'final-weights', sha256: '0', bytes: 2 ** 30 + 1, storedBytes: 1 };
    const refused = failure(() => contentsOf(storeWith(1, [array]), request, () => undefined));
    expect(refused.message).toContain(
      '(final-weights) of the search a search has 1073741825 bytes',
    );
  });
});

describe('a bundle that a browser is to fetch', () => {
  it('is refused before anything of it is made if its arrays alone are more than one can', () => {
    const arrays = ['0', '1', '0'].map((sha256) => ({
      ...{ role: 'final-weights', sha256 },
      ...{ bytes: 1000, storedBytes: 500 },
    }));
    const contents = (mostBytes: number) =>
      contentsOf(storeWith(2, arrays), { ...request, mostBytes }, () => undefined);
    expect(contents(1000).arrays.size).toBe(2);
    expect(failure(() => contents(999))).toMatchObject({
      message: 'the bundle has at least 1000 bytes; a browser can fetch at most 999',
      hint: expect.stringContaining('ticket export ID --what bundle --out FILE'),
    });
  });

  it('is given up as soon as its file has more bytes than one can, and no file is left', async () => {
    const store = emptyStore();
    const searchIds = [saveSearch(store, { replicates: { count: 120, seed: 7 } })];
    const folder = temporaryFolder();
    const file = path.join(folder, 'sample.ticket');
    const whole = { searchIds, withWeights: false, overwrite: true };
    const { bytes } = await writeBundle(store, file, whole);
    rmSync(file);
    const fractions: number[] = [];
    // Its measurements are more than its masks, which the store knows the sizes of.
    const half = { ...whole, mostBytes: bytes / 2 };
    const writing = writeBundle(store, file, half, ({ fraction }) => fractions.push(fraction));
    await expect(writing).rejects.toThrow('a browser can fetch at most');
    expect(fractions.at(-1)).toBeLessThan(1);
    expect(readdirSync(folder)).toEqual([]);
    // Its manifest, which says when it was written, has some bytes more or fewer each time.
    await expect(writeBundle(store, file, { ...whole, mostBytes: bytes - 100 })).rejects.toThrow(
      'a browser can fetch at most',
    );
    await writeBundle(store, file, { ...whole, mostBytes: bytes + 100 });
  });
});

it('a search that trains meanwhile is written as it was at the beginning', async () => {
  const store = emptyStore();
  const id = saveSearch(store, {}, (training) =>
    training.key.level === 2 ? { nextMask: undefined } : {},
  );
  addReplicate(store, id);
  const file = path.join(temporaryFolder(), 'running.ticket');
  let isChanged = false;
  await writeBundle(store, file, { searchIds: [id], withWeights: true, overwrite: false }, (at) => {
    // The search is written by now, and its trainings are not.
    if (isChanged || at.fraction === 0) return;
    isChanged = true;
    store.searches.start(id, ENVIRONMENT, FINGERPRINT);
    store.trainings.save(id, sampleTraining(key(2, 0), {}, store.searches.layout(id)));
    store.trainings.addNextMask(id, key(0, 2), Uint8Array.of(1, 0, 0, 0), {});
  });
  expect(isChanged).toBe(true);
  const to = emptyStore();
  const merged = await Workbench.over(to).bundles.merge(file);
  expect(merged).toMatchObject([{ trainings: 10, added: 10, missing: 5 }]);
  expect(to.bundled.search(id).sessions).toHaveLength(1);
  expect(to.trainings.hasNextMask(id, key(0, 2))).toBe(false);
});

it('the manifest is one line: it may list hundreds of thousands of files', async () => {
  const store = emptyStore();
  const file = path.join(temporaryFolder(), 'sample.ticket');
  const searchIds = [saveSearch(store)];
  await writeBundle(store, file, { searchIds, withWeights: true, overwrite: false });
  const text = new TextDecoder().decode(unzipSync(readFileSync(file))['bundle.json']);
  expect(text.trimEnd()).not.toContain('\n');
  const { files } = JSON.parse(text) as Manifest;
  expect(files.length).toBeGreaterThan(20);
  await expect(Workbench.over(emptyStore()).bundles.merge(file)).resolves.toHaveLength(1);
});
