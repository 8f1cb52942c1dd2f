/** The values that calls return, in the shapes that views need. */
import type { AnalysisRecord, AnalysisState } from '../domain/analysis.ts';
import type { AnalysisReport } from '../domain/analysis-report.ts';
import type { MissingEntry, PlugInEntry } from '../domain/plug-in.ts';
import type { Environment, SearchStatus, Spread } from '../domain/search.ts';
import type { Settings, WrittenSettings } from '../domain/settings.ts';
import type { ShortValue, SweepAxis, SweepValue } from '../domain/sweep.ts';
import type { TrainingKey } from '../domain/training.ts';
import type { VerdictKind } from '../domain/verdict.ts';
import type { ErrorReport, SettingsProblem } from './errors.ts';
import type { Json } from './json.ts';

export type { SettingsProblem };

/** The part of JSON Schema (2020-12) that a form is generated from. */
export interface JsonSchema {
  readonly title?: string;
  readonly description?: string;
  /** The unit of a number, for display: `iterations`, `examples`, `%`. */
  readonly unit?: string;
  /** The minimum of a setting that counts optimizer steps, in iterations or epochs. */
  readonly leastIterations?: number;
  /** Still accepted, but replaced by another setting. */
  readonly deprecated?: boolean;
  readonly type?: string | readonly string[];
  readonly default?: Json;
  readonly const?: Json;
  readonly enum?: readonly Json[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: number;
  readonly exclusiveMaximum?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly pattern?: string;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean | JsonSchema;
  readonly items?: JsonSchema;
  /** For a choice of registered entries: one schema each, told apart by the `const` of its `id`. */
  readonly oneOf?: readonly JsonSchema[];
  readonly anyOf?: readonly JsonSchema[];
  readonly allOf?: readonly JsonSchema[];
  readonly $ref?: string;
  readonly $defs?: Readonly<Record<string, JsonSchema>>;
}

export interface CatalogEntry {
  readonly id: string;
  readonly label: string;
  readonly description: string;
  /** The schema of the entry's own settings, without `id`. */
  readonly settings: JsonSchema;
  /** Datasets only: whether a search can use it already. */
  readonly state?: DatasetState;
  /** The file of the plug-in that it comes from; left out where it is built in. */
  readonly plugIn?: string;
}

export const CATALOG_KINDS = [
  'datasets',
  'normalizations',
  'architectures',
  'initializers',
  'optimizers',
  'learningRateSchedules',
  'strategies',
  'pruningSchedules',
  'rewinds',
  'branches',
  'analyses',
] as const;
export type CatalogKind = (typeof CATALOG_KINDS)[number];

/** What can be exported of a search. */
export const EXPORT_SUBJECTS = [
  'masks',
  'weights',
  'metrics',
  'analyses',
  'settings',
  'chart',
] as const;
export type ExportSubject = (typeof EXPORT_SUBJECTS)[number];

/** What can be exported of a sweep. */
export const SWEEP_EXPORT_SUBJECTS = ['table', 'chart'] as const;
export type SweepExportSubject = (typeof SWEEP_EXPORT_SUBJECTS)[number];

/** A file format and what it can hold. */
export interface ExportFormat extends CatalogEntry {
  /** The MIME type: `text/csv`. */
  readonly mediaType: string;
  /** Without the dot. */
  readonly fileEnding: string;
  readonly subjects: readonly ExportSubject[];
  /** What can be exported of a sweep. */
  readonly sweepSubjects: readonly SweepExportSubject[];
}

export type Catalog = Readonly<Record<CatalogKind, readonly CatalogEntry[]>> & {
  readonly exportFormats: readonly ExportFormat[];
  /** The schema of all settings of a search. Choices are `oneOf` over the entries above. */
  readonly settings: JsonSchema;
};

export interface Preset {
  readonly id: string;
  readonly label: string;
  readonly description: string;
  readonly settings: WrittenSettings;
}

export const DATASET_STATES = ['built-in', 'fetched', 'to-be-fetched', 'needs-files'] as const;
/** `needs-files`: settings name the files. Searches can't use a dataset that is `to-be-fetched`. */
export type DatasetState = (typeof DATASET_STATES)[number];

/** The progress of fetching a dataset. */
export interface DatasetProgress {
  /** The current step: `downloading cifar-10-binary.tar.gz`, `unpacking`, `checking`. */
  readonly step: string;
  /** Bytes of the file being downloaded; undefined if the step has no length. */
  readonly bytes?: number;
  readonly totalBytes?: number;
  /** Until the download ends; undefined until its speed is known. */
  readonly etaSeconds?: number;
}

export interface DatasetOverview {
  readonly id: string;
  readonly label: string;
  readonly description: string;
  readonly state: DatasetState;
  /** The size of the download; undefined if the dataset is not downloaded. */
  readonly downloadBytes: number | undefined;
  /** Set while this process fetches the dataset. */
  readonly progress: DatasetProgress | undefined;
  /** Undefined if settings have to name the files first. */
  readonly summary:
    | {
        /** `[features]` or `[height, width, channels]`. */
        readonly shape: readonly number[];
        readonly classes: number;
        readonly trainExamples: number;
        readonly testExamples: number;
      }
    | undefined;
}

export type SettingsCheck =
  | { readonly valid: true; readonly settings: WrittenSettings }
  | { readonly valid: false; readonly problems: readonly SettingsProblem[] };

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
  /** The time of one optimizer step on the dense network, without evaluation. */
  readonly millisecondsPerIteration: number;
  readonly workers: number;
  /** `calibration`: a short run just now; `history`: similar trainings on this machine. */
  readonly basis: 'calibration' | 'history';
}

