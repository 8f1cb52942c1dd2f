/** One search: its settings, its trainings and what they came to. */
import type { CurveAverages, CurveColumns } from '../../charts/curve-thinning.ts';
import type { Extension } from '../../domain/extension.ts';
import type { DataReading } from '../../domain/data-summary.ts';
import type { MissingEntry } from '../../domain/plug-in.ts';
import type { Environment } from '../../domain/search.ts';
import type { Settings, WrittenSettings } from '../../domain/settings.ts';
import type { TrainingKey } from '../../domain/training.ts';
import type { LiveSearch } from './live.ts';
import type { SearchRow } from './search-rows.ts';

export interface SearchDetail {
  readonly row: SearchRow;
  readonly settings: Settings;
  readonly written: WrittenSettings;
  /** SHA-256, hex, of the canonical JSON of the settings as they were written. */
  readonly settingsHash: string;
  /** The environment of the last run; undefined before the first. */
  readonly environment: Environment | undefined;
  /** SHA-256, hex, over the decoded examples; undefined before the first run. */
  readonly datasetFingerprint: string | undefined;
  /**
   * `[levels + 1]`: the planned density (fraction of prunable weights kept) of level 0, 1, … Without
   * the plug-in that plans them, only those of finished levels are known.
   */
  readonly densities: Float64Array;
  /** What was added to the search since it was planned, oldest first. */
  readonly extensions: readonly Extension[];
  /** What the search uses of plug-ins and can't use now. Until it can, it can't be continued. */
  readonly missing: readonly MissingEntry[];
  /** When its weights were dropped to save space, Unix milliseconds; undefined if they were not. */
  readonly weightsDroppedAt: number | undefined;
  /** Undefined unless this process is running the search. */
  readonly live: LiveSearch | undefined;
}

/** What was read of one dataset of a search. */
export interface SearchData extends DataReading {
  /** 'ticket' for the search's own data; of a transfer to other data, its branch. */
  readonly branch: string;
}

/** A quantity of one branch over levels and replicates; NaN if nothing has finished. */
export interface MeasureSeries {
  /** `[levels]` each, over the replicates that have finished. */
  readonly mean: Float64Array;
  readonly min: Float64Array;
  readonly max: Float64Array;
  /** `[levels, replicates]`, row-major. */
  readonly values: Float64Array;
}

/** One line of the density-accuracy and density-early-stop charts. */
export interface BranchSeries {
  readonly branch: string;
  /** `[levels]`: the levels of the points. Those of the ticket start with the dense level 0. */
  readonly levels: Uint32Array;
  /** `[levels]`: fraction of prunable weights kept. */
  readonly densities: Float64Array;
  /** Accuracies are fractions, 0..1. */
  readonly testAccuracyAtEarlyStop: MeasureSeries;
  readonly testAccuracy: MeasureSeries;
  readonly earlyStopIteration: MeasureSeries;
  readonly validationLoss: MeasureSeries;
  /** `[levels]`: the verdict on each; empty where there is none. Missing before the dense network. */
  readonly verdicts?: readonly string[];
}

export interface SearchSeries {
  readonly id: string;
  readonly name: string;
  readonly settings: Settings;
  readonly replicates: number;
  readonly branches: readonly BranchSeries[];
}

/** The learning curve of one training, by iteration. Losses are mean cross-entropy in nats, accuracies 0..1. */
export interface LearningCurve extends CurveColumns {
  /** Fraction of prunable weights kept; undefined while it runs. */
  readonly density: number | undefined;
  readonly isFinished: boolean;
  /** Whether every evaluation is there, and not only what can be drawn (charts/curve-thinning.ts). */
  readonly isWhole: boolean;
  /** Only of a smoothed curve that is not whole. */
  readonly averages?: CurveAverages | undefined;
}

export interface TrainingRow {
  readonly key: TrainingKey;
  readonly state: 'waiting' | 'running' | 'finished';
  /** The outcome of a finished training. */
  readonly outcome:
    | {
        /** Fraction of prunable weights kept. */
        readonly density: number;
        readonly earlyStopIteration: number;
        /** 0..1. */
        readonly testAccuracy: number;
        readonly testAccuracyAtEarlyStop: number;
        /** At the early stop: the minimum. */
        readonly validationLoss: number;
        readonly trainingMilliseconds: number;
        readonly evaluationMilliseconds: number;
        /** The engine that ran the training. */
        readonly engine: string;
        /** The search that ran the training, if this search reuses it. */
        readonly adoptedFrom?: string | undefined;
      }
    | undefined;
}

/** One line of a search's log. */
export interface LogEntry {
  /** Unix time, milliseconds. */
  readonly at: number;
  readonly severity: 'info' | 'warning' | 'error';
  readonly message: string;
}
