/** What has become of a shard, from what it has said, its log, and what a scheduler says. */
import { readFileSync } from 'node:fs';
import { isProcessAlive, MACHINE_SCOPE } from '../../../../provision/processes.mjs';
import type { ShardStatus } from '../../../shared/contract/records/submissions.ts';
import { logFile, type ShardState } from './shard-files.ts';

/** A shard in one of these states needs someone to look at it. */
export const ENDED: readonly ShardStatus[] = ['failed', 'ended', 'silent', 'stopped'];

/** A shard that has said nothing for so long has ended without a word, or can't write to the folder. */
const SILENT_MILLISECONDS = 60_000;

/** Whether a shard has said something lately. */
export const isHeard = ({ updatedAt }: ShardState): boolean =>
  Date.now() - updatedAt < SILENT_MILLISECONDS;

/** Whether a process can be seen from here and runs. Its id may be that of someone else by now. */
export function runsHere({ scope, processId }: Pick<ShardState, 'scope' | 'processId'>): boolean {
  return scope === MACHINE_SCOPE && isProcessAlive(processId);
}

/** @param inQueue the state of its task in a scheduler, `none` if it has none; undefined if none was asked. */
export function statusOf(
  left: number,
  said: ShardState | undefined,
  now: number,
  inQueue: string | undefined,
): ShardStatus {
  if (left === 0) return 'done';
  if (inQueue === 'RUNNING' || inQueue === 'COMPLETING') return 'running';
  // Slurm has taken its cores for something else, or its time was over.
  if (inQueue !== undefined && inQueue !== 'none') return said ? 'preempted' : 'queued';
  if (!said) return inQueue === 'none' ? 'ended' : 'waiting';
  // Its bundle is refused, gone, or not merged yet.
  if (said.state === 'done') return 'ended';
  if (said.state !== 'running') return said.state;
  if (inQueue === 'none') return 'ended';
  if (said.scope === MACHINE_SCOPE && !isProcessAlive(said.processId)) return 'ended';
  return now - said.updatedAt > SILENT_MILLISECONDS ? 'silent' : 'running';
}

/** Why a shard whose trainings are not all in the history has ended, as far as it has said so. */
export function endingOf(said: ShardState | undefined): string | undefined {
  return said?.state === 'done' ? 'it was done, but its bundle is not merged here' : said?.error;
}

const LOG_LINES = 3;
const LOG_BYTES = 4000;

/** The end of a shard's log, as one line; empty if it has none here. */
export function lastLines(folder: string, number: number): string {
  try {
    const text = readFileSync(logFile(folder, number), 'utf8').slice(-LOG_BYTES);
    return text.trim().split('\n').slice(-LOG_LINES).join(' / ');
  } catch {
    return '';
  }
}
