/**
 * Trainings of a shard that were stopped on the way: their checkpoints lie beside its bundle, and another node goes
 * on from them. Otherwise a training that takes longer than the time limit of a cluster would begin again for ever.
 */
import { copyFileSync, mkdirSync, readdirSync, statSync } from 'node:fs';
import path from 'node:path';
import { replaceFile } from '../../../../provision/atomic-file.mjs';
import type { Store } from '../../store/store.ts';
import { checkpointFolder, isCheckpointOver, ownerOfCheckpoint } from '../running/checkpoints.ts';
import { publishedCheckpoints } from './shard-files.ts';

/**
 * Publishes the shard's checkpoints in a data directory. Others that were published stay.
 *
 * @param folder of the plan.
 * @param replicates of the shard, by search.
 */
export function publishCheckpoints(
  directory: string,
  folder: string,
  number: number,
  replicates: ReadonlyMap<string, ReadonlySet<number>>,
): void {
  const [own, published] = [checkpointFolder(directory), publishedCheckpoints(folder, number)];
  for (const name of checkpointsIn(own)) {
    const owner = ownerOfCheckpoint(name);
    if (!owner || replicates.get(owner.searchId)?.has(owner.replicate) !== true) continue;
    copy(path.join(own, name), path.join(published, name));
  }
}

/** What was published of trainings that have finished in a store. It is of use until their results are published. */
export function finishedCheckpoints(store: Store, folder: string, number: number): string[] {
  const published = publishedCheckpoints(folder, number);
  return checkpointsIn(published)
    .filter((name) => isCheckpointOver(store, name))
    .map((name) => path.join(published, name));
}

/** Takes what was published into a data directory, unless that has newer ones. */
export function takeCheckpoints(folder: string, number: number, directory: string): void {
  const [own, published] = [checkpointFolder(directory), publishedCheckpoints(folder, number)];
  for (const name of checkpointsIn(published)) {
    const [from, to] = [path.join(published, name), path.join(own, name)];
    const here = statSync(to, { throwIfNoEntry: false });
    if (!here || here.mtimeMs < statSync(from).mtimeMs) copy(from, to);
  }
}

function copy(from: string, to: string): void {
  mkdirSync(path.dirname(to), { recursive: true });
  replaceFile(to, (unfinished) => {
    copyFileSync(from, unfinished);
  });
}

/** None if there is no such folder. */
function checkpointsIn(folder: string): string[] {
  try {
    return readdirSync(folder).filter((name) => ownerOfCheckpoint(name) !== undefined);
  } catch {
    return [];
  }
}
