/** What calls return: the shapes that a view draws. */
import type { AnalysisRecord, AnalysisState } from '../domain/analysis.ts';
import type { AnalysisReport } from '../domain/analysis-report.ts';
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
  /** Of a number, as a person reads it: `iterations`, `examples`, `%`. */
  readonly unit?: string;
  /** Of a setting that counts optimizer steps, in iterations or epochs: the fewest there can be. */
  readonly leastIterations?: number;
  /** Still understood, but said in another way by now. */
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
  /** Of a choice among registered entries: one for each, told apart by the `const` of its `id`. */
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
  /** Of the entry's own settings, beside `id`. */
  readonly settings: JsonSchema;
  /** Of datasets: whether a search can use it already. */
  readonly state?: DatasetState;
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
  /** Of sweeps. */
  readonly sweepSubjects: readonly SweepExportSubject[];
}

export type Catalog = Readonly<Record<CatalogKind, readonly CatalogEntry[]>> & {
  readonly exportFormats: readonly ExportFormat[];
  /** Of a whole search's settings; choices are `oneOf` over the entries above. */
  readonly settings: JsonSchema;
};

export interface Preset {
  readonly id: string;
  readonly label: string;
  readonly description: string;
  readonly settings: WrittenSettings;
}

export const DATASET_STATES = ['built-in', 'fetched', 'to-be-fetched', 'needs-files'] as const;
/** `needs-files`: the user says which; searches can't use a dataset that is yet to be fetched. */
export type DatasetState = (typeof DATASET_STATES)[number];

/** How far it is to fetch a dataset. */
export interface DatasetProgress {
  /** What is being done: `downloading cifar-10-binary.tar.gz`, `unpacking`, `checking`. */
  readonly step: string;
  /** Of the file that is downloaded; undefined where a step has no length. */
  readonly bytes?: number;
  readonly totalBytes?: number;
  /** Until that download ends; undefined until there is a pace to judge by. */
  readonly etaSeconds?: number;
}

export interface DatasetOverview {
  readonly id: string;
  readonly label: string;
  readonly description: string;
  readonly state: DatasetState;
  /** What fetching it downloads; undefined of those that are not fetched. */
  readonly downloadBytes: number | undefined;
  /** While this process fetches it. */
  readonly progress: DatasetProgress | undefined;
  /** Undefined where the user has to say first which files are meant. */
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
  readonly kind: 'dense' | 'conv2d' | 'batch-norm';
  readonly shape: readonly number[];
  readonly weights: number;
  readonly isOutput: boolean;
}

/** One layer of a planned network, a residual block being one. */
export interface PlannedLayer {
  readonly name: string;
  /** Of one example behind it: `[features]` or `[height, width, channels]`. */
  readonly shape: readonly number[];
  /** All that is trained in it, biases and normalisation included. */
  readonly parameters: number;
}

/** How long a search will take, and how that is known. */
export interface CostEstimate {
  /** With `workers` side by side. */
  readonly seconds: number;
  /** Of them, what the analyses take that the settings ask for. */
  readonly analysisSeconds: number;
  /** The time of one optimizer step on the dense network, evaluation aside. */
  readonly millisecondsPerIteration: number;
  readonly workers: number;
  /** `calibration`: a short run just now; `history`: trainings like these on this machine. */
  readonly basis: 'calibration' | 'history';
}

export interface SettingsSummary {
  readonly settings: Settings;
  /** As they were written, with every default filled in. */
  readonly written: WrittenSettings;
  readonly tensors: readonly PlannedTensor[];
  /** In order from the input. */
  readonly layers: readonly PlannedLayer[];
  /** All parameters, biases and normalisation included. */
  readonly parameterCount: number;
  readonly prunableCount: number;
  /** `[levels + 1]`: the density (fraction of prunable weights kept) of level 0, 1, … */
  readonly densities: Float64Array;
  /**
   * `[levels + 1, tensors]`, row-major: the weights that each tensor keeps at each level. Undefined
   * where tensors are pruned together, so that only training shows it.
   */
  readonly kept: Uint32Array | undefined;
  readonly trainings: number;
  /** Over all trainings. */
  readonly iterations: number;
  /** Undefined until `estimate.calibrate` or a search like this has run on this machine. */
  readonly estimate: CostEstimate | undefined;
}

