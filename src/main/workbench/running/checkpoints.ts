/**
 * Where the trainings of searches are saved while they run: a file each, in a folder of the data
 * directory. The worker that trains writes and reads it. Here it is named, and removed when nobody
 * needs it any more.
 */
import { readdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { removeUnfinished } from '../../../../provision/atomic-file.mjs';
import { WorkbenchError } from '../../../shared/contract/errors.ts';
import { plannedTrainings } from '../../../shared/domain/plan.ts';
import { sameTraining, type TrainingKey } from '../../../shared/domain/training.ts';
import type { CheckpointPlace } from '../../engine/lottery/checkpoint-file.ts';
import type { Store } from '../../store/store.ts';

const FOLDER = 'checkpoints';

/** Seconds between two checkpoints of a training; for tests, which have no minute. */
const SECONDS_VARIABLE = 'TICKET_CHECKPOINT_SECONDS';
const USUAL_SECONDS = 60;

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
    milliseconds: secondsBetween() * 1000,
  };
}

/** Removes the checkpoint of a training that has finished. */
export function removeCheckpoint(directory: string, searchId: string, key: TrainingKey): void {
  removeIfPossible(fileOf(directory, searchId, key));
}

/**
 * Removes the checkpoints that are of no use: their search is gone, or their training has finished.
 * Killed processes leave them, and deleted searches.
 *
 * @returns how many there were.
 */
export function sweepCheckpoints(store: Store): number {
  const folder = path.join(store.directory, FOLDER);
  removeUnfinished(folder);
  const left = namesIn(folder).filter((name) => {
    const owner = ownerOf(name);
    return owner && !isNeeded(store, owner);
  });
  for (const name of left) removeIfPossible(path.join(folder, name));
  return left.length;
}

interface Owner {
  readonly searchId: string;
  readonly key: TrainingKey;
}

function fileOf(
  directory: string,
  searchId: string,
  { replicate, level, branch }: TrainingKey,
): string {
  const name = `${searchId}.${replicate}.${level}.${encodeURIComponent(branch)}.checkpoint`;
  return path.join(directory, FOLDER, name);
}

/** Undefined for a file that is none of ours. */
function ownerOf(name: string): Owner | undefined {
  const [, searchId, replicate, level, branch] =
    /^([^.]+)\.(\d+)\.(\d+)\.(.+)\.checkpoint$/.exec(name) ?? [];
  if (searchId === undefined || branch === undefined) return undefined;
  return {
    searchId,
    key: {
      replicate: Number(replicate),
      level: Number(level),
      branch: decodeURIComponent(branch),
    },
  };
}

/** A search that can't be read may be healed, so its checkpoints stay. */
function isNeeded({ searches, trainings }: Store, { searchId, key }: Owner): boolean {
  const isIt = (other: TrainingKey): boolean => sameTraining(key, other);
  try {
    const isPlanned = plannedTrainings(searches.settings(searchId)).some(isIt);
    return isPlanned && !trainings.keys(searchId).some(isIt);
  } catch (error) {
    return !(error instanceof WorkbenchError && error.code === 'not-found');
  }
}

/** @throws WorkbenchError `invalid-argument` for what is no number of seconds. */
function secondsBetween(): number {
  const given = process.env[SECONDS_VARIABLE];
  if (given === undefined) return USUAL_SECONDS;
  const seconds = Number(given);
  if (given.trim() !== '' && Number.isFinite(seconds) && seconds >= 0) return seconds;
  throw new WorkbenchError(
    'invalid-argument',
    `${SECONDS_VARIABLE} is "${given}"; expected the seconds between two checkpoints`,
    'Leave it out for the usual minute.',
  );
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

/** A file that stays is swept later; it must not stop a search. */
function removeIfPossible(file: string): void {
  try {
    rmSync(file, { force: true });
  } catch {
    // As above.
  }
}
