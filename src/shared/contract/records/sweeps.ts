/** A sweep: its row, its progress and its table. */
import type { Spread } from '../../domain/search.ts';
import type { SweepAxis, SweepValue } from '../../domain/sweep.ts';
import type { VerdictKind } from '../../domain/verdict.ts';
import type { SweepCorrection } from '../../domain/verdict-marks.ts';
import type { ErrorReport } from '../errors.ts';
import type { Json } from '../json.ts';
import type { SearchSeries } from './search-results.ts';
import type { ShardCounts } from './submissions.ts';
import type { HeadlineVerdict, SearchEffect, SearchRow, SearchState } from './search-rows.ts';

/** A sweep in a list: a summary of its searches, without deleted ones. */
export interface SweepRow {
  readonly id: string;
  readonly name: string;
  /** `running` as long as one of its searches runs. */
  readonly state: SearchState;
  /** Unix time, milliseconds. */
  readonly createdAt: number;
  /** When the last search ended; undefined until all have finished or failed. */
  readonly finishedAt: number | undefined;
  /** How long the search that took longest waited, as its row says; undefined like `finishedAt`. */
  readonly waitedMilliseconds: number | undefined;
  /** The paths of the swept settings. */
  readonly paths: readonly string[];
  /** The swept settings and their values as text: `batchSize = 60, 120`. */
  readonly swept: string;
  /** Those that train its searches elsewhere; undefined if it was not submitted from here. */
  readonly shards?: ShardCounts | undefined;
  readonly points: number;
  readonly finishedPoints: number;
  readonly failedPoints: number;
  /** Reused or trained, in all searches together. */
  readonly trainingsDone: number;
  readonly trainingsTotal: number;
  /** The settings that all searches share; undefined if they differ. */
  readonly dataset: string | undefined;
  readonly architecture: string | undefined;
  readonly optimizer: string | undefined;
  readonly strategy: string | undefined;
  readonly schedule: string | undefined;
  readonly levels: number | undefined;
  readonly replicates: number | undefined;
  readonly iterations: number | undefined;
  /** The training time of all searches together. */
  readonly trainingMilliseconds: number;
  readonly tags: readonly string[];
  /** The best verdict of all searches: that of the smallest winning ticket, if there is one. */
  readonly verdict: HeadlineVerdict | undefined;
  /** That of the search whose verdict it is. */
  readonly effect?: SearchEffect | undefined;
  /** The best of all searches. */
  readonly denseAccuracy: number | undefined;
  readonly bestAccuracy: number | undefined;
  /** The sparkline of the search with the best ticket. */
  readonly sparkline: Float32Array;
  /** What of the sweep or of a search in it is not as it was saved, and what to do. */
  readonly damage?: ErrorReport;
}

/** The progress of a sweep that this process is running. */
export interface SweepLive {
  /** Fraction of all iterations done, 0..1. Shared trainings count once. */
  readonly fraction: number;
  readonly etaSeconds: number | undefined;
  /** How many trainings are running. */
  readonly running: number;
}

export interface SweepPoint {
  readonly searchId: string;
  /** `learningRate = 0.0006, iteration = 100` */
  readonly label: string;
  readonly values: readonly SweepValue[];
  readonly row: SearchRow;
}

export interface SweepDetail {
  readonly row: SweepRow;
  readonly axes: readonly SweepAxis[];
  /** Without deleted searches. */
  readonly points: readonly SweepPoint[];
  /** Undefined unless this process is running the sweep. */
  readonly live: SweepLive | undefined;
}

/** A ticket in a row of a sweep's table. */
export interface SweepTicket {
  readonly level: number;
  /** Fraction of prunable weights kept. */
  readonly density: number;
  readonly earlyStopIteration: Spread;
  /** 0..1, at the early stop. */
  readonly testAccuracyAtEarlyStop: Spread;
  readonly verdict: VerdictKind;
  /** One sentence with the numbers behind the verdict. */
  readonly reason: string;
}

export interface SweepTableRow {
  readonly searchId: string;
  readonly label: string;
  /** One for each of the table's paths. */
  readonly values: readonly Json[];
  readonly state: SearchState;
  /** Why the search failed, if it did. */
  readonly error: ErrorReport | undefined;
  /** The dense network at its early stop; undefined until one has finished. */
  readonly dense:
    { readonly earlyStopIteration: Spread; readonly testAccuracyAtEarlyStop: Spread } | undefined;
  /** The ticket of the last finished level. */
  readonly last: SweepTicket | undefined;
  /** The smallest ticket judged to be winning. */
  readonly smallestWinning: SweepTicket | undefined;
  /** The smallest that still wins after Holm's correction over all levels of the whole sweep. */
  readonly smallestWinningCorrected: SweepTicket | undefined;
  /** The trainings that the search ran itself, and those it reuses from other searches. */
  readonly trained: number;
  readonly adopted: number;
}

/** All that was measured of a sweep, read once. */
export interface SweepResults {
  readonly table: SweepTable;
  /** A series for each grid point with a trained dense network, named by its label. */
  readonly series: readonly SearchSeries[];
}

/** A sweep as one table: a row for each grid point. */
export interface SweepTable {
  readonly id: string;
  readonly name: string;
  readonly paths: readonly string[];
  /** The paths, shortened as far as they stay distinct. */
  readonly names: readonly string[];
  readonly rows: readonly SweepTableRow[];
  /** The confidence of the intervals, in (0, 1). */
  readonly confidence: number;
  readonly correction: SweepCorrection;
}
