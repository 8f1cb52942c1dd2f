/**
 * Every call of the workbench, declared once: its name, what it takes and what it returns. Handlers,
 * the client, validation and the window's forms follow from this table; a handler that is missing or
 * an argument that does not fit is a compile error.
 */
import { z } from 'zod';
import { DENSITY_CHARTS } from '../charts/density-chart.ts';
import { epochs } from '../domain/duration.ts';
import type { SearchResult } from '../domain/search.ts';
import type { SweepDraft } from '../domain/sweep.ts';
import type { WrittenSettings } from '../domain/settings.ts';
import { VERDICT_KINDS } from '../domain/verdict.ts';
import type { ErrorReport } from './errors.ts';
import { type Json, jsonObjectSchema, jsonSchema } from './json.ts';
import {
  type AnalysisDetail,
  type AnalysisOverview,
  type Catalog,
  type CostEstimate,
  type DatasetOverview,
  type DownloadableFile,
  EXPORT_SUBJECTS,
  type Health,
  type HistoryPage,
  type LearningCurve,
  type LogEntry,
  type Preset,
  SEARCH_STATES,
  type SearchDetail,
  type SearchOverlap,
  type SearchPage,
  type SearchRow,
  type SearchSeries,
  type SettingsCheck,
  type SettingsSummary,
  STOP_MOMENTS,
  SWEEP_EXPORT_SUBJECTS,
  type SweepCheck,
  type SweepDetail,
  type SweepTable,
  type TagCount,
  type TrainingRow,
} from './records.ts';

declare const VALUE: unique symbol;

/** Carries the type of a call's value; there is nothing to it at run time. */
interface Returns<Value> {
  readonly [VALUE]?: Value;
}

interface Call<Input extends z.ZodType, Value> {
  /** Strict: an unknown key is refused. */
  readonly input: Input;
  readonly returns: Returns<Value>;
}

const returns = <Value>(): Returns<Value> => ({});

const call = <Input extends z.ZodType, Value>(
  input: Input,
  returned: Returns<Value>,
): Call<Input, Value> => ({ input, returns: returned });

const nothing = z.strictObject({});

/** Of a search or a registered entry; the bound keeps a hostile one out of error messages. */
const id = z.string().min(1).max(64);

/** One search or as many as a history holds: every change of the table works in bulk. */
const ids = z.array(id).min(1).max(100_000);

const name = z.string().trim().min(1).max(200);

const tag = z
  .string()
  .trim()
  .min(1)
  .max(60)
  .refine((text) => !text.includes(','), { error: 'a tag without a comma' });

/** Settings as a user left them: checked against the registries by the handlers, not here. */
const settingsDraft = jsonObjectSchema(500_000);

const rangeEnd = z.union([z.number(), epochs]);

/** Beside the settings: by path, a list of values or a range. Checked further by the handlers. */
const sweepDraft: z.ZodType<SweepDraft> = z.record(
  z.string().min(1).max(200),
  z.union([
    z.array(jsonSchema(10_000)).max(1000),
    z.strictObject({ from: rangeEnd, to: rangeEnd, step: rangeEnd }),
    z.strictObject({ from: rangeEnd, to: rangeEnd, factor: z.number() }),
  ]),
);

export const SORT_COLUMNS = [
  'name',
  'state',
  'created',
  'finished',
  'progress',
  'dataset',
  'architecture',
  'optimizer',
  'strategy',
  'schedule',
  'levels',
  'replicates',
  'iterations',
  'training-time',
  'verdict',
  'verdict-density',
  'dense-accuracy',
  'best-accuracy',
] as const;
export type SortColumn = (typeof SORT_COLUMNS)[number];

/** Which searches; every part narrows the choice down. */
const searchFilter = z.strictObject({
  /** Words that name, note, tags or settings begin with, all of them. */
  text: z.string().max(500).default(''),
  states: z.array(z.enum(SEARCH_STATES)).max(20).default([]),
  verdicts: z
    .array(z.enum([...VERDICT_KINDS, 'none']))
    .max(20)
    .default([]),
  /** All of them. */
  tags: z.array(tag).max(50).default([]),
  /** Any of them. */
  datasets: z.array(id).max(50).default([]),
  architectures: z.array(id).max(50).default([]),
  strategies: z.array(id).max(50).default([]),
  archived: z.enum(['exclude', 'include', 'only']).default('exclude'),
  /** Unix time, milliseconds. */
  createdFrom: z.number().optional(),
  createdTo: z.number().optional(),
});

