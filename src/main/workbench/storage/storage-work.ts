/** What is measured, dropped and deleted to save space. It takes seconds to minutes, so windows run it in a thread. */
import { statSync } from 'node:fs';
import { WorkbenchError } from '../../../shared/contract/errors.ts';
import type {
  DropPreview,
  FreedSpace,
  StorageOverview,
  StorageProgress,
  TrashContents,
} from '../../../shared/contract/records/storage.ts';
import type { Store } from '../../store/store.ts';
import { databaseFile } from '../data-directory.ts';
import { sweepCheckpoints } from '../running/checkpoints.ts';
import { folderSizes, freeBytes } from './folders.ts';
import { TRASH_MILLISECONDS } from './trash-time.ts';

export type OnStorageProgress = (progress: StorageProgress) => void;

/** @param cache the folder for TensorFlow, datasets and compiled engines. */
export function measureStorage(
  store: Store,
  cache: string | undefined,
  onProgress: OnStorageProgress,
): StorageOverview {
  const usage = store.usage.measure((fraction) => {
    onProgress({ what: 'measuring', fraction });
  });
  const file = databaseFile(store.directory);
  const log = sizeOf(`${file}-wal`);
  const inDatabase = Object.entries({ ...usage.kinds, rest: usage.kinds.rest + log }) as [
    keyof typeof usage.kinds,
    number,
  ][];
  const parts = [
    ...inDatabase.map(([kind, bytes]) => ({ kind, bytes })),
    ...folderSizes(store.directory, cache),
  ];
  return {
    file,
    databaseBytes: usage.bytes + log,
    freeBytes: freeBytes(store.directory),
    parts: parts.filter(({ bytes }) => bytes > 0),
    searches: usage.searches,
  };
}

/** What `dropWeights` would do. */
export function previewDrop(store: Store, ids: readonly string[]): DropPreview {
  const known = new Map(store.droppedWeights.candidates().map((each) => [each.id, each]));
  const asked = ids.map((id) => known.get(id) ?? { id, name: '', refusal: NOT_THERE });
  const searches = asked.filter(({ refusal }) => refusal === undefined);
  const { freed, shared } = store.usage.weightBytes(searches.map(({ id }) => id));
  return {
    searches: searches.map(({ id, name }) => ({ id, name })),
    leftOut: asked.flatMap(({ id, name, refusal }) =>
      refusal === undefined ? [] : [{ id, name, reason: refusal }],
    ),
    freedBytes: freed,
    sharedBytes: shared,
  };
}

const NOT_THERE = 'there is no such search';

/**
 * Drops the weights of finished searches, each all or nothing, and returns the space to the disk. A
 * search that can't do without them is left as it is.
 */
export function dropWeights(
  store: Store,
  ids: readonly string[],
  onProgress: OnStorageProgress,
): FreedSpace {
  const names = new Map(store.droppedWeights.candidates().map(({ id, name }) => [id, name]));
  return freeSpace(store, ids, { what: 'dropping', onProgress, names }, (id) => {
    store.droppedWeights.drop(id);
    return true;
  });
}

/** The trash, with what emptying it frees. */
export function listTrash(store: Store): TrashContents {
  const searches = store.trash.list();
  return {
    searches: searches.map((search) => ({
      ...search,
      purgedAfter: search.deletedAt + TRASH_MILLISECONDS,
    })),
    bytes: store.trash.bytes(searches.map(({ id }) => id)),
  };
}

/**
 * Deletes searches of the trash for good, and what merges of bundles have left that were killed. Returns the
 * space to the disk.
 */
export function deleteForGood(
  store: Store,
  ids: readonly string[],
  onProgress: OnStorageProgress,
  deletedBefore = Infinity,
): FreedSpace {
  store.bundleMerge.removeAbandoned();
  const freed = freeSpace(store, ids, { what: 'deleting', onProgress, names: new Map() }, (id) =>
    store.trash.purge(id, deletedBefore),
  );
  sweepCheckpoints(store);
  return freed;
}

/** The searches whose seven days are over, and the moment before which they were deleted. */
export function expiredSearches(store: Store, now: number) {
  const deletedBefore = now - TRASH_MILLISECONDS;
  return { ids: store.history.deletedBefore(deletedBefore), deletedBefore };
}

interface Freeing {
  readonly what: 'dropping' | 'deleting';
  readonly onProgress: OnStorageProgress;
  /** For those that are left out. */
  readonly names: ReadonlyMap<string, string>;
}

/** @param free returns whether there was anything to do. */
function freeSpace(
  store: Store,
  ids: readonly string[],
  { what, onProgress, names }: Freeing,
  free: (id: string) => boolean,
): FreedSpace {
  const file = databaseFile(store.directory);
  const before = sizeOf(file);
  const searches: string[] = [];
  const leftOut: { id: string; name: string; reason: string }[] = [];
  for (const [index, id] of ids.entries()) {
    try {
      if (free(id)) searches.push(id);
    } catch (error) {
      if (!(error instanceof WorkbenchError)) throw error;
      leftOut.push({ id, name: names.get(id) ?? '', reason: error.message });
    }
    onProgress({ what, fraction: (index + 1) / ids.length });
  }
  store.returnSpace((fraction) => {
    onProgress({ what: 'returning', fraction });
  });
  return { searches, leftOut, bytes: Math.max(0, before - sizeOf(file)) };
}

function sizeOf(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.size ?? 0;
}