export interface SettingsSummary {
  readonly settings: Settings;
  /** The settings as written, with all defaults filled in. */
  readonly written: WrittenSettings;
  readonly tensors: readonly PlannedTensor[];
  /** In order from the input. */
  readonly layers: readonly PlannedLayer[];
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
}

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

/** A search in the history's table. */
export interface SearchRow {
  readonly id: string;
  readonly name: string;
  readonly state: SearchState;
  /** Whether this process runs the search or has it in its queue. */
  readonly isOurs: boolean;
  /** Unix time, milliseconds. */
  readonly createdAt: number;
  readonly finishedAt: number | undefined;
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
  /** Mean test accuracy (0..1) at the early stop, of the dense network and of the best ticket. */
  readonly denseAccuracy: number | undefined;
  readonly bestAccuracy: number | undefined;
  /** The ticket's mean test accuracy (0..1) at the early stop, by level, dense first. */
  readonly sparkline: Float32Array;
  readonly error: ErrorReport | undefined;
}

export interface SearchPage {
  readonly rows: readonly SearchRow[];
  /** How many searches match, on all pages. */
  readonly total: number;
}

interface LineOfHistory {
  /** Counted from 1, among the searches of the same sweep or among the lines outside sweeps. */
  readonly position: number;
  /** How many such lines there are. */
  readonly siblings: number;
}

export interface SearchLine extends LineOfHistory {
  readonly kind: 'search';
  readonly row: SearchRow;
  /** The sweep that the line belongs to, and this search's values of the swept settings. */
  readonly sweep:
    | { readonly id: string; readonly name: string; readonly values: readonly ShortValue[] }
    | undefined;
}

export interface SweepLine extends LineOfHistory {
  readonly kind: 'sweep';
  /** Summarises all searches of the sweep, whether they match or not. */
  readonly row: SweepRow;
  /** The ids of the searches that match, in order. */
  readonly matching: readonly string[];
  /** Whether the lines of those searches follow. */
  readonly isExpanded: boolean;
}

export type HistoryLine = SearchLine | SweepLine;

export interface HistoryPage {
  readonly lines: readonly HistoryLine[];
  /** How many lines there are, on all pages. */
  readonly total: number;
  /** How many searches match, whether their sweep is expanded or not. */
  readonly searches: number;
}

/** A running training and its progress. */
export interface RunningTraining {
  readonly key: TrainingKey;
  /** Which of the search's workers runs it, counted from 0. */
  readonly worker: number;
  /** Iterations done, counted from initialisation. */
  readonly iteration: number;
  /** The iteration it starts from, and the one it ends at. */
  readonly firstIteration: number;
  readonly lastIteration: number;
  /** Until this training ends; undefined until its speed is known. */
  readonly etaSeconds: number | undefined;
}

/** A running unit of an analysis. */
export interface RunningUnit {
  /** The id of an `AnalysisRecord`. */
  readonly analysis: number;
  /** The analysis's registry id: `instability`. */
  readonly kind: string;
  /** `replicate 1, level 3` */
  readonly unit: string;
  /** Which of the search's workers runs it, counted from 0. */
  readonly worker: number;
  /** 0..1 */
  readonly fraction: number;
}

/** The progress of a search that this process is running. */
export interface LiveSearch {
  /** Share of all iterations done, 0..1. */
  readonly fraction: number;
  readonly etaSeconds: number | undefined;
  readonly workers: number;
  readonly running: readonly RunningTraining[];
  readonly isPaused: boolean;
  /** Set once a stop has been requested. */
  readonly stopping: StopMoment | undefined;
  /**
   * Set while analyses run, after all trainings. Then `fraction` and `etaSeconds` above are those of
   * the analyses. A search that had already finished stays `finished` in its row meanwhile.
   */
  readonly analysing?:
    | {
        readonly unitsDone: number;
        readonly unitsTotal: number;
        readonly running: readonly RunningUnit[];
      }
    | undefined;
}

