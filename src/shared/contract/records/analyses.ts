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

/** Mask overlap between searches, level by level and replicate by replicate. */
export interface SearchOverlap {
  readonly searches: readonly { readonly id: string; readonly name: string }[];
  /** The names of the prunable tensors, in order. */
  readonly tensors: readonly string[];
  readonly pairs: readonly SearchOverlapPair[];
}

/** Two searches compared at one level, over the replicates that both have finished. */
export interface SearchOverlapPair {
  /** Indices into `searches`. */
  readonly one: number;
  readonly other: number;
  readonly level: number;
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