/** A search's status as users see it: a paused search is one that is neither running nor over. */
export const SEARCH_STATES = [
  'queued',
  'running',
  'paused',
  'interrupted',
  'finished',
  'failed',
] as const satisfies readonly (SearchStatus | 'paused')[];
export type SearchState = (typeof SEARCH_STATES)[number];

/** The one verdict that speaks for a search: its smallest winning ticket's, else its last level's. */
export interface HeadlineVerdict {
  readonly kind: VerdictKind;
  readonly level: number;
  /** Fraction of prunable weights kept. */
  readonly density: number;
  /** One sentence with the numbers it rests on. */
  readonly reason: string;
}

/** A search in the history's table. */
export interface SearchRow {
  readonly id: string;
  readonly name: string;
  readonly state: SearchState;
  /** Whether this process runs it, or holds it in its queue; a search of another process is false. */
  readonly isOurs: boolean;
  /** Unix time, milliseconds. */
  readonly createdAt: number;
  readonly finishedAt: number | undefined;
  readonly trainingsDone: number;
  readonly trainingsTotal: number;
  /** Ids of what was chosen. */
  readonly dataset: string;
  readonly architecture: string;
  readonly optimizer: string;
  readonly strategy: string;
  readonly schedule: string;
  readonly levels: number;
  readonly replicates: number;
  readonly iterations: number;
  /** Time spent training and evaluating, over all workers, milliseconds. */
  readonly trainingMilliseconds: number;
  readonly tags: readonly string[];
  readonly note: string;
  readonly isArchived: boolean;
  readonly verdict: HeadlineVerdict | undefined;
  /** Mean test accuracy (0..1) at the early stop: of the dense network, and of the best ticket. */
  readonly denseAccuracy: number | undefined;
  readonly bestAccuracy: number | undefined;
  /** The ticket's mean test accuracy (0..1) at the early stop, by level, dense first. */
  readonly sparkline: Float32Array;
  readonly error: ErrorReport | undefined;
}

export interface SearchPage {
  readonly rows: readonly SearchRow[];
  /** How many match, on every page together. */
  readonly total: number;
}

interface LineOfHistory {
  /** Counted from 1, among the lines of its own depth under the same sweep, or under none. */
  readonly position: number;
  /** How many of those there are. */
  readonly siblings: number;
}

export interface SearchLine extends LineOfHistory {
  readonly kind: 'search';
  readonly row: SearchRow;
  /** The sweep whose line it stands under, and what this search takes of each swept setting. */
  readonly sweep:
    | { readonly id: string; readonly name: string; readonly values: readonly ShortValue[] }
    | undefined;
}

export interface SweepLine extends LineOfHistory {
  readonly kind: 'sweep';
  /** Of all searches of the sweep, whether they match or not. */
  readonly row: SweepRow;
  /** The ids of those that match, in order. */
  readonly matching: readonly string[];
  /** Their lines follow. */
  readonly isExpanded: boolean;
}

export type HistoryLine = SearchLine | SweepLine;

export interface HistoryPage {
  readonly lines: readonly HistoryLine[];
  /** How many lines there are, on every page together. */
  readonly total: number;
  /** How many searches match, whether their sweep is expanded or not. */
  readonly searches: number;
}

/** A training that runs now, and how far it is. */
export interface RunningTraining {
  readonly key: TrainingKey;
  /** Which of the search's workers runs it, counted from 0. */
  readonly worker: number;
  /** Iterations done, counted from initialisation. */
  readonly iteration: number;
  /** The iteration it starts from, and the one it ends at. */
  readonly firstIteration: number;
  readonly lastIteration: number;
  /** Until this training ends; undefined until there is a pace to judge by. */
  readonly etaSeconds: number | undefined;
}

/** A unit of an analysis that is worked out now. */
export interface RunningUnit {
  /** Of an `AnalysisRecord`. */
  readonly analysis: number;
  /** The analysis's registry id: `instability`. */
  readonly kind: string;
  /** `replicate 1, level 3` */
  readonly unit: string;
  /** Which of the search's workers works on it, counted from 0. */
  readonly worker: number;
  /** 0..1 */
  readonly fraction: number;
}

