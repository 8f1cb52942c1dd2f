/** Searches whose shards run elsewhere, as a window shows them. */
import type { ErrorReport } from '../errors.ts';

/**
 * What has become of a shard. `done`: all its trainings are in the history. `queued`: a scheduler has it;
 * `preempted`: again, after it has run. `silent`: no sign of life for a while, so it may still run. `ended`:
 * nothing runs it, it has not said why, and trainings are missing.
 */
export const SHARD_STATUSES = [
  'failed',
  'ended',
  'silent',
  'stopped',
  'running',
  'preempted',
  'queued',
  'waiting',
  'done',
] as const;
export type ShardStatus = (typeof SHARD_STATUSES)[number];

export interface ShardRow {
  /** Counted from 1. */
  readonly number: number;
  readonly status: ShardStatus;
  /** Searches with a part in it. */
  readonly searches: number;
  /** Counted from 0, of the search that is shown. */
  readonly replicates: readonly number[];
  /** Trainings of all its searches, and those of them that are in the history. */
  readonly planned: number;
  readonly merged: number;
  /** Where it has run last. */
  readonly host?: string | undefined;
  /** The fraction of all its iterations that are done, 0..1, as it has said last. */
  readonly fraction?: number | undefined;
  /** Known while it runs. */
  readonly secondsLeft?: number | undefined;
  /** Why it waits or has ended, as far as that is known. */
  readonly reason: string;
}

/** How many shards there are. */
export interface ShardCounts {
  readonly total: number;
  readonly done: number;
  readonly running: number;
  /** Those that a scheduler will start, or start again. */
  readonly queued: number;
  /** Those that need someone to look at them. */
  readonly failed: number;
}

/** A search of a plan. */
export interface SubmittedSearch {
  /** The folder of the plan. */
  readonly folder: string;
  readonly counts: ShardCounts;
  /** Those with a part of the search, in the order of the plan. */
  readonly shards: readonly ShardRow[];
  /** Bundles of the plan that were refused, with the reason. */
  readonly refused: readonly { readonly file: string; readonly message: string }[];
  /** Why nothing newer is known. */
  readonly problem?: ErrorReport | undefined;
  /** Runs what is missing; ready to be copied. */
  readonly command: string;
}
