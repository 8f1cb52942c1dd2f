/** One process at a time runs a plan, and each of its shards: two would do the same work. */
import { createHash, randomUUID } from 'node:crypto';
import { readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { writeFileAtomically } from '../../../../provision/atomic-file.mjs';
import { MACHINE_SCOPE } from '../../../../provision/processes.mjs';
import { messageOf, WorkbenchError } from '../../../shared/contract/errors.ts';
import { explainWriteError } from '../../exporters/write-file.ts';
import { type NamedProcess, namedProcessSchema, runsHere, thisProcess } from './process-here.ts';
import { SILENT_MILLISECONDS } from './shard-status.ts';

const LOCK_FILE = 'running.json';

/** Its text also has a random id, so no two holds have the same text. */
const holderSchema = namedProcessSchema.extend({
  /** Unix time, milliseconds; missing in locks of earlier versions. */
  takenAt: z.int().default(0),
});
type Holder = z.output<typeof holderSchema>;

/** Others may take and release a lock between two steps here; more often than this, something is wrong. */
const MOST_TRIES = 20;

/**
 * Holds the plan in a folder until the returned function is called. What a process has left that was killed
 * is taken over.
 *
 * @throws WorkbenchError `conflict` naming who runs its shards.
 */
export function holdPlan(folder: string): () => void {
  return hold(path.join(folder, LOCK_FILE), 'the shards of this plan');
}

/**
 * As `holdPlan`, for one shard on this machine.
 *
 * @param directory where it trains.
 * @param isSilent whether it has said nothing for a while; then it is also taken over from a container
 *   whose processes can't be seen from here.
 */
export function holdShard(directory: string, number: number, isSilent: boolean): () => void {
  return hold(`${directory}.${LOCK_FILE}`, `shard ${number} of this plan`, isSilent);
}

/** The process that runs the shards of a plan; undefined if none has said so. */
export function holderOf(folder: string): NamedProcess | undefined {
  const text = textOf(path.join(folder, LOCK_FILE));
  return text === undefined ? undefined : holderIn(text);
}

/**
 * @param what is run by whoever holds the file.
 * @param isUnseenGone whether a process that can't be seen from here counts as gone, unless it has only
 *   just begun.
 */
function hold(file: string, what: string, isUnseenGone = false): () => void {
  const holder = { ...thisProcess(), takenAt: Date.now(), id: randomUUID() };
  const own = `${JSON.stringify(holder)}\n`;
  for (let tries = 0; tries < MOST_TRIES; tries += 1) {
    if (take(file, own)) return releaseOf(file, own);
    const found = textOf(file);
    if (found === undefined) continue;
    // A file server may answer a second time, to a request that it has carried out.
    if (found === own) return releaseOf(file, own);
    const other = holderIn(found);
    if (other && !isGone(other, isUnseenGone)) throw held(file, what, other);
    if (takeOver(file, found, own, what)) return releaseOf(file, own);
  }
  throw held(file, what, undefined);
}

/** A lock is whole from the beginning: it is written beside its place and linked. */
function take(file: string, own: string): boolean {
  try {
    writeFileAtomically(file, own, { overwrite: false });
    return true;
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw explainWriteError(file, cause);
  }
}

/**
 * Replaces a lock that was left behind. Two processes may have found it: the lock on what was left, named
 * after its text, lets one of them replace it, and the other one then finds another text.
 */
function takeOver(file: string, left: string, own: string, what: string): boolean {
  const nameOfLeft = createHash('sha256').update(left).digest('hex').slice(0, 16);
  const release = hold(`${file}.${nameOfLeft}`, what);
  try {
    if (textOf(file) !== left) return false;
    replace(file, own);
    return true;
  } finally {
    release();
  }
}

function replace(file: string, own: string): void {
  try {
    writeFileAtomically(file, own);
  } catch (cause) {
    throw explainWriteError(file, cause);
  }
}

function releaseOf(file: string, own: string): () => void {
  return () => {
    try {
      if (textOf(file) === own) rmSync(file, { force: true });
    } catch {
      // It names a process that has ended then, so the next one takes it over.
    }
  };
}

function isGone(holder: Holder, isUnseenGone: boolean): boolean {
  if (holder.scope === MACHINE_SCOPE) return !runsHere(holder);
  return isUnseenGone && Date.now() - holder.takenAt > SILENT_MILLISECONDS;
}

/** Undefined if there is no such file. */
function textOf(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw new WorkbenchError(
      'unavailable',
      `${file} can't be read, which says who runs the shards: ${messageOf(cause)}`,
      'Check its disk, and who may read it.',
      { cause },
    );
  }
}

/** Undefined for what is no lock: earlier versions that were cut off have left empty files. */
function holderIn(text: string): Holder | undefined {
  try {
    return holderSchema.parse(JSON.parse(text));
  } catch {
    return undefined;
  }
}

function held(file: string, what: string, holder: Holder | undefined): WorkbenchError {
  const who = holder ? `process ${holder.processId} on ${holder.host}` : 'another process';
  return new WorkbenchError(
    'conflict',
    `${who} runs ${what}`,
    `Wait until it has ended, or stop it. If it no longer runs, delete ${file}.`,
  );
}
