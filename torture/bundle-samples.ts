/** The bundles that are mutated, and a database that has all of their searches. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { Store } from '../src/main/store/store.ts';
import { writeBundle } from '../src/main/workbench/bundles/bundle-writer.ts';
import { FINGERPRINT, sampleSettings } from '../test/main/store/samples.ts';
import {
  addReplicate,
  saveSearch,
  saveSweep,
  saveTransfer,
} from '../test/main/workbench/bundles/samples.ts';

interface SampleBundles {
  readonly bundles: readonly Buffer[];
  /** A closed database with their searches. */
  readonly database: string;
}

/**
 * Bundles: whole, without weights, in part, of two searches, of one replicate, of an extended search
 * before and after, with weights of an iteration, of a sweep, with a transfer, and with a plug-in.
 *
 * @param folder an empty one.
 */
export async function sampleBundles(folder: string): Promise<SampleBundles> {
  const database = path.join(folder, 'samples.sqlite');
  const store = Store.open(database);
  const bundles: Buffer[] = [];
  const take = async (
    searchIds: readonly string[],
    request: { readonly withWeights?: boolean; readonly replicates?: readonly number[] } = {},
  ): Promise<void> => {
    const file = path.join(folder, `${bundles.length}.ticket`);
    const { withWeights = true, replicates } = request;
    await writeBundle(store, file, { searchIds, withWeights, replicates, overwrite: true });
    bundles.push(readFileSync(file));
  };
  try {
    const whole = saveSearch(store);
    const extended = saveSearch(store, { branches: [] });
    await take([whole]);
    await take([whole], { withWeights: false });
    await take([whole], { replicates: [1] });
    await take([whole, extended]);
    await take([saveSearch(store, { replicates: { count: 1, seed: 3 } })]);
    await take([extended]);
    addReplicate(store, extended);
    await take([extended]);
    await take([saveCaptured(store)]);
    await take(saveSweep(store));
    await take([saveTransfer(store, FINGERPRINT)]);
    await take([saveWithPlugIn(store)]);
  } finally {
    store.close();
  }
  return { bundles, database };
}

/** Its dense networks have kept the weights of an iteration. */
function saveCaptured(store: Store): string {
  return saveSearch(store, { replicates: { count: 2, seed: 4 } }, ({ key, finalWeights }) =>
    key.level === 0 ? { captured: [{ iteration: 50, weights: finalWeights }] } : {},
  );
}

/** Its optimizer comes from a plug-in that is not loaded. */
function saveWithPlugIn(store: Store): string {
  const { training } = sampleSettings();
  const optimizer = { id: 'theirs', rate: 0.1 };
  const id = saveSearch(store, { training: { ...training, optimizer } });
  const sha256 = '0'.repeat(64);
  store.searches.addPlugIns(id, [{ kind: 'optimizers', id: 'theirs', file: 'x.js', sha256 }]);
  return id;
}
