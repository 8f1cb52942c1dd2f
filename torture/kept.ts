/** What a data directory holds, reduced to what can be compared: equal digests are equal bits. */
import { createHash } from 'node:crypto';
import path from 'node:path';
import { nameOfTraining, TICKET_BRANCH } from '../src/shared/domain/training.ts';
import { Store } from '../src/main/store/store.ts';

/** The digest of each training of a search, by its name. */
export type Kept = ReadonlyMap<string, string>;

/** Everything a search leaves: masks, weights, metrics and correct examples, times aside. */
export function keptOf(store: Store, searchId: string): Kept {
  const correct = store.trainings.correctAtEarlyStop(searchId);
  const kept = new Map<string, string>();
  for (const training of store.trainings.list(searchId)) {
    const { key, density, keptCounts, engine, evaluations } = training;
    const hash = createHash('sha256');
    addTo(hash, { key, density, keptCounts, engine, evaluations });
    addTo(hash, store.trainings.weights(searchId, key));
    if (key.branch === TICKET_BRANCH) addTo(hash, store.trainings.handover(searchId, key));
    addTo(hash, correct.get(nameOfTraining(key)));
    kept.set(nameOfTraining(key), hash.digest('hex'));
  }
  return kept;
}

type Hash = ReturnType<typeof createHash>;

/** In the order of the keys; typed arrays by their bytes, numbers by their bits. */
function addTo(hash: Hash, value: unknown): void {
  if (ArrayBuffer.isView(value)) {
    hash.update(`${value.constructor.name} ${value.byteLength}:`);
    hash.update(Buffer.from(value.buffer, value.byteOffset, value.byteLength));
  } else if (typeof value === 'number') {
    const bits = Buffer.alloc(8);
    bits.writeDoubleLE(value);
    hash.update('number:').update(bits);
  } else if (typeof value === 'object' && value !== null) {
    const entries = value instanceof Map ? [...value] : Object.entries(value);
    hash.update(`${entries.length} entries:`);
    for (const [name, inner] of entries) {
      hash.update(`${String(name)}=`);
      addTo(hash, inner);
    }
  } else {
    hash.update(`${typeof value} ${String(value)};`);
  }
}

/** The first difference, in words; undefined if there is none. */
export function differenceOf(expected: Kept, found: Kept): string | undefined {
  for (const [name, digest] of expected) {
    if (!found.has(name)) return `the training ${name} is missing`;
    if (found.get(name) !== digest) return `the training ${name} has other bits`;
  }
  const extra = [...found.keys()].find((name) => !expected.has(name));
  return extra === undefined ? undefined : `the training ${extra} was not expected`;
}

/** The difference of what is there so far; what is missing may still come. */
export function differenceSoFar(expected: Kept, found: Kept): string | undefined {
  const there = new Map([...expected].filter(([name]) => found.has(name)));
  return differenceOf(there, found);
}

export const databaseOf = (directory: string): string => path.join(directory, 'workbench.sqlite');

export function withStore<Result>(directory: string, work: (store: Store) => Result): Result {
  const store = Store.open(databaseOf(directory));
  try {
    return work(store);
  } finally {
    store.close();
  }
}