/** Where a search is that this process runs now. */
export interface LiveSearch {
  /** Share of all iterations done, 0..1. */
  readonly fraction: number;
  readonly etaSeconds: number | undefined;
  readonly workers: number;
  readonly running: readonly RunningTraining[];
  readonly isPaused: boolean;
  /** Set once a stop was asked for. */
  readonly stopping: StopMoment | undefined;
  /**
   * Set while analyses are worked out, when everything is trained: `fraction` and `etaSeconds` above
   * are theirs then. A search that had finished before stays `finished` in its row meanwhile.
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
  /** Of the last run; undefined before the first. */
  readonly environment: Environment | undefined;
  /** SHA-256, hex, over the decoded examples; undefined before the first run. */
  readonly datasetFingerprint: string | undefined;
  /** `[levels + 1]`: the planned density (fraction of prunable weights kept) of level 0, 1, … */
  readonly densities: Float64Array;
  /** Undefined unless this process runs it now. */
  readonly live: LiveSearch | undefined;
}

/** A quantity of one branch over levels and replicates; NaN where nothing has finished. */
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
  /** `[levels]`: which levels the points belong to; the ticket's begin with the dense level 0. */
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

/** The learning curve of one training, by iteration; all arrays are equally long. */
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
  /** What a finished training came to. */
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
        /** The engine that trained it. */
        readonly engine: string;
        /** The search that trained it, where this one took it over. */
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

/** An analysis of a search: what was asked for, and how far it is. */
export interface AnalysisOverview extends AnalysisRecord {
  /** `waiting` for its turn; `stopped` until it is asked for again. */
  readonly state: AnalysisState;
}

export interface AnalysisDetail extends AnalysisOverview {
  /** What the units have found that are worked out. */
  readonly report: AnalysisReport;
}

/** Mask overlap between searches, level by level and replicate by replicate. */
export interface SearchOverlap {
  readonly searches: readonly { readonly id: string; readonly name: string }[];
  /** Of prunable tensors, in order. */
  readonly tensors: readonly string[];
  readonly pairs: readonly SearchOverlapPair[];
}

/** Two searches at one level, over the replicates that both have finished. */
export interface SearchOverlapPair {
  /** Indices into `searches`. */
  readonly one: number;
  readonly other: number;
  readonly level: number;
  /** `[replicates]`: mean fraction of prunable weights kept, of either search. */
  readonly densities: Float64Array;
  readonly otherDensities: Float64Array;
  /** By replicate, the same one of both: equal seeds mean equal initial weights. */
  readonly replicates: Uint32Array;
  /** `[replicates]` */
  readonly overlaps: Float64Array;
  /** `[replicates]`: of random masks with the same counts in each tensor. */
  readonly expected: Float64Array;
  /** `[replicates]`: of random masks with the same counts in the whole network. */
  readonly expectedGlobally: Float64Array;
  /** `[tensors]`: means over replicates. */
  readonly tensorOverlaps: Float64Array;
  readonly tensorExpected: Float64Array;
}

