/** The types of all events, each declared once. */
import type { DataSummary } from '../domain/data-summary.ts';
import type { SearchResult } from '../domain/search.ts';
import type { Evaluation, TrainingKey } from '../domain/training.ts';
import type { ErrorReport } from './errors.ts';
import type { Json } from './json.ts';
import type { BackupProgress } from './records/backups.ts';
import type { BundleProgress } from './records/bundles.ts';
import type { ExportProgress } from './records/export-progress.ts';
import type { DatasetOverview, DatasetProgress } from './records/datasets.ts';
import type { DatabaseWait } from './records/host.ts';
import type { LiveSearch, RunningTraining, RunningUnit } from './records/live.ts';
import type { LogEntry } from './records/search-results.ts';
import type { SearchRow } from './records/search-rows.ts';
import type { StorageProgress } from './records/storage.ts';
import type { SweepLive, SweepRow } from './records/sweeps.ts';
import type { TensorFlowStatus } from './records/tensorflow.ts';

export type { RunningTraining, RunningUnit };

/** The events of a running search, in order. The last one is `result`, `failed` or `interrupted`. */
export type SearchEvent =
  | {
      readonly type: 'started';
      readonly id: string;
      readonly name: string;
      readonly workers: number;
      readonly trainingsDone: number;
      readonly trainingsTotal: number;
    }
  /** Work that takes a moment before trainings start: `building the sparse engine`. */
  | { readonly type: 'preparing'; readonly what: string }
  /** What was read of a dataset: that of the search, or that of a transfer's branch. */
  | { readonly type: 'data-read'; readonly branch: string; readonly summary: DataSummary }
  | { readonly type: 'training-started'; readonly key: TrainingKey }
  /** It continues from its checkpoint. Its evaluations until then follow. */
  | { readonly type: 'training-resumed'; readonly key: TrainingKey; readonly iteration: number }
  | {
      readonly type: 'progress';
      /** Fraction of all iterations done, 0..1. */
      readonly fraction: number;
      /** Undefined until the speed is known. */
      readonly etaSeconds: number | undefined;
      readonly running: readonly RunningTraining[];
    }
  | { readonly type: 'evaluation'; readonly key: TrainingKey; readonly evaluation: Evaluation }
  | {
      readonly type: 'training-finished';
      readonly key: TrainingKey;
      readonly density: number;
      readonly earlyStopIteration: number;
      /** At the end of training, 0..1. */
      readonly testAccuracy: number;
      readonly trainingMilliseconds: number;
      readonly evaluationMilliseconds: number;
      /** The search that ran the training, if this search reuses it. */
      readonly adoptedFrom?: string | undefined;
    }
  /** A problem that does not stop the search but may spoil it, such as a layer close to collapse. */
  | { readonly type: 'warning'; readonly key: TrainingKey; readonly message: string }
  /** Progress of the analyses that follow the trainings or were added to a finished search. */
  | {
      readonly type: 'analysing';
      /** Fraction of the analysis work of this run done so far, 0..1. */
      readonly fraction: number;
      /** Undefined until the speed is known. */
      readonly etaSeconds: number | undefined;
      readonly unitsDone: number;
      readonly unitsTotal: number;
      readonly running: readonly RunningUnit[];
    }
  | {
      readonly type: 'analysis-unit-finished';
      /** The id of an `AnalysisRecord`. */
      readonly analysis: number;
      /** The analysis's registry id: `instability`. */
      readonly kind: string;
      readonly unit: string;
      /** Units of this analysis. */
      readonly unitsDone: number;
      readonly unitsTotal: number;
      readonly milliseconds: number;
    }
  | { readonly type: 'result'; readonly search: SearchResult }
  | { readonly type: 'interrupted'; readonly id: string }
  | { readonly type: 'failed'; readonly id: string; readonly error: ErrorReport };

/** The events that the workbench sends to every connected renderer. */
export type WorkbenchEvent =
  /** An event of a search that this process runs. */
  | { readonly type: 'search-event'; readonly id: string; readonly event: SearchEvent }
  /** The progress of a running search, several times a second; undefined once it has ended. */
  | { readonly type: 'search-live'; readonly id: string; readonly live: LiveSearch | undefined }
  | { readonly type: 'search-logged'; readonly id: string; readonly entry: LogEntry }
  /** A search was created, or something in its row changed. */
  | { readonly type: 'search-changed'; readonly row: SearchRow }
  | { readonly type: 'search-deleted'; readonly ids: readonly string[] }
  | { readonly type: 'search-undeleted'; readonly ids: readonly string[] }
  /** A sweep was launched, or one of its searches changed its state or finished a training. */
  | { readonly type: 'sweep-changed'; readonly row: SweepRow }
  /** The progress of a running sweep; undefined once it has ended. */
  | { readonly type: 'sweep-live'; readonly id: string; readonly live: SweepLive | undefined }
  /** Many searches changed, or another process changed some: reload what is shown. */
  | { readonly type: 'history-changed' }
  | { readonly type: 'preference-changed'; readonly key: string; readonly value: Json }
  /** The progress of fetching a dataset in this process, several times a second. */
  | { readonly type: 'dataset-progress'; readonly id: string; readonly progress: DatasetProgress }
  /** Fetching a dataset began or ended, successfully or not. */
  | { readonly type: 'dataset-changed'; readonly dataset: DatasetOverview }
  | { readonly type: 'dataset-failed'; readonly id: string; readonly error: ErrorReport }
  /** TensorFlow's setup began, advanced, several times a second, or ended. */
  | { readonly type: 'tensorflow-changed'; readonly status: TensorFlowStatus }
  /** The progress of a backup or a restore, several times a second; undefined once it has ended. */
  | { readonly type: 'backup-progress'; readonly progress: BackupProgress | undefined }
  /** How far merging or writing a bundle is, several times a second; undefined once it has ended. */
  | {
      readonly type: 'bundle-progress';
      /** The id that the window has given with the call. */
      readonly task: string;
      readonly progress: BundleProgress | undefined;
    }
  /** How far the export of a search for another program is; undefined once it has ended. */
  | {
      readonly type: 'export-progress';
      readonly id: string;
      readonly progress: ExportProgress | undefined;
    }
  /** How far measuring or freeing space is, several times a second; undefined once it has ended. */
  | { readonly type: 'storage-progress'; readonly progress: StorageProgress | undefined }
  /** Changes and results wait to be saved, told every second; undefined once they are saved again. */
  | { readonly type: 'database-wait'; readonly wait: DatabaseWait | undefined }
  /** The connection is lost: calls fail as `unavailable` until it is back. */
  | { readonly type: 'workbench-lost'; readonly reason: string }
  /** The connection is back. Events in between were missed: reload what is shown. */
  | { readonly type: 'workbench-restarted' };

export type EventType = WorkbenchEvent['type'];
export type EventOf<Type extends EventType> = Extract<WorkbenchEvent, { readonly type: Type }>;

/** Every type of event. Transports let nothing else through. */
export const EVENT_TYPES = [
  'search-event',
  'search-live',
  'search-logged',
  'search-changed',
  'search-deleted',
  'search-undeleted',
  'sweep-changed',
  'sweep-live',
  'history-changed',
  'preference-changed',
  'dataset-progress',
  'dataset-changed',
  'dataset-failed',
  'tensorflow-changed',
  'backup-progress',
  'bundle-progress',
  'export-progress',
  'storage-progress',
  'database-wait',
  'workbench-lost',
  'workbench-restarted',
] as const satisfies readonly EventType[];
