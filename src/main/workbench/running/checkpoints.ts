/**
 * Where the trainings of searches are saved while they run: a file each, in a folder of the data
 * directory. The worker that trains writes and reads it. Here it is named, and removed when nobody
 * needs it any more.
 */
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { removeUnfinished } from '../../../../provision/atomic-file.mjs';
import { WorkbenchError } from '../../../shared/contract/errors.ts';
import { plannedTrainings } from '../../../shared/domain/plan.ts';
import type { TrainingKey } from '../../../shared/domain/training.ts';
import {
  type CheckpointPlace,
  removeCheckpointFile,
} from '../../engine/lottery/checkpoint-file.ts';
import type { Store } from '../../store/store.ts';
import { secondsBetween } from '../seconds-variable.ts';

const FOLDER = 'checkpoints';

/** Seconds between two checkpoints of a training; for tests, which have no minute. */
const SECONDS_VARIABLE = 'TICKET_CHECKPOINT_SECONDS';
const USUAL_SECONDS = 60;

/** @param directory the data directory. */
export const checkpointFolder = (directory: string): string => path.join(directory, FOLDER);

/** @param directory the data directory. */
export function checkpointOf(
  directory: string,
  searchId: string,
  key: TrainingKey,
  identity: string,
): CheckpointPlace {
  return {
    file: fileOf(directory, searchId, key),
    identity,
    milliseconds: secondsBetween(SECONDS_VARIABLE, USUAL_SECONDS) * 1000,
  };
}

/** Removes the checkpoint of a training that has finished. */
export function removeCheckpoint(directory: string, searchId: string, key: TrainingKey): void {
  removeCheckpointFile(fileOf(directory, searchId, key));
}

/**
 * Removes the checkpoints that are of no use: their search is gone, or their training has finished.
 * Killed processes leave them, and deleted searches.
 *
 * @returns how many there were.
 */
export function sweepCheckpoints(store: Store): number {
  const folder = checkpointFolder(store.directory);
  removeUnfinished(folder);
  const left = namesIn(folder).filter((name) => isCheckpointOver(store, name));
  for (const name of left) removeCheckpointFile(path.join(folder, name));
  return left.length;
}

const fileOf = (directory: string, searchId: string, key: TrainingKey): string =>
  path.join(checkpointFolder(directory), nameOf(searchId, key));

function nameOf(searchId: string, { replicate, level, branch }: TrainingKey): string {
  return `${searchId}.${replicate}.${level}.${encodeURIComponent(branch)}.checkpoint`;
}

/** What `nameOf` returns, with the id of the search and the replicate; other files are none of ours. */
const CHECKPOINT = /^([^.]+)\.(\d+)\.\d+\..+\.checkpoint$/;

/** @param name of a file. Undefined if it is no checkpoint. */
export function ownerOfCheckpoint(
  name: string,
): { readonly searchId: string; readonly replicate: number } | undefined {
  const [, searchId, replicate] = CHECKPOINT.exec(name) ?? [];
  return searchId === undefined ? undefined : { searchId, replicate: Number(replicate) };
}

/** Whether a file is a checkpoint whose training has finished, or whose search is gone. @param name of the file. */
export function isCheckpointOver(store: Store, name: string): boolean {
  const owner = ownerOfCheckpoint(name);
  return owner !== undefined && !isNeeded(store, owner.searchId, name);
}

/** A search that can't be read may be healed, so its checkpoints stay. */
function isNeeded({ searches, trainings }: Store, searchId: string, name: string): boolean {
  const isIt = (key: TrainingKey): boolean => nameOf(searchId, key) === name;
  try {
    const isPlanned = plannedTrainings(searches.settings(searchId)).some(isIt);
    return isPlanned && !trainings.keys(searchId).some(isIt);
  } catch (error) {
    return !(error instanceof WorkbenchError && error.code === 'not-found');
  }
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
