/** What a submission has in its folder: the plan, and of each shard a bundle, its state and its log. */
import { mkdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { writeFileAtomically } from '../../../../provision/atomic-file.mjs';
import { messageOf, WorkbenchError } from '../../../shared/contract/errors.ts';
import { BUNDLE_ENDING } from '../bundles/bundle-format.ts';
import { namedProcessSchema } from './process-here.ts';

const DIGITS = 5;

const nameOf = (number: number): string => String(number).padStart(DIGITS, '0');

export const shardFolder = (folder: string): string => path.join(folder, 'shards');
export const bundleFile = (folder: string, number: number): string =>
  path.join(shardFolder(folder), `${nameOf(number)}.${BUNDLE_ENDING}`);
/** What a shard continues from on another node, where its bundle has no weights. */
export const continuationFile = (folder: string, number: number): string =>
  path.join(shardFolder(folder), `${nameOf(number)}-unfinished.${BUNDLE_ENDING}`);
/** A folder with the checkpoints of trainings that were stopped on the way. */
export const publishedCheckpoints = (folder: string, number: number): string =>
  path.join(shardFolder(folder), `${nameOf(number)}-checkpoints`);
const stateFile = (folder: string, number: number): string =>
  path.join(shardFolder(folder), `${nameOf(number)}.json`);
export const logFile = (folder: string, number: number): string =>
  path.join(folder, 'logs', `${nameOf(number)}.log`);

/** Makes the folders of a submission. */
export function makeFolders(folder: string): void {
  mkdirSync(shardFolder(folder), { recursive: true });
  mkdirSync(path.join(folder, 'logs'), { recursive: true });
}

const SHARD_STATES = ['running', 'stopped', 'failed', 'done'] as const;

const stateSchema = namedProcessSchema.extend({
  state: z.enum(SHARD_STATES),
  /** `1234_7` of a Slurm array; missing elsewhere. */
  job: z.string().optional(),
  /** Unix time, milliseconds. */
  startedAt: z.int(),
  /** When it was last alive. */
  updatedAt: z.int(),
  trainingsDone: z.int(),
  trainingsTotal: z.int(),
  /** The fraction of all iterations that are done, in [0, 1]. */
  fraction: z.number(),
  secondsLeft: z.number().optional(),
  error: z.string().optional(),
});
export type ShardState = z.output<typeof stateSchema>;

/** Written beside its place and renamed: a reader never sees half of it. */
export function writeState(folder: string, number: number, state: ShardState): void {
  writeFileAtomically(stateFile(folder, number), `${JSON.stringify(state)}\n`);
}

/** What a shard has last said; undefined if it has not begun, or what it wrote can't be read. */
export function readState(folder: string, number: number): ShardState | undefined {
  try {
    return stateSchema.parse(JSON.parse(readFileSync(stateFile(folder, number), 'utf8')));
  } catch {
    return undefined;
  }
}

/**
 * Tells one published bundle from the next; undefined if there is none.
 *
 * @throws WorkbenchError `not-found` if the disk does not answer.
 */
export function versionOf(file: string): string | undefined {
  try {
    const found = statSync(file, { throwIfNoEntry: false });
    return found && `${found.size} ${found.mtimeMs} ${found.ino}`;
  } catch (cause) {
    throw new WorkbenchError(
      'not-found',
      `the bundle ${file} can't be read: ${messageOf(cause)}`,
      'Check its disk, and who may read it.',
      { cause },
    );
  }
}
