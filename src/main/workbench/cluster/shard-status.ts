/** What has become of a shard, from what it has said, its log, and what a scheduler says. */
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { MACHINE_SCOPE } from '../../../../provision/processes.mjs';
import type { ShardStatus } from '../../../shared/contract/records/submissions.ts';
import { runsHere } from './process-here.ts';
import { logFile, readState, type ShardState } from './shard-files.ts';
import type { QueuedShard } from './slurm.ts';

/** A shard in one of these states needs someone to look at it. */
export const ENDED: readonly ShardStatus[] = ['failed', 'ended', 'silent', 'stopped'];

/** A shard that has said nothing for so long may have ended, or can't write to the folder. */
export const SILENT_MILLISECONDS = 60_000;

/** Whether a shard has said something lately. */
export const isHeard = ({ updatedAt }: ShardState): boolean =>
  Date.now() - updatedAt < SILENT_MILLISECONDS;

/** What shards of a plan and a scheduler say at one moment. Each file is read once, when it is asked for. */
export class Observed {
  readonly #folder: string;
  readonly #at = Date.now();
  /** By shard; undefined if no scheduler was asked. */
  readonly #queued: ReadonlyMap<number, QueuedShard> | undefined;
  readonly #said = new Map<number, ShardState | undefined>();
  readonly #lastLines = new Map<number, string>();

  constructor(folder: string, queued: ReadonlyMap<number, QueuedShard> | undefined) {
    this.#folder = folder;
    this.#queued = queued;
  }

  /** What a shard has said last; undefined if it has not begun. */
  said(number: number): ShardState | undefined {
    if (!this.#said.has(number)) this.#said.set(number, readState(this.#folder, number));
    return this.#said.get(number);
  }

  /** @param left how many of its trainings are not in the history. */
  statusOf(number: number, left: number): ShardStatus {
    if (left === 0) return 'done';
    const inQueue = this.#queued && (this.#queued.get(number)?.state ?? 'none');
    return statusOf(this.said(number), this.#at, inQueue);
  }

  /** Why it waits or has ended, as far as the shard, its log and the queue say so. */
  reasonOf(number: number, status: ShardStatus): string {
    if (status === 'done') return '';
    if (!ENDED.includes(status)) return this.#queued?.get(number)?.reason ?? '';
    return [endingOf(this.said(number)), this.#lastLinesOf(number)].filter(Boolean).join('; ');
  }

  #lastLinesOf(number: number): string {
    const known = this.#lastLines.get(number) ?? lastLines(logFile(this.#folder, number));
    this.#lastLines.set(number, known);
    return known;
  }
}

/** @param inQueue the state of its task in a scheduler, `none` if it has none; undefined if none was asked. */
function statusOf(
  said: ShardState | undefined,
  now: number,
  inQueue: string | undefined,
): ShardStatus {
  if (inQueue === 'RUNNING' || inQueue === 'COMPLETING') return 'running';
  // Slurm has taken its cores for something else, or its time was over.
  if (inQueue !== undefined && inQueue !== 'none') return said ? 'preempted' : 'queued';
  if (!said) return inQueue === 'none' ? 'ended' : 'waiting';
  // Its bundle is refused, gone, or not merged yet.
  if (said.state === 'done') return 'ended';
  if (said.state !== 'running') return said.state;
  // Slurm knows only what it runs itself; this shard may run as a process elsewhere.
  if (inQueue === 'none' && said.job !== undefined) return 'ended';
  if (said.scope === MACHINE_SCOPE && !runsHere(said)) return 'ended';
  return now - said.updatedAt > SILENT_MILLISECONDS ? 'silent' : 'running';
}

function endingOf(said: ShardState | undefined): string | undefined {
  return said?.state === 'done' ? 'it was done, but its bundle is not merged here' : said?.error;
}

const LOG_LINES = 3;
const LOG_BYTES = 4000;

/** The end of a log, as one line; empty if there is none here. Logs of weeks may be large. */
function lastLines(file: string): string {
  try {
    return endOf(file, LOG_BYTES).trim().split('\n').slice(-LOG_LINES).join(' / ');
  } catch {
    return '';
  }
}

function endOf(file: string, most: number): string {
  const descriptor = openSync(file, 'r');
  try {
    const { size } = fstatSync(descriptor);
    const bytes = Buffer.alloc(Math.min(size, most));
    const read = readSync(descriptor, bytes, 0, bytes.length, size - bytes.length);
    return bytes.toString('utf8', 0, read);
  } finally {
    closeSync(descriptor);
  }
}
