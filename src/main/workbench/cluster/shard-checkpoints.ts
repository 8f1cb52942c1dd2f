/**
 * Trainings of a shard that were stopped on the way: their checkpoints lie beside its bundle, and another node goes
 * on from them. Otherwise a training that takes longer than the time limit of a cluster would begin again for ever.
 */
import { copyFileSync, mkdirSync, readdirSync, rmSync, statSync } from 'node:fs';
import path from 'node:path';
import { replaceFile } from '../../../../provision/atomic-file.mjs';
import { checkpointFolder, isCheckpoint } from '../running/checkpoints.ts';
import { publishedCheckpoints } from './shard-files.ts';

/**
 * Publishes those of a data directory instead of the ones before: their trainings have finished.
 *
 * @param folder of the plan.
 */
export function publishCheckpoints(directory: string, folder: string, number: number): void {
  const [own, published] = [checkpointFolder(directory), publishedCheckpoints(folder, number)];
  const names = checkpointsIn(own);
  for (const name of names) copy(path.join(own, name), path.join(published, name));
  for (const name of checkpointsIn(published)) {
    if (!names.includes(name)) rmSync(path.join(published, name), { force: true });
  }
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
    return readdirSync(folder).filter(isCheckpoint);
  } catch {
    return [];
  }
}
