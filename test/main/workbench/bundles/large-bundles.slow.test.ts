import path from 'node:path';
import { expect, it } from 'vitest';
import type { TrainingKey } from '../../../../src/shared/domain/training.ts';
import type { Store } from '../../../../src/main/store/store.ts';
import { LARGEST_JSON } from '../../../../src/main/workbench/bundles/bundle-format.ts';
import { openBundle } from '../../../../src/main/workbench/bundles/bundle-reader.ts';
import { writeBundle } from '../../../../src/main/workbench/bundles/bundle-writer.ts';
import { key, temporaryFolder } from '../../store/samples.ts';
import { emptyStore, saveSearch } from './samples.ts';

/** With names of this length, the manifest is as long as that of 180,000 files with usual names. */
const TRAININGS = 32_000;
const BRANCH = 'b'.repeat(900);

/** A search with the same training again and again, and its id. */
function largeStore(): { store: Store; id: string } {
  const store = emptyStore();
  const id = saveSearch(store);
  const search = store.bundled.search(id);
  const sample = store.bundled.training(id, key());
  const sha256 = sample.arrays['mask']!;
  const mask = store.bundled.array(sha256);
  const bundled = {
    contents: () => ({
      search,
      trainings: Array.from({ length: TRAININGS }, (_, replicate) => ({
        key: key(replicate, 0, BRANCH),
        arrays: [{ role: 'mask', sha256, bytes: mask.length, storedBytes: 1 }],
      })),
    }),
    training: (_id: string, each: TrainingKey) => ({ ...sample, key: each, evaluations: [] }),
    array: () => mask,
  };
  return { store: { bundled } as unknown as Store, id };
}

it('a bundle whose manifest is longer than any other text of it is written and read', async () => {
  const { store, id } = largeStore();
  const file = path.join(temporaryFolder(), 'large.ticket');
  const request = { searchIds: [id], withWeights: true, overwrite: false };
  expect((await writeBundle(store, file, request)).trainings).toBe(TRAININGS);
  const bundle = await openBundle(file);
  expect(JSON.stringify(bundle.manifest).length).toBeGreaterThan(LARGEST_JSON);
  const [part] = bundle.parts();
  expect(part!.trainings).toHaveLength(TRAININGS);
  expect(part!.trainings.at(-1)!().key).toEqual(key(TRAININGS - 1, 0, BRANCH));
  bundle.close();
});
