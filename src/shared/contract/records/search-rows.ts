/** A search as one row of a table. */
import type { SearchStatus } from '../../domain/search.ts';
import type { VerdictKind } from '../../domain/verdict.ts';
import type { ErrorReport } from '../errors.ts';
import type { ShardCounts } from './submissions.ts';

/** A search's status as users see it: the stored status, or `paused`. */
export const SEARCH_STATES = [
  'queued',
  'running',
  'paused',
  'interrupted',
  'finished',
  'failed',
] as const satisfies readonly (SearchStatus | 'paused')[];
export type SearchState = (typeof SEARCH_STATES)[number];

/** The verdict shown for a search: that of its smallest winning ticket, or else of its last level. */
export interface HeadlineVerdict {
  readonly kind: VerdictKind;
  readonly level: number;
  /** Fraction of prunable weights kept. */
  readonly density: number;
  /** One sentence with the numbers behind the verdict. */
  readonly reason: string;
}

/** A level of a search, at which it can be compared. */
export interface HistoryLevel {
  readonly level: number;
  /** Fraction of prunable weights kept. */
  readonly density: number;
}

/** A mean difference with its confidence interval; no interval with a single replicate. */
export interface HistoryDifference {
  readonly mean: number;
  readonly lower: number | undefined;
  readonly upper: number | undefined;
}

/** How large what a verdict judges is: the ticket of the verdict against the dense network. */
export interface SearchEffect {
  /** Test accuracy at the early stop, a fraction (0.01 = 1 point). */
  readonly accuracy: HistoryDifference | undefined;
  /** Early-stop iteration; undefined without a common clock. */
  readonly iterations: HistoryDifference | undefined;
  /** The ticket's mean early-stop iteration. */
  readonly earlyStop: number | undefined;
  /** The dense network and the tickets, by level. */
  readonly levels: readonly HistoryLevel[];
}

/** A search in the history's table. */
export interface SearchRow {
  readonly id: string;
  readonly name: string;
  readonly state: SearchState;
  /** Whether this process runs the search or has it in its queue. */
  readonly isOurs: boolean;
  /** Those that train parts of it elsewhere; undefined if it was not submitted from here. */
  readonly shards?: ShardCounts | undefined;
  /** Unix time, milliseconds. */
  readonly createdAt: number;
  readonly finishedAt: number | undefined;
  /**
   * From launch to end on the clock. Where the search was extended, without the time that it had ended
   * before; undefined until it ends.
   */
  readonly waitedMilliseconds: number | undefined;
  readonly trainingsDone: number;
  readonly trainingsTotal: number;
  /** The ids of the chosen entries. */
  readonly dataset: string;
  readonly architecture: string;
  readonly optimizer: string;
  readonly strategy: string;
  readonly schedule: string;
  readonly levels: number;
  readonly replicates: number;
  readonly iterations: number;
  /** Training and evaluation time of all workers together. */
  readonly trainingMilliseconds: number;
  readonly tags: readonly string[];
  readonly note: string;
  readonly isArchived: boolean;
  readonly verdict: HeadlineVerdict | undefined;
  /** Undefined before the first verdict, and until this version has computed it for an older search. */
  readonly effect?: SearchEffect | undefined;
  /** Mean test accuracy (0..1) at the early stop, of the dense network and of the best ticket. */
  readonly denseAccuracy: number | undefined;
  readonly bestAccuracy: number | undefined;
  /** The ticket's mean test accuracy (0..1) at the early stop, by level, dense first. */
  readonly sparkline: Float32Array;
  readonly error: ErrorReport | undefined;
  /** What of the row is not as it was saved, and what to do. Its values may be wrong then. */
  readonly damage?: ErrorReport;
}