const searchSort = z.strictObject({
  column: z.enum(SORT_COLUMNS).default('created'),
  direction: z.enum(['ascending', 'descending']).default('descending'),
});

/** So many sweeps of the history may be expanded at once. */
export const MOST_EXPANDED = 500;

export const CALLS = {
  catalog: call(nothing, returns<Catalog>()),
  presets: call(nothing, returns<readonly Preset[]>()),
  datasets: call(nothing, returns<readonly DatasetOverview[]>()),
  /**
   * Begins to download a dataset; `dataset-progress`, `dataset-changed` and `dataset-failed` tell the rest.
   * What had arrived when an earlier download broke off is not downloaded again.
   */
  'dataset.fetch': call(z.strictObject({ id }), returns<undefined>()),
  /** Begins to take in files, archives or folders that were fetched by other means; told in the same way. */
  'dataset.add': call(
    z.strictObject({ id, paths: z.array(z.string().min(1).max(4096)).min(1).max(100) }),
    returns<undefined>(),
  ),
  /** Stops what the two above have begun; nothing happens if there is nothing to stop. */
  'dataset.stop': call(z.strictObject({ id }), returns<undefined>()),

  /** Complete settings from a preset and any part of the settings laid over it. */
  'settings.resolve': call(
    z.strictObject({
      preset: id.optional(),
      settings: settingsDraft.optional(),
      /** `training.iterations=500`, as on the command line. */
      assignments: z.array(z.string().max(10_000)).max(500).optional(),
    }),
    returns<SettingsCheck>(),
  ),
  /** Everything that can be known before the first step: ranges, dataset, shapes, empty layers. */
  'settings.validate': call(z.strictObject({ settings: settingsDraft }), returns<SettingsCheck>()),
  /** @throws `invalid-settings` as `settings.validate` reports it. */
  'settings.summary': call(
    z.strictObject({
      settings: settingsDraft,
      workers: z.int().min(1).max(1024).optional(),
    }),
    returns<SettingsSummary>(),
  ),
  /** The command line that would run these settings. */
  'settings.command': call(
    z.strictObject({ settings: settingsDraft, name: name.optional() }),
    returns<string>(),
  ),
  /** Trains some hundred steps on an idle machine to know what the whole search costs. */
  'estimate.calibrate': call(
    z.strictObject({
      settings: settingsDraft,
      /** Of a sweep: all of its searches together. */
      sweep: sweepDraft.optional(),
      workers: z.int().min(1).max(1024).optional(),
    }),
    returns<CostEstimate>(),
  ),

  /** Saves a search and puts it at the end of the queue. */
  'search.launch': call(
    z.strictObject({
      settings: settingsDraft,
      name,
      /** Trainings side by side; one for each core by default. */
      workers: z.int().min(1).max(1024).optional(),
    }),
    returns<SearchRow>(),
  ),
  'search.list': call(
    z.strictObject({
      filter: searchFilter.prefault({}),
      sort: searchSort.prefault({}),
      limit: z.int().min(1).max(1000).default(100),
      offset: z.int().min(0).default(0),
    }),
    returns<SearchPage>(),
  ),
  /**
   * The history as it is shown: searches, and sweeps any of whose searches match, each followed by
   * those that do if it is expanded. A sweep is sorted by what its row shows in that column.
   */
  'history.lines': call(
    z.strictObject({
      filter: searchFilter.prefault({}),
      sort: searchSort.prefault({}),
      /** Ids of sweeps. */
      expanded: z.array(id).max(MOST_EXPANDED).default([]),
      limit: z.int().min(1).max(1000).default(100),
      offset: z.int().min(0).default(0),
    }),
    returns<HistoryPage>(),
  ),
  /** All ids that match, in order: what "select all" selects. */
  'search.ids': call(
    z.strictObject({ filter: searchFilter.prefault({}), sort: searchSort.prefault({}) }),
    returns<readonly string[]>(),
  ),
  'search.get': call(z.strictObject({ id }), returns<SearchDetail>()),
  /** Undefined until the first dense training has finished. */
  'search.result': call(z.strictObject({ id }), returns<SearchResult | undefined>()),
  'search.series': call(z.strictObject({ id }), returns<SearchSeries>()),
  /** Learning curves, those of running trainings as far as they are; all unless narrowed down. */
  'search.curves': call(
    z.strictObject({
      id,
      replicate: z.int().min(0).optional(),
      level: z.int().min(0).optional(),
      branch: id.optional(),
    }),
    returns<readonly LearningCurve[]>(),
  ),
  'search.trainings': call(z.strictObject({ id }), returns<readonly TrainingRow[]>()),
  /** Oldest first; the last `limit` entries. */
  'search.log': call(
    z.strictObject({ id, limit: z.int().min(1).max(10_000).default(1000) }),
    returns<readonly LogEntry[]>(),
  ),
  /** Holds a running search where it is, or keeps a queued one from starting. */
  'search.pause': call(z.strictObject({ id }), returns<SearchRow>()),
  /** Goes on with a paused search, or queues one that was interrupted or has failed. */
  'search.resume': call(
    z.strictObject({ id, workers: z.int().min(1).max(1024).optional() }),
    returns<SearchRow>(),
  ),
  /**
   * Ends a search so that it can be resumed later. `level-end` lets the running trainings, each one
   * level of a branch, come to their end first.
   */
  'search.stop': call(
    z.strictObject({ id, when: z.enum(STOP_MOMENTS).default('now') }),
    returns<SearchRow>(),
  ),
  /** The settings and a name for a new search like this one. */
  'search.clone': call(
    z.strictObject({ id }),
    returns<{ readonly name: string; readonly settings: WrittenSettings }>(),
  ),
  /** The command line that would run this search again. */
  'search.command': call(z.strictObject({ id }), returns<string>()),
  /** Every analysis asked for, with the search's settings or afterwards, oldest first. */
  'search.analyses': call(z.strictObject({ id }), returns<readonly AnalysisOverview[]>()),
  /**
   * Asks for an analysis. On a finished search it is queued like a resume and stopped by
   * `search.stop`; on one that is not, it is worked out when everything is trained. Asked for again,
   * it goes on with what is missing.
   */
  'search.analyse': call(
    z.strictObject({
      id,
      /** `{ id: 'instability', levels: [0, 3] }`; settings left out have their defaults. */
      analysis: jsonObjectSchema(20_000),
      workers: z.int().min(1).max(1024).optional(),
    }),
    returns<AnalysisOverview>(),
  ),
  /** What an analysis has found so far; charts of a part of it show the part that is selected. */
  'search.analysis': call(
    z.strictObject({
      id,
      analysis: z.int().min(1),
      selection: z
        .strictObject({
          level: z.int().min(0).optional(),
          /** Counted from 0. */
          replicate: z.int().min(0).optional(),
          branch: id.optional(),
          tensor: z.string().max(1000).optional(),
        })
        .default({}),
    }),
    returns<AnalysisDetail>(),
  ),
  /** Deletes an analysis with its results. */
  'search.forgetAnalysis': call(
    z.strictObject({ id, analysis: z.int().min(1) }),
    returns<undefined>(),
  ),
  /** How much the tickets of searches with one network have in common; computed when asked. */
  'search.overlap': call(
    z.strictObject({ ids: z.array(id).min(2).max(8) }),
    returns<SearchOverlap>(),
  ),
  'search.rename': call(z.strictObject({ id, name }), returns<SearchRow>()),
  'search.tag': call(
    z.strictObject({
      ids,
      add: z.array(tag).max(50).default([]),
      remove: z.array(tag).max(50).default([]),
    }),
    returns<readonly SearchRow[]>(),
  ),
  'search.note': call(z.strictObject({ id, note: z.string().max(100_000) }), returns<SearchRow>()),
  'search.archive': call(
    z.strictObject({ ids, archived: z.boolean() }),
    returns<readonly SearchRow[]>(),
  ),
  /** Marks them as deleted; `search.undelete` brings them back until they are purged. */
  'search.delete': call(
    z.strictObject({ ids }),
    returns<{
      readonly ids: readonly string[];
      /** Unix time, milliseconds, after which they can't be brought back. */
      readonly purgedAfter: number;
    }>(),
  ),
  'search.undelete': call(z.strictObject({ ids }), returns<readonly SearchRow[]>()),
  'search.export': call(
    z.strictObject({
      id,
      what: z.enum(EXPORT_SUBJECTS),
      /** The id of an export format of the catalog. */
      format: id,
      /** Masks, weights and charts of one training: of this level; the last one by default. */
      level: z.int().min(0).optional(),
      /** Counted from 0. */
      replicate: z.int().min(0).default(0),
      branch: id.default('ticket'),
      chart: id.default('accuracy'),
      /** For analyses: which one, by its number; all by default, for charts the last one that fits. */
      analysis: z.int().min(1).optional(),
    }),
    returns<DownloadableFile>(),
  ),
  /** Every grid point checked, and what the sweep would cost; nothing is written. */
  'sweep.plan': call(
    z.strictObject({
      settings: settingsDraft,
      sweep: sweepDraft,
      workers: z.int().min(1).max(1024).optional(),
    }),
    returns<SweepCheck>(),
  ),
  /** Saves a search for every grid point, all of them or none, and queues them to run together. */
  'sweep.launch': call(
    z.strictObject({
      settings: settingsDraft,
      sweep: sweepDraft,
      name,
      /** Trainings side by side, over all searches; one for each core by default. */
      workers: z.int().min(1).max(1024).optional(),
    }),
    returns<SweepDetail>(),
  ),
  'sweep.get': call(z.strictObject({ id }), returns<SweepDetail>()),
  'sweep.table': call(z.strictObject({ id }), returns<SweepTable>()),
  /** A line for each grid point, named by its label, for `comparisonChart`. */
  'sweep.series': call(z.strictObject({ id }), returns<readonly SearchSeries[]>()),
  /** As `search.pause`, `search.resume` and `search.stop` of each search that can be. */
  'sweep.pause': call(z.strictObject({ id }), returns<SweepDetail>()),
  'sweep.resume': call(
    z.strictObject({ id, workers: z.int().min(1).max(1024).optional() }),
    returns<SweepDetail>(),
  ),
  'sweep.stop': call(
    z.strictObject({ id, when: z.enum(STOP_MOMENTS).default('now') }),
    returns<SweepDetail>(),
  ),
  'sweep.export': call(
    z.strictObject({
      id,
      what: z.enum(SWEEP_EXPORT_SUBJECTS),
      /** The id of an export format of the catalog. */
      format: id,
      /** What a chart shows over density. */
      chart: z.enum(DENSITY_CHARTS).default('accuracy'),
    }),
    returns<DownloadableFile>(),
  ),
  /** Every tag in use, most used first. */
  tags: call(nothing, returns<readonly TagCount[]>()),

  /** What the window keeps over a restart, by key. */
  'preferences.get': call(nothing, returns<Readonly<Record<string, Json>>>()),
  /** `null` forgets the key. */
  'preferences.set': call(
    z.strictObject({
      key: z.string().regex(/^[a-z][a-zA-Z0-9.-]{0,99}$/, {
        error: 'a letter followed by letters, digits, dots and hyphens',
      }),
      value: jsonSchema(100_000),
    }),
    returns<undefined>(),
  ),
  health: call(nothing, returns<Health>()),

  /** A native dialog for a file or folder; undefined if it was cancelled. */
  'host.pickPath': call(
    z.strictObject({ kind: z.enum(['file', 'folder']), title: z.string().max(200) }),
    returns<string | undefined>(),
  ),
  /** A native dialog for where to save; the path, or undefined if it was cancelled. */
  'host.saveFile': call(
    z.strictObject({
      name: z.string().min(1).max(200),
      bytes: z.instanceof(Uint8Array),
    }),
    returns<string | undefined>(),
  ),
} as const;

export type CallName = keyof typeof CALLS;

/** What a caller passes; defaults may be left out. */
export type CallInput<Name extends CallName> = z.input<(typeof CALLS)[Name]['input']>;

/** What a handler is given: validated, with defaults filled in. */
export type CallArguments<Name extends CallName> = z.output<(typeof CALLS)[Name]['input']>;

export type CallValue<Name extends CallName> =
  (typeof CALLS)[Name] extends Call<z.ZodType, infer Value> ? Value : never;

/** A call's outcome as it travels. */
export type CallResult<Value> =
  | { readonly ok: true; readonly value: Value }
  | { readonly ok: false; readonly error: ErrorReport };

export type SearchFilter = CallArguments<'search.list'>['filter'];
export type SearchSort = CallArguments<'search.list'>['sort'];
export type SearchQuery = CallArguments<'search.list'>;
export type LinesQuery = CallArguments<'history.lines'>;

export function isCallName(text: string): text is CallName {
  return Object.hasOwn(CALLS, text);
}
