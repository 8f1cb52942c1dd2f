/** Analyses of a search, and mask overlap between searches. */
import type { AnalysisReport } from '../../domain/analysis-report.ts';
import type { AnalysisRecord, AnalysisState } from '../../domain/analysis.ts';

/** An analysis of a search: what was requested, and its progress. */
export interface AnalysisOverview extends AnalysisRecord {
  /** `waiting` for its turn; `stopped` until it is requested again. */
  readonly state: AnalysisState;
}

export interface AnalysisDetail extends AnalysisOverview {
  /** The results of the finished units, as tables and charts. */
  readonly report: AnalysisReport;
}

/** Mask overlap between searches of one network, at equal densities and replicate by replicate. */
export interface SearchOverlap {
  /** Those whose masks are compared. */
  readonly searches: readonly OverlapSearch[];
  /** Those that do not fit. */
  readonly leftOut: readonly LeftOutSearch[];
  /** The names of the prunable tensors, in order. */
  readonly tensors: readonly string[];
  /** Densities up to this ratio apart count as equal. */
  readonly densityRatio: number;
  readonly pairs: readonly SearchOverlapPair[];
  /** Pairs of searches that have nothing to compare. */
  readonly apart: readonly SearchesApart[];
}

export interface OverlapSearch {
  readonly id: string;
  readonly name: string;
  /** `[levels]`: the pruned levels that at least one replicate has finished. */
  readonly levels: Uint32Array;
  /** `[levels]`: fraction of prunable weights kept. */
  readonly densities: Float64Array;
}

export interface LeftOutSearch {
  readonly id: string;
  readonly name: string;
  /** A clause: `no pruned level has finished`. */
  readonly reason: string;
}

export interface SearchesApart {
  /** Indices into `searches`. */
  readonly one: number;
  readonly other: number;
  /** What they have: `no density in common`, with the densities of both. */
  readonly reason: string;
}

/** Two searches compared at levels of equal density, over the replicates that both have finished. */
export interface SearchOverlapPair {
  /** Indices into `searches`. */
  readonly one: number;
  readonly other: number;
  /** The level of each search. */
  readonly level: number;
  readonly otherLevel: number;
  /** `[replicates]`: the fraction of prunable weights that each search keeps. */
  readonly densities: Float64Array;
  readonly otherDensities: Float64Array;
  /** The replicate, the same for both searches: with equal seeds the initial weights are equal. */
  readonly replicates: Uint32Array;
  /** `[replicates]` */
  readonly overlaps: Float64Array;
  /** `[replicates]`: expected of random masks with the same counts in each tensor. */
  readonly expected: Float64Array;
  /** `[replicates]`: expected of random masks with the same counts in the whole network. */
  readonly expectedGlobally: Float64Array;
  /** `[tensors]`: means over replicates. */
  readonly tensorOverlaps: Float64Array;
  readonly tensorExpected: Float64Array;
}
