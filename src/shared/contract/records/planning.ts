/** A search or sweep before it runs: whether its settings are valid, its network, its cost. */
import type { Advice, NextStep } from '../../domain/advice.ts';
import type { Extension } from '../../domain/extension.ts';
import type { Settings, WrittenSettings } from '../../domain/settings.ts';
import type { SweepAxis, SweepValue } from '../../domain/sweep.ts';
import type { SettingsProblem } from '../errors.ts';
import type { JsonObject } from '../json.ts';

export type SettingsCheck =
  | { readonly valid: true; readonly settings: WrittenSettings }
  | { readonly valid: false; readonly problems: readonly SettingsProblem[] };

/** Settings in a form: what they come to, or their problems. */
export type SettingsReview =
  | { readonly valid: true; readonly summary: SettingsSummary }
  | Extract<SettingsCheck, { readonly valid: false }>;

/** Settings laid over their base. Those with mistakes come as they were given, to be mended in a form. */
export type ResolvedSettings =
  | Extract<SettingsCheck, { readonly valid: true }>
  | (Extract<SettingsCheck, { readonly valid: false }> & {
      readonly given?: JsonObject | undefined;
    });

/** One prunable tensor of a planned network. */
export interface PlannedTensor {
  /** `layer.kernel`, as in every export. */
  readonly name: string;
  readonly layer: string;
  readonly kind: string;
  readonly shape: readonly number[];
  readonly weights: number;
  readonly isOutput: boolean;
}

/** One layer of a planned network. A residual block counts as one layer. */
export interface PlannedLayer {
  readonly name: string;
  /** The output shape for one example: `[features]` or `[height, width, channels]`. */
  readonly shape: readonly number[];
  /** Trained parameters, including biases and normalisation parameters. */
  readonly parameters: number;
}

/** How long a search will take, and the basis of that estimate. */
export interface CostEstimate {
  /** With `workers` concurrent trainings; includes `analysisSeconds`. */
  readonly seconds: number;
  /** The time of the analyses in the settings. */
  readonly analysisSeconds: number;
  /** The fraction of the time that evaluations take, in [0, 1]. */
  readonly evaluationShare: number;
  /** The time of one optimizer step on the dense network, without evaluation. */
  readonly millisecondsPerIteration: number;
  /** How many trainings run at the same time: at most one for each core of this machine. */
  readonly workers: number;
  /** `calibration`: a short run; `history`: similar trainings on this machine. */
  readonly basis: 'calibration' | 'history';
}

export interface SettingsSummary {
  readonly settings: Settings;
  /** The settings as written, with all defaults filled in. */
  readonly written: WrittenSettings;
  readonly tensors: readonly PlannedTensor[];
  /** In order from the input. */
  readonly layers: readonly PlannedLayer[];
  /** The shape of one example: `[features]` or `[height, width, channels]`. */
  readonly exampleShape: readonly number[];
  /** All parameters, including biases and normalisation parameters. */
  readonly parameterCount: number;
  readonly prunableCount: number;
  /** `[levels + 1]`: the density (fraction of prunable weights kept) of level 0, 1, … */
  readonly densities: Float64Array;
  /**
   * `[levels + 1, tensors]`, row-major: the weights that each tensor keeps at each level. Undefined if
   * tensors are pruned together, because then only training decides it.
   */
  readonly kept: Uint32Array | undefined;
  readonly trainings: number;
  /** Optimizer steps of all trainings together. */
  readonly iterations: number;
  /** Undefined until `estimate.calibrate` or a similar search has run on this machine. */
  readonly estimate: CostEstimate | undefined;
  /** What the search needs TensorFlow for. */
  readonly tensorflow: TensorFlowNeeds;
}

export interface TensorFlowNeeds {
  /** `level 0 trains on the dense engine`; empty if nothing needs it. */
  readonly reasons: readonly string[];
  /** Whether `training.engine=sparse` would do without it. */
  readonly canBeSparse: boolean;
}

/** A sweep before it is saved: its plan or its problems. */
export type SweepCheck =
  | { readonly valid: true; readonly plan: SweepPlan }
  | {
      readonly valid: false;
      /** A problem of a grid point names the swept path, or the setting that conflicts with it. */
      readonly problems: readonly SettingsProblem[];
    };

export interface SweepPlan {
  readonly axes: readonly SweepAxis[];
  /** In the order of the table: the last axis varies fastest. */
  readonly points: readonly { readonly label: string; readonly values: readonly SweepValue[] }[];
  /** The trainings of all searches, counted one by one. */
  readonly trainings: number;
  /** How many of them will run: a training that several searches share runs once. */
  readonly trainingsToRun: number;
  /** The optimizer steps of the trainings that will run. */
  readonly iterationsToRun: number;
  /** Undefined if nothing similar to one of the searches has run on this machine. */
  readonly estimate: CostEstimate | undefined;
  /** The settings of the first grid point. Without the swept values they may be invalid. */
  readonly first: WrittenSettings;
}

/** What an extension of a search would add. */
export interface ExtensionPreview {
  readonly added: Omit<Extension, 'at'>;
  /** How many trainings it adds. */
  readonly trainings: number;
  /** How long these take; undefined if nothing similar has run on this machine. */
  readonly estimate: CostEstimate | undefined;
}

/** What to do next with a search. */
export interface SearchAdvice extends Pick<Advice, 'sentence'> {
  readonly step:
    | (NextStep & {
        /** The step as a command line. */
        readonly command: string;
        /** How long it takes; undefined if nothing similar has run on this machine. */
        readonly seconds: number | undefined;
      })
    | undefined;
}
