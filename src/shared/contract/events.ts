/** What is told while it happens; the types of all events, each declared once. */
import type { SearchResult } from '../domain/search.ts';
import type { Evaluation, TrainingKey } from '../domain/training.ts';
import type { ErrorReport } from './errors.ts';
import type { Json } from './json.ts';
import type {
  DatasetOverview,
  DatasetProgress,
  LiveSearch,
  LogEntry,
  RunningTraining,
  RunningUnit,
  SearchRow,
  SweepLive,
  SweepRow,
} from './records.ts';

export type { RunningTraining, RunningUnit };

/** What a search tells while it runs, in order; the last one is `result`, `failed` or `interrupted`. */
export type SearchEvent =
  | {
      readonly type: 'started';
      readonly id: string;
      readonly name: string;
      readonly workers: number;
      readonly trainingsDone: number;
      readonly trainingsTotal: number;
    }
  /** Something that takes a moment before trainings start: `building the sparse engine`. */
  | { readonly type: 'preparing'; readonly what: string }
  | { readonly type: 'training-started'; readonly key: TrainingKey }
  | {
      readonly type: 'progress';
      /** Share of all iterations done, 0..1. */
      readonly fraction: number;
      /** Undefined until there is a pace to judge by. */
      readonly etaSeconds: number | undefined;
      readonly running: readonly RunningTraining[];
    }
  | { readonly type: 'evaluation'; readonly key: TrainingKey; readonly evaluation: Evaluation }
  | {
      readonly type: 'training-finished';
      readonly key: TrainingKey;
      readonly density: number;
      readonly earlyStopIteration: number;
      /** At the end, 0..1. */
      readonly testAccuracy: number;
      readonly trainingMilliseconds: number;
      readonly evaluationMilliseconds: number;
      /** The search that has trained it, where it was taken over. */
      readonly adoptedFrom?: string | undefined;
    }
  /** Something that does not stop the search but may spoil it, such as a layer about to collapse. */
  | { readonly type: 'warning'; readonly key: TrainingKey; readonly message: string }
  /** How far the analyses are that follow the trainings, or were added to a finished search. */
  | {
      readonly type: 'analysing';
      /** Share of the work done since this run has begun to analyse, 0..1. */
      readonly fraction: number;
      /** Undefined until there is a pace to judge by. */
      readonly etaSeconds: number | undefined;
      readonly unitsDone: number;
      readonly unitsTotal: number;
      readonly running: readonly RunningUnit[];
    }
  | {
      readonly type: 'analysis-unit-finished';
      /** Of an `AnalysisRecord`. */
      readonly analysis: number;
      /** The analysis's registry id: `instability`. */
      readonly kind: string;
      readonly unit: string;
      /** Of this analysis. */
      readonly unitsDone: number;
      readonly unitsTotal: number;
      readonly milliseconds: number;
    }
  | { readonly type: 'result'; readonly search: SearchResult }
  | { readonly type: 'interrupted'; readonly id: string }
  | { readonly type: 'failed'; readonly id: string; readonly error: ErrorReport };

/** What the workbench tells every renderer that is connected to it. */
export type WorkbenchEvent =
  /** Something a search of this process told. */
  | { readonly type: 'search-event'; readonly id: string; readonly event: SearchEvent }
  /** Where a running search is now, several times a second; undefined once it runs no longer. */
  | { readonly type: 'search-live'; readonly id: string; readonly live: LiveSearch | undefined }
  | { readonly type: 'search-logged'; readonly id: string; readonly entry: LogEntry }
  /** A search was created or anything in its row has changed. */
  | { readonly type: 'search-changed'; readonly row: SearchRow }
  | { readonly type: 'search-deleted'; readonly ids: readonly string[] }
  | { readonly type: 'search-undeleted'; readonly ids: readonly string[] }
  /** A sweep was launched, or one of its searches has changed its state or finished a training. */
  | { readonly type: 'sweep-changed'; readonly row: SweepRow }
  /** Where a running sweep is now; undefined once it runs no longer. */
  | { readonly type: 'sweep-live'; readonly id: string; readonly live: SweepLive | undefined }
  /** Many searches have changed, or another process has changed some: ask again for what is shown. */
  | { readonly type: 'history-changed' }
  | { readonly type: 'preference-changed'; readonly key: string; readonly value: Json }
  /** How far this process is with fetching a dataset, several times a second. */
  | { readonly type: 'dataset-progress'; readonly id: string; readonly progress: DatasetProgress }
  /** Its fetching has begun or ended, well or not. */
  | { readonly type: 'dataset-changed'; readonly dataset: DatasetOverview }
  | { readonly type: 'dataset-failed'; readonly id: string; readonly error: ErrorReport }
  /** The connection is lost: calls fail as `unavailable` until it is back. */
  | { readonly type: 'workbench-lost'; readonly reason: string }
  /** The connection is back; events in between were missed: ask again for what is shown. */
  | { readonly type: 'workbench-restarted' };

export type EventType = WorkbenchEvent['type'];
export type EventOf<Type extends EventType> = Extract<WorkbenchEvent, { readonly type: Type }>;

/** Every type of event; a transport lets nothing else through. */
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
  'workbench-lost',
  'workbench-restarted',
] as const satisfies readonly EventType[];
