/** One process at a time runs a plan, and each of its shards: two would do the same work. */
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { z } from 'zod';
import { MACHINE_SCOPE } from '../../../../provision/processes.mjs';
import { WorkbenchError } from '../../../shared/contract/errors.ts';
import { explainWriteError } from '../../exporters/write-file.ts';
import { runsHere } from './shard-status.ts';

const LOCK_FILE = 'running.json';

const holderSchema = z.object({
  host: z.string(),
  /** Where the process id means something: a host and its process-id namespace. */
  scope: z.string(),
  processId: z.int(),
});
type Holder = z.output<typeof holderSchema>;

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

/**
 * @param what is run by whoever holds the file.
 * @param isUnseenGone whether a process that can't be seen from here counts as gone.
 */
function hold(file: string, what: string, isUnseenGone = false): () => void {
  if (!take(file)) {
    const holder = readHolder(file);
    const isGone = holder?.scope === MACHINE_SCOPE ? !runsHere(holder) : isUnseenGone;
    if (isGone) rmSync(file, { force: true });
    if (!isGone || !take(file)) throw held(file, what, holder);
  }
  return () => {
    rmSync(file, { force: true });
  };
}

/** The process on this machine that runs the shards of a plan; undefined if there is none. */
export function holderHere(folder: string): number | undefined {
  const holder = readHolder(path.join(folder, LOCK_FILE));
  return holder && runsHere(holder) ? holder.processId : undefined;
}

function take(file: string): boolean {
  const holder: Holder = { host: hostname(), scope: MACHINE_SCOPE, processId: process.pid };
  try {
    writeFileSync(file, `${JSON.stringify(holder)}\n`, { flag: 'wx' });
    return true;
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw explainWriteError(file, cause);
  }
}

function readHolder(file: string): Holder | undefined {
  try {
    return holderSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
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
