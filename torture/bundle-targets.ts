/** Bundles, which come from anyone: damaged as files, and changed within by someone who knows the format. */
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { strToU8, unzipSync, zipSync } from 'fflate';
import type { Rng } from '../src/shared/rng.ts';
import { Store } from '../src/main/store/store.ts';
import { Workbench } from '../src/main/workbench/workbench.ts';
import { MANIFEST_FILE, type Manifest } from '../src/main/workbench/bundles/bundle-format.ts';
import { writeBundle } from '../src/main/workbench/bundles/bundle-writer.ts';
import { saveSearch } from '../test/main/workbench/bundles/samples.ts';
import { generate, mutate } from './mutate.ts';
import { changedTree } from './settings-targets.ts';
import type { Target } from './targets.ts';

type Files = Record<string, Uint8Array>;

/** @param folder an empty one. */
export async function bundleTargets(folder: string): Promise<Target[]> {
  const samples = await sampleBundles(folder);
  const file = path.join(folder, 'input.ticket');
  const store = Store.open(path.join(folder, 'merged.sqlite'));
  return [
    {
      name: 'bundle',
      make: (random) => {
        const sample = samples[random.below(samples.length)] ?? Buffer.of();
        if (random.below(20) === 0) return generate(random);
        return random.below(3) === 0 ? mutate(sample, random) : changedWithin(sample, random);
      },
      async take(input) {
        writeFileSync(file, input);
        const before = contentOf(store);
        try {
          await Workbench.over(store).bundles.merge(file);
        } catch (error) {
          if (isDeepStrictEqual(contentOf(store), before)) throw error;
          throw new Error('a bundle was refused, and something of it was written', {
            cause: error,
          });
        }
        await checkMerged(store, file);
      },
      // Settings name every problem, with its path and what is allowed.
      hintless: ['invalid-settings'],
      close: () => {
        store.close();
        return Promise.resolve();
      },
    },
  ];
}

/** Five bundles: whole, without weights, in part, of two searches, and of one replicate. */
async function sampleBundles(folder: string): Promise<Buffer[]> {
  const store = Store.open(path.join(folder, 'samples.sqlite'));
  try {
    const [one, other] = [saveSearch(store), saveSearch(store, { branches: [] })];
    const requests = [
      { searchIds: [one], withWeights: true },
      { searchIds: [one], withWeights: false },
      { searchIds: [one], withWeights: true, replicates: [1] },
      { searchIds: [one, other], withWeights: true },
      { searchIds: [saveSearch(store, { replicates: { count: 1, seed: 3 } })], withWeights: true },
    ];
    const bundles: Buffer[] = [];
    for (const [index, request] of requests.entries()) {
      const file = path.join(folder, `${index}.ticket`);
      await writeBundle(store, file, { ...request, overwrite: true });
      bundles.push(readFileSync(file));
    }
    return bundles;
  } finally {
    store.close();
  }
}

/** One file of the bundle with other content, and a manifest that vouches for it. */
function changedWithin(sample: Buffer, random: Rng): Buffer {
  const files: Files = unzipSync(sample);
  const names = Object.keys(files);
  const name = names[random.below(names.length)] ?? MANIFEST_FILE;
  const content = files[name] ?? new Uint8Array();
  const isText = name.endsWith('.json');
  files[name] =
    isText && random.below(5) > 0
      ? strToU8(JSON.stringify(changedTree(JSON.parse(Buffer.from(content).toString()), random)))
      : mutate(content, random);
  if (name !== MANIFEST_FILE) vouch(files, name);
  return Buffer.from(zipSync(files, { level: 1 }));
}

function vouch(files: Files, name: string): void {
  const manifest = JSON.parse(Buffer.from(files[MANIFEST_FILE]!).toString()) as Manifest;
  const listed = manifest.files.find(({ path: each }) => each === name);
  const content = files[name]!;
  if (listed) {
    listed.bytes = content.length;
    listed.sha256 = createHash('sha256').update(content).digest('hex');
  }
  files[MANIFEST_FILE] = strToU8(JSON.stringify(manifest));
}

const contentOf = (store: Store) => store.searches.list().map(({ id }) => id);

/** What was taken can be read whole, and is the same when it is taken again. */
async function checkMerged(store: Store, file: string): Promise<void> {
  const problems = store.integrityCheck();
  if (problems.length > 0) throw new Error(`what was merged is damaged: ${problems.join('; ')}`);
  const again = await Workbench.over(store).bundles.merge(file);
  const changed = again.find(({ isNew, added }) => isNew || added > 0);
  if (changed) throw new Error(`merging again has changed the search ${changed.id}`);
  for (const { id } of store.searches.list()) store.searches.delete(id);
}
