import path from 'node:path';
import { expect, it } from 'vitest';
import type { TrainingKey } from '../../../../src/shared/domain/training.ts';
import type { Store } from '../../../../src/main/store/store.ts';
import { openBundle } from '../../../../src/main/workbench/bundles/bundle-reader.ts';
import { writeBundle } from '../../../../src/main/workbench/bundles/bundle-writer.ts';
import { key, temporaryFolder } from '../../store/samples.ts';
import { emptyStore, saveSearch } from './samples.ts';

/** Its manifest is longer than any other text of a bundle may be, and a zip archive needs 64 bits for it. */
const TRAININGS = 180_000;

/** A search with the same training again and again. */
function largeStore(): Store {
  const store = emptyStore();
  const id = saveSearch(store);
  const search = store.bundled.search(id);
  const sample = store.bundled.training(id, key());
  const mask = store.bundled.array(sample.arrays['mask']!);
  const arrays = { mask: sample.arrays['mask']! };
  const bundled = {
    contents: () => ({
      search,
      trainings: Array.from({ length: TRAININGS }, (_, replicate) => ({
        key: key(replicate),
        arrays: [{ role: 'mask', sha256: arrays.mask, bytes: mask.length }],
      })),
    }),
    training: (_id: string, each: TrainingKey) => ({ ...sample, key: each, evaluations: [], arrays }),
    array: () => mask,
  };
  return { bundled } as unknown as Store;
}

it('a bundle of 180,000 files is written and read', async () => {
  const file = path.join(temporaryFolder(), 'large.ticket');
  const request = { searchIds: ['a search'], withWeights: true, overwrite: false };
  const written = await writeBundle(largeStore(), file, request);
  expect(written.trainings).toBe(TRAININGS);
  const bundle = await openBundle(file);
  const [part] = bundle.parts();
  expect(part!.trainings).toHaveLength(TRAININGS);
  expect(part!.trainings.at(-1)!().key).toEqual(key(TRAININGS - 1));
  bundle.close();
});