export const STOP_MOMENTS = ['now', 'level-end'] as const;
export type StopMoment = (typeof STOP_MOMENTS)[number];

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
   * `[levels + 1]`: the planned density (fraction of prunable weights kept) of level 0, 1, … Without the
   * plug-in that plans them, only those of finished levels are known.
   */
  readonly densities: Float64Array;
  /** What it uses of plug-ins and can't be used now. Until it can, the search can't be continued. */
  readonly missing: readonly MissingEntry[];
  /** Undefined unless this process is running the search. */
  readonly live: LiveSearch | undefined;
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
}

export interface SearchSeries {
  readonly id: string;
  readonly name: string;
  readonly replicates: number;
  readonly branches: readonly BranchSeries[];
}

/** The learning curve of one training, by iteration. All arrays have the same length. */
export interface LearningCurve {
  readonly key: TrainingKey;
  /** Fraction of prunable weights kept; undefined while it runs. */
  readonly density: number | undefined;
  readonly isFinished: boolean;
  readonly iterations: Uint32Array;
  /** Mean cross-entropy in nats. */
  readonly validationLoss: Float64Array;
  readonly testLoss: Float64Array;
  /** Fractions, 0..1. */
  readonly validationAccuracy: Float64Array;
  readonly testAccuracy: Float64Array;
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

export interface DownloadableFile {
  /** The file name, without a folder and valid on every system. */
  readonly name: string;
  readonly mediaType: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

export interface TagCount {
  readonly tag: string;
  readonly searches: number;
}

/** What the host around the renderer can do. */
/** The window's setting for plug-ins, and what is loaded in this run. */
export interface PlugInOverview {
  /** Whether the plug-ins of `folder` are loaded at the next start. */
  readonly isOn: boolean;
  /** Whether they were to be loaded at this start. */
  readonly wasOn: boolean;
  /** The one folder that the setting concerns. It is made when the setting is first turned on. */
  readonly folder: string;
  readonly loaded: readonly LoadedPlugInOverview[];
  /** Why no plug-in of `folder` is loaded although the setting was on. */
  readonly failure: ErrorReport | undefined;
}

export interface LoadedPlugInOverview {
  /** Absolute. */
  readonly file: string;
  /** `start`: named by `--plugins` or `TICKET_PLUGINS`. */
  readonly source: 'start' | 'data-directory';
  /** Hex, of the file's bytes. */
  readonly sha256: string;
  readonly entries: readonly (PlugInEntry & { readonly label: string })[];
}

export interface HostCapabilities {
  readonly kind: 'electron' | 'browser';
  /** Whether `host.pickPath` opens a native dialog; otherwise users type a path. */
  readonly canPickPath: boolean;
  /** Whether `host.saveFile` opens a native dialog; otherwise the browser downloads. */
  readonly canSaveFile: boolean;
  /** Whether `plugIns.openFolder` shows the folder in the system's file manager. */
  readonly canOpenFolder: boolean;
}

export interface Health {
  readonly version: string;
  readonly node: string;
  /** `linux-x64` */
  readonly platform: string;
  readonly cpu: string;
  readonly cores: number;
  readonly dataDirectory: string;
  /** The numbers of running and waiting searches in this process's queue. */
  readonly running: number;
  readonly waiting: number;
  /** Unix time, milliseconds, at which this workbench started. */
  readonly startedAt: number;
  readonly host: HostCapabilities;
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
  /** The paths of the swept settings. */
  readonly paths: readonly string[];
  /** The swept settings and their values as text: `batchSize = 60, 120`. */
  readonly swept: string;
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
  /** The best of all searches. */
  readonly denseAccuracy: number | undefined;
  readonly bestAccuracy: number | undefined;
  /** The sparkline of the search with the best ticket. */
  readonly sparkline: Float32Array;
}

/** The progress of a sweep that this process is running. */
export interface SweepLive {
  /** Share of all iterations done, 0..1. Shared trainings count once. */
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
  /** The trainings that the search ran itself, and those it reuses from other searches. */
  readonly trained: number;
  readonly adopted: number;
}

/** A sweep as one table: a row for each grid point. */
export interface SweepTable {
  readonly id: string;
  readonly name: string;
  readonly paths: readonly string[];
  /** The paths, shortened as far as they stay distinct. */
  readonly names: readonly string[];
  readonly rows: readonly SweepTableRow[];
}