export interface DownloadableFile {
  /** What to call it: no folder, safe on every system. */
  readonly name: string;
  readonly mediaType: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

export interface TagCount {
  readonly tag: string;
  readonly searches: number;
}

/** What the host around the renderer can do. */
export interface HostCapabilities {
  readonly kind: 'electron' | 'browser';
  /** Whether `host.pickPath` opens a native dialog; elsewhere a path is typed. */
  readonly canPickPath: boolean;
  /** Whether `host.saveFile` opens a native dialog; elsewhere the browser downloads. */
  readonly canSaveFile: boolean;
}

export interface Health {
  readonly version: string;
  readonly node: string;
  /** `linux-x64` */
  readonly platform: string;
  readonly cpu: string;
  readonly cores: number;
  readonly dataDirectory: string;
  /** Searches by state in this process's queue. */
  readonly running: number;
  readonly waiting: number;
  /** Unix time, milliseconds, at which this workbench started. */
  readonly startedAt: number;
  readonly host: HostCapabilities;
}

/** A sweep before anything is written: what it would consist of. */
export type SweepCheck =
  | { readonly valid: true; readonly plan: SweepPlan }
  | {
      readonly valid: false;
      /** Those of a grid point name the swept path, or the setting that does not go with it. */
      readonly problems: readonly SettingsProblem[];
    };

export interface SweepPlan {
  readonly axes: readonly SweepAxis[];
  /** In the order of the table, the last axis varying fastest. */
  readonly points: readonly { readonly label: string; readonly values: readonly SweepValue[] }[];
  /** Of all searches, counted one by one. */
  readonly trainings: number;
  /** Of these, those that run: what is the same for several searches is trained once. */
  readonly trainingsToRun: number;
  /** Optimizer steps of the trainings that run. */
  readonly iterationsToRun: number;
  /** Undefined if nothing like one of its searches has run here. */
  readonly estimate: CostEstimate | undefined;
  /** Of the first grid point, where those that are swept over need not be valid by themselves. */
  readonly first: WrittenSettings;
}

/** A sweep in a list: what its searches, deleted ones left out, have come to together. */
export interface SweepRow {
  readonly id: string;
  readonly name: string;
  /** It runs as long as one of its searches does. */
  readonly state: SearchState;
  /** Unix time, milliseconds. */
  readonly createdAt: number;
  /** Of the last search; undefined until all have finished or failed. */
  readonly finishedAt: number | undefined;
  /** The swept settings. */
  readonly paths: readonly string[];
  /** They and their values in words: `batchSize = 60, 120`. */
  readonly swept: string;
  readonly points: number;
  readonly finishedPoints: number;
  readonly failedPoints: number;
  /** Taken over or trained, over all searches. */
  readonly trainingsDone: number;
  readonly trainingsTotal: number;
  /** What all searches have in common; undefined where they differ. */
  readonly dataset: string | undefined;
  readonly architecture: string | undefined;
  readonly optimizer: string | undefined;
  readonly strategy: string | undefined;
  readonly schedule: string | undefined;
  readonly levels: number | undefined;
  readonly replicates: number | undefined;
  readonly iterations: number | undefined;
  /** Over all searches. */
  readonly trainingMilliseconds: number;
  readonly tags: readonly string[];
  /** Of the search with the best verdict: the smallest of its winning tickets, if there is one. */
  readonly verdict: HeadlineVerdict | undefined;
  /** The best of all searches. */
  readonly denseAccuracy: number | undefined;
  readonly bestAccuracy: number | undefined;
  /** Of the search with that best accuracy of a ticket. */
  readonly sparkline: Float32Array;
}

/** Where a sweep is that this process runs now. */
export interface SweepLive {
  /** Share of all iterations done, 0..1; what is shared counts once. */
  readonly fraction: number;
  readonly etaSeconds: number | undefined;
  /** How many trainings run now. */
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
  /** Searches that were deleted are left out. */
  readonly points: readonly SweepPoint[];
  /** Undefined unless this process runs it now. */
  readonly live: SweepLive | undefined;
}

/** A ticket as one row of a sweep's table shows it. */
export interface SweepTicket {
  readonly level: number;
  /** Fraction of prunable weights kept. */
  readonly density: number;
  readonly earlyStopIteration: Spread;
  /** 0..1, at the early stop. */
  readonly testAccuracyAtEarlyStop: Spread;
  readonly verdict: VerdictKind;
  /** One sentence with the numbers it rests on. */
  readonly reason: string;
}

export interface SweepTableRow {
  readonly searchId: string;
  readonly label: string;
  /** One for each of the table's paths. */
  readonly values: readonly Json[];
  readonly state: SearchState;
  /** Why it has failed, if it has. */
  readonly error: ErrorReport | undefined;
  /** Of the dense network, at the early stop; undefined until one has finished. */
  readonly dense:
    { readonly earlyStopIteration: Spread; readonly testAccuracyAtEarlyStop: Spread } | undefined;
  /** The ticket of the last level that has finished. */
  readonly last: SweepTicket | undefined;
  /** The smallest ticket that is judged to be winning. */
  readonly smallestWinning: SweepTicket | undefined;
  /** Trainings of its own, and those taken over from another search. */
  readonly trained: number;
  readonly adopted: number;
}

/** A sweep as one table: a row for each grid point. */
export interface SweepTable {
  readonly id: string;
  readonly name: string;
  readonly paths: readonly string[];
  /** The paths as short as they are told apart by. */
  readonly names: readonly string[];
  readonly rows: readonly SweepTableRow[];
}
