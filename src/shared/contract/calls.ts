/**
 * Every call of the workbench, declared once: its name, its input and its value. Handlers, the client,
 * validation and the window's forms follow from this table. A missing handler or an argument of the
 * wrong type is a compile error.
 */
import { z } from 'zod';
import { chartLookChoice } from './chart-look.ts';
import { CURVE_MEASURES } from '../charts/curve-measures.ts';
import { DENSITY_CHARTS } from '../charts/density-chart.ts';
import { CHART_THEME_NAMES } from '../charts/palette.ts';
import type { WrittenBundle } from '../domain/bundle.ts';
import type { DataReading } from '../domain/data-summary.ts';
import { epochs } from '../domain/duration.ts';
import type { ExtensionRequest } from '../domain/extension.ts';
import { MOST_COMPARED } from '../domain/most-compared.ts';
import type { SearchResult } from '../domain/search.ts';
import { MAXIMUM_GRID_POINTS, type SweepDraft } from '../domain/sweep.ts';
import type { WrittenSettings } from '../domain/settings.ts';
import { VERDICT_KINDS } from '../domain/verdict.ts';
import { COMPARED_AT } from '../history/baseline.ts';
import { type KnownSetting, SETTING_PATH } from '../history/fields.ts';
import { MOST_EXPANDED } from '../history/most-expanded.ts';
import { type OwnSeries, ownSeriesSchema, type PublishedFile } from '../published/schema.ts';
import { chartSchema } from './chart-schema.ts';
import type { ErrorReport } from './errors.ts';
import { type Json, jsonObjectSchema, jsonSchema } from './json.ts';
import { type About, type CrashNotice, FOLDERS } from './records/about.ts';
import type { AnalysisDetail, AnalysisOverview, SearchOverlap } from './records/analyses.ts';
import type {
  BackupContents,
  BackupOverview,
  RestoredBackup,
  WrittenBackup,
} from './records/backups.ts';
import {
  type BundleDownload,
  type MergedBundle,
  type RunningBundle,
  TRANSFER_PART_BYTES,
} from './records/bundles.ts';
import type { SubmittedSearch } from './records/submissions.ts';
import {
  type Catalog,
  COMPARISON_EXPORT_SUBJECTS,
  EXPORT_SUBJECTS,
  type Preset,
  SWEEP_EXPORT_SUBJECTS,
} from './records/catalog.ts';
import type { DatasetOverview } from './records/datasets.ts';
import type { HistoryPage, SearchPage, TagCount, ValueCount } from './records/history.ts';
import type { DownloadableFile, Health } from './records/host.ts';
import { STOP_MOMENTS } from './records/live.ts';
import type { PlugInOverview } from './records/plug-ins.ts';
import type {
  CostEstimate,
  ExtensionPreview,
  ResolvedSettings,
  SearchAdvice,
  SettingsReview,
  SettingsSummary,
  SweepCheck,
} from './records/planning.ts';
import type { ReproductionOverview } from './records/reproductions.ts';
import type {
  LearningCurve,
  LogEntry,
  SearchData,
  SearchDetail,
  SearchSeries,
  TrainingRow,
} from './records/search-results.ts';
import { SEARCH_STATES, type SearchRow } from './records/search-rows.ts';
import type { DropPreview, FreedSpace, StorageOverview, TrashContents } from './records/storage.ts';
import type { SweepDetail, SweepResults } from './records/sweeps.ts';
import type { TensorFlowStatus } from './records/tensorflow.ts';
import type {
  TicketComparison,
  TicketFate,
  TicketMask,
  TicketOverview,
  TicketPaths,
} from './records/tickets.ts';
import { SWEEP_METRIC_IDS } from '../sweep/sweep-metrics.ts';
import type { InputMap } from '../ticket/input-map.ts';
import type { UnitWeights } from '../ticket/unit-weights.ts';

declare const VALUE: unique symbol;

/** Carries the type of a call's value. It is empty at run time. */
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

/** The id of a search or a registered entry. The bound keeps hostile ids out of error messages. */
const id = z.string().min(1).max(64);

/** One search or as many as a history holds: every change in the history works in bulk. */
const ids = z.array(id).min(1).max(100_000);

/** Handlers check it further. */
const filePath = z.string().min(1).max(4096);

/** A window makes up an id for each merge and each export of a bundle: `bundle.stop` ends it. */
const task = id;

/** What a bundle takes. */
const bundled = {
  task,
  /** Ids of searches and sweeps. */
  ids,
  /** Counted from 0; those that every search has. All of them by default. */
  replicates: z.array(z.int().min(0).max(100_000)).min(1).max(1000).optional(),
  withWeights: z.boolean().default(true),
};

const name = z.string().trim().min(1).max(200);

const tag = z
  .string()
  .trim()
  .min(1)
  .max(60)
  .refine((text) => !text.includes(','), { error: 'a tag without a comma' });

/** Unchecked settings. Handlers check them against the registries. */
const settingsDraft = jsonObjectSchema(500_000);

/** A finished training of a search. */
const trainingPlace = {
  /** Counted from 0. */
  replicate: z.int().min(0).max(100_000),
  level: z.int().min(0).max(100_000),
  branch: z.string().min(1).max(200),
};

const tensorName = z.string().min(1).max(1000);

/** How a chart is drawn as a file. Handlers check that its size is within range. */
const drawing = {
  look: chartLookChoice.optional(),
  theme: z.enum(CHART_THEME_NAMES).optional(),
};

/** The methods paragraph of a report, in Markdown. By default it is written from the settings. */
const methods = z.string().max(100_000).optional();

/** The points of others in charts against density. By default the published figures that fit. */
const points = z
  .strictObject({
    isPublishedShown: z.boolean(),
    own: z.array(ownSeriesSchema).max(1000).readonly(),
  })
  .optional();

/** Searches beside each other. Unless another is named, the first is the reference. */
const comparedIds = z.array(id).min(2).max(MOST_COMPARED);

/** How much of a published experiment is run. */
const reproductionSize = {
  /** The length of trainings; 1 is in full. */
  scale: z.number().gt(0).lte(1).default(1),
  /** At most so many; all by default. */
  replicates: z.int().min(1).max(1000).optional(),
};

const rangeEnd = z.union([z.number(), epochs]);

/** A list of values or a range for each swept path. Handlers check it further. */
const sweepDraft: z.ZodType<SweepDraft> = z.record(
  z.string().min(1).max(200),
  z.union([
    z.array(jsonSchema(10_000)).max(1000),
    z.strictObject({ from: rangeEnd, to: rangeEnd, step: rangeEnd }),
    z.strictObject({ from: rangeEnd, to: rangeEnd, factor: z.number() }),
  ]),
);

/** What to add to a search. Handlers check it against its settings. */
const extensionRequest: z.ZodType<ExtensionRequest> = z.strictObject({
  replicates: z.int().min(0).max(1000).optional(),
  levels: z.int().min(0).max(100).optional(),
  densities: z.array(z.number().gt(0).lt(1)).max(100).optional(),
  branches: z
    .array(z.union([id, z.looseObject({ id })]))
    .max(50)
    .optional(),
});

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
  'waited',
  'verdict',
  'verdict-density',
  'dense-accuracy',
  'best-accuracy',
  'effect',
  'early-stop',
] as const;
/** A column of its own, or the setting at a path. */
export type SortColumn = (typeof SORT_COLUMNS)[number] | `setting:${string}`;

const settingPath = z.string().max(200).regex(SETTING_PATH, { error: 'the path of a setting' });

const settingSort = z.custom<`setting:${string}`>(
  (value) =>
    typeof value === 'string' &&
    value.startsWith('setting:') &&
    settingPath.safeParse(value.slice('setting:'.length)).success,
  { error: 'a column, or "setting:" and the path of a setting' },
);

/** Which searches to list. They must match every part. */
const searchFilter = z.strictObject({
  /**
   * Words, `"exact text"` and comparisons such as `lr>0.001`: shared/history/filter.ts. What is not
   * understood is left out.
   */
  text: z.string().max(2000).default(''),
  states: z.array(z.enum(SEARCH_STATES)).max(20).default([]),
  verdicts: z
    .array(z.enum([...VERDICT_KINDS, 'none']))
    .max(20)
    .default([]),
  /** All must match. */
  tags: z.array(tag).max(50).default([]),
  /** Any may match; the same holds for architectures and strategies. */
  datasets: z.array(id).max(50).default([]),
  architectures: z.array(id).max(50).default([]),
  strategies: z.array(id).max(50).default([]),
  archived: z.enum(['exclude', 'include', 'only']).default('exclude'),
  /** Unix time, milliseconds. */
  createdFrom: z.number().optional(),
  createdTo: z.number().optional(),
});

const searchSort = z.strictObject({
  column: z.union([z.enum(SORT_COLUMNS), settingSort]).default('created'),
  direction: z.enum(['ascending', 'descending']).default('descending'),
});

export const CALLS = {
  catalog: call(nothing, returns<Catalog>()),
  presets: call(nothing, returns<readonly Preset[]>()),
  datasets: call(nothing, returns<readonly DatasetOverview[]>()),
  /**
   * Starts to download a dataset. Events follow: `dataset-progress`, `dataset-changed`, `dataset-failed`.
   * An interrupted download continues where it broke off.
   */
  'dataset.fetch': call(z.strictObject({ id }), returns<undefined>()),
  /** Starts to add a dataset from files, archives or folders on this machine. The same events follow. */
  'dataset.add': call(
    z.strictObject({ id, paths: z.array(z.string().min(1).max(4096)).min(1).max(100) }),
    returns<undefined>(),
  ),
  /**
   * Reads the dataset of these settings, and says what was read and what looks wrong. Undefined if it
   * has more features than `most`, all examples together.
   */
  'dataset.read': call(
    z.strictObject({ settings: settingsDraft, most: z.int().min(1).optional() }),
    returns<DataReading | undefined>(),
  ),
  /** Stops a `dataset.fetch` or `dataset.add`. Does nothing if none is running. */
  'dataset.stop': call(z.strictObject({ id }), returns<undefined>()),

  /** Completes settings: a preset, overridden by any part of the settings. */
  'settings.resolve': call(
    z.strictObject({
      preset: id.optional(),
      settings: settingsDraft.optional(),
      /** `training.iterations=500`, as on the command line. */
      assignments: z.array(z.string().max(10_000)).max(500).optional(),
    }),
    returns<ResolvedSettings>(),
  ),
  /**
   * Checks everything that can be checked before the first step: ranges, dataset, shapes, empty layers. Settings
   * without a problem come with their summary, which follows from the same plan.
   */
  'settings.validate': call(
    z.strictObject({
      settings: settingsDraft,
      workers: z.int().min(1).max(1024).optional(),
    }),
    returns<SettingsReview>(),
  ),
  /** @throws `invalid-settings` with the problems that `settings.validate` would report. */
  'settings.summary': call(
    z.strictObject({
      settings: settingsDraft,
      workers: z.int().min(1).max(1024).optional(),
    }),
    returns<SettingsSummary>(),
  ),
  /** The command line that would run these settings. */
  'settings.command': call(
    z.strictObject({
      settings: settingsDraft,
      /** If given, the command runs the sweep. */
      sweep: sweepDraft.optional(),
      name: name.optional(),
    }),
    returns<string>(),
  ),
  /** Trains a few hundred steps to estimate the cost of the whole search. Needs an idle machine. */
  'estimate.calibrate': call(
    z.strictObject({
      settings: settingsDraft,
      /** If given, the estimate covers all searches of the sweep. */
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
      /** The number of concurrent trainings; one per core by default. */
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
   * The history as it is shown: searches that match, and sweeps with at least one search that matches.
   * An expanded sweep is followed by its matching searches. A sweep is sorted by the value its row
   * shows in that column.
   */
  'history.lines': call(
    z.strictObject({
      filter: searchFilter.prefault({}),
      sort: searchSort.prefault({}),
      /** Ids of sweeps. */
      expanded: z.array(id).max(MOST_EXPANDED).default([]),
      /** Paths of settings that the lines are to have. */
      settings: z.array(settingPath).max(100).default([]),
      /** The search that the differences of the lines are from. */
      baseline: id.optional(),
      comparedAt: z.enum(COMPARED_AT).default('density'),
      limit: z.int().min(1).max(1000).default(100),
      offset: z.int().min(0).default(0),
    }),
    returns<HistoryPage>(),
  ),
  /** The ids of all searches that match, in order, for "select all". */
  'search.ids': call(
    z.strictObject({ filter: searchFilter.prefault({}), sort: searchSort.prefault({}) }),
    returns<readonly string[]>(),
  ),
  /** The settings that saved searches have, by path. */
  'history.settings': call(nothing, returns<readonly KnownSetting[]>()),
  /** The commonest values of a field of the filter or of a setting. */
  'history.values': call(
    z.strictObject({ name: z.string().min(1).max(200) }),
    returns<readonly ValueCount[]>(),
  ),
  /** All searches that match, in order, as a table with these columns. */
  'history.export': call(
    z.strictObject({
      filter: searchFilter.prefault({}),
      sort: searchSort.prefault({}),
      /** Ids of columns. */
      columns: z.array(z.string().max(220)).max(200),
      baseline: id.optional(),
      comparedAt: z.enum(COMPARED_AT).default('density'),
      format: z.enum(['csv', 'csv-spreadsheet']).default('csv'),
    }),
    returns<DownloadableFile>(),
  ),
  'search.get': call(z.strictObject({ id }), returns<SearchDetail>()),
  /** Undefined until the first dense training has finished. */
  'search.result': call(z.strictObject({ id }), returns<SearchResult | undefined>()),
  /** What was read of the search's datasets; empty before its first start. */
  'search.data': call(z.strictObject({ id }), returns<readonly SearchData[]>()),
  'search.series': call(z.strictObject({ id }), returns<SearchSeries>()),
  /**
   * Learning curves of the chosen trainings, or of all. Curves of running trainings are incomplete. With
   * `drawn`, long ones have only what can be drawn of them, all over and in the range; otherwise they have
   * every evaluation of the range.
   */
  'search.curves': call(
    z.strictObject({
      id,
      replicate: z.int().min(0).optional(),
      levels: z.array(z.int().min(0)).max(10_000).optional(),
      branch: id.optional(),
      range: z.strictObject({ from: z.number(), to: z.number() }).optional(),
      drawn: z
        .strictObject({
          measure: z.enum(CURVE_MEASURES),
          isMean: z.boolean(),
          smoothing: z.number().min(0).lt(1),
          isLogarithmic: z.boolean(),
          columns: z.int().min(1).max(10_000),
        })
        .optional(),
    }),
    returns<readonly LearningCurve[]>(),
  ),
  'search.trainings': call(z.strictObject({ id }), returns<readonly TrainingRow[]>()),
  /** The last `limit` entries, oldest first. */
  'search.log': call(
    z.strictObject({ id, limit: z.int().min(1).max(10_000).default(1000) }),
    returns<readonly LogEntry[]>(),
  ),
  /** Pauses a running search, or keeps a queued one from starting. */
  'search.pause': call(z.strictObject({ id }), returns<SearchRow>()),
  /** Continues a paused search, or queues one that was interrupted or failed. */
  'search.resume': call(
    z.strictObject({ id, workers: z.int().min(1).max(1024).optional() }),
    returns<SearchRow>(),
  ),
  /**
   * Ends a search so that it can be resumed later. `level-end` lets the running trainings finish first;
   * each of them is one level of a branch.
   */
  'search.stop': call(
    z.strictObject({ id, when: z.enum(STOP_MOMENTS).default('now') }),
    returns<SearchRow>(),
  ),
  /** What extending a search would add, and how long it takes. Changes nothing. */
  'search.previewExtension': call(
    z.strictObject({
      id,
      extension: extensionRequest,
      workers: z.int().min(1).max(1024).optional(),
    }),
    returns<ExtensionPreview>(),
  ),
  /**
   * Adds replicates, levels or branches to a search that has ended, and queues it. What it has trained
   * is kept.
   */
  'search.extend': call(
    z.strictObject({
      id,
      extension: extensionRequest,
      workers: z.int().min(1).max(1024).optional(),
    }),
    returns<SearchRow>(),
  ),
  /** What to do next with a search; undefined until it has finished with a pruned level. */
  'search.advice': call(
    z.strictObject({ id, workers: z.int().min(1).max(1024).optional() }),
    returns<SearchAdvice | undefined>(),
  ),
  /** The settings and a name for a new search like this one. */
  'search.clone': call(
    z.strictObject({ id }),
    returns<{ readonly name: string; readonly settings: WrittenSettings }>(),
  ),
  /** The command line that would run this search again. */
  'search.command': call(z.strictObject({ id }), returns<string>()),
  /** Every analysis requested in the search's settings or afterwards, oldest first. */
  'search.analyses': call(z.strictObject({ id }), returns<readonly AnalysisOverview[]>()),
  /**
   * Requests an analysis. For a finished search it is queued as if the search were resumed, and
   * `search.stop` stops it. Otherwise it runs once everything is trained. Requesting it again runs the
   * units that are missing.
   */
  'search.analyse': call(
    z.strictObject({
      id,
      /** `{ id: 'instability', levels: [0, 3] }`; omitted settings take their defaults. */
      analysis: jsonObjectSchema(20_000),
      workers: z.int().min(1).max(1024).optional(),
    }),
    returns<AnalysisOverview>(),
  ),
  /** The results of an analysis so far. Charts of one part show the part that is selected. */
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
  /** Deletes an analysis and its results. */
  'search.forgetAnalysis': call(
    z.strictObject({ id, analysis: z.int().min(1) }),
    returns<undefined>(),
  ),
  /**
   * The mask overlap between tickets of searches with the network of the reference, by default the first;
   * computed on request. The others are left out, with the reason.
   */
  'search.overlap': call(
    z.strictObject({
      ids: comparedIds,
      reference: id.optional(),
      /** Every search with every other, or only with the reference. */
      pairs: z.enum(['all', 'reference']).default('all'),
    }),
    returns<SearchOverlap>(),
  ),
  /** What the Ticket tab can show of a search: layers, trainings, and what they took. */
  'ticket.overview': call(z.strictObject({ id }), returns<TicketOverview>()),
  'ticket.mask': call(
    z.strictObject({ id, ...trainingPlace, tensor: tensorName }),
    returns<TicketMask>(),
  ),
  /** What the first layer keeps of each input. */
  'ticket.inputs': call(z.strictObject({ id, ...trainingPlace }), returns<InputMap>()),
  /** The weights of some units of a kernel. `first` is counted from 0. */
  'ticket.units': call(
    z.strictObject({
      id,
      ...trainingPlace,
      tensor: tensorName,
      first: z.int().min(0),
      count: z.int().min(1).max(64),
    }),
    returns<UnitWeights>(),
  ),
  /** Initial against final weights of a tensor, or of all prunable ones. */
  'ticket.fate': call(
    z.strictObject({ id, ...trainingPlace, tensor: tensorName.optional() }),
    returns<TicketFate>(),
  ),
  /** How many weights of each layer lie on a path of kept weights from input to output. */
  'ticket.paths': call(z.strictObject({ id, ...trainingPlace }), returns<TicketPaths>()),
  /** Two masks against each other, also those of two searches with the same network. */
  'ticket.compare': call(
    z.strictObject({
      id,
      ...trainingPlace,
      other: z.strictObject({ id, ...trainingPlace }),
    }),
    returns<TicketComparison>(),
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
  /** Marks searches as deleted. `search.undelete` restores them until they are purged. */
  'search.delete': call(
    z.strictObject({ ids }),
    returns<{
      readonly ids: readonly string[];
      /** Unix time, milliseconds, after which they can't be restored. */
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
      /** The level of masks, weights and charts of one training; the last one by default. */
      level: z.int().min(0).optional(),
      /** Counted from 0. */
      replicate: z.int().min(0).default(0),
      branch: id.default('ticket'),
      chart: id.default('accuracy'),
      /** The tensor of a mask or of weights as a chart. */
      tensor: tensorName.optional(),
      /** The analysis to export. By default all of them, or for a chart the last one that fits. */
      analysis: z.int().min(1).optional(),
      methods,
      points,
      ...drawing,
    }),
    returns<DownloadableFile>(),
  ),
  /** A search for another program: PyTorch, ONNX Runtime, TensorBoard… `export-progress` follows. */
  'search.exportFor': call(
    z.strictObject({
      id,
      /** The id of one of the catalog's programs. */
      program: id,
      /** For a program that takes one subnetwork: its level; the last one by default. */
      level: z.int().min(0).optional(),
      /** Counted from 0. */
      replicate: z.int().min(0).default(0),
      branch: id.default('ticket'),
    }),
    returns<DownloadableFile>(),
  ),
  /** Ends `search.exportFor` of that search, which then fails as `interrupted`. */
  'search.stopExportFor': call(z.strictObject({ id }), returns<undefined>()),
  /** Draws a chart of the window as a file, with the same code as every other export of a chart. */
  'chart.export': call(
    z.strictObject({
      chart: chartSchema,
      theme: z.enum(CHART_THEME_NAMES),
      look: chartLookChoice.optional(),
      /** The id of an export format of the catalog. */
      format: id,
      /** The name of the file, without its ending. */
      name: z.string().max(1000),
    }),
    returns<DownloadableFile>(),
  ),
  /** The published figures that charts against density can show. */
  'published.list': call(nothing, returns<readonly PublishedFile[]>()),
  /** One's own points for charts against density, from the text of a CSV file. Saves nothing. */
  'published.readPoints': call(
    z.strictObject({ name: z.string().min(1).max(255), text: z.string().max(200_000) }),
    returns<readonly OwnSeries[]>(),
  ),
  /** The published experiments that can be reproduced, with cost, searches and claims so far. */
  'reproduce.list': call(
    z.strictObject({ ...reproductionSize, workers: z.int().min(1).max(1024).optional() }),
    returns<readonly ReproductionOverview[]>(),
  ),
  /** Saves the searches of an experiment that are not saved yet, and queues what is not finished. */
  'reproduce.start': call(
    z.strictObject({
      name: id,
      ...reproductionSize,
      /** The number of concurrent trainings; one per core by default. */
      workers: z.int().min(1).max(1024).optional(),
    }),
    returns<ReproductionOverview>(),
  ),
  /** Trains a few steps to estimate the cost of an experiment. Needs an idle machine. */
  'reproduce.calibrate': call(
    z.strictObject({
      name: id,
      ...reproductionSize,
      workers: z.int().min(1).max(1024).optional(),
    }),
    returns<ReproductionOverview>(),
  ),
  /** Checks every grid point and estimates the cost of the sweep. Saves nothing. */
  'sweep.plan': call(
    z.strictObject({
      settings: settingsDraft,
      sweep: sweepDraft,
      workers: z.int().min(1).max(1024).optional(),
    }),
    returns<SweepCheck>(),
  ),
  /** Saves a search for every grid point, all or none, and queues them to run together. */
  'sweep.launch': call(
    z.strictObject({
      settings: settingsDraft,
      sweep: sweepDraft,
      name,
      /** The number of concurrent trainings over all searches; one per core by default. */
      workers: z.int().min(1).max(1024).optional(),
    }),
    returns<SweepDetail>(),
  ),
  'sweep.get': call(z.strictObject({ id }), returns<SweepDetail>()),
  'sweep.results': call(z.strictObject({ id }), returns<SweepResults>()),
  /** These three apply `search.pause`, `search.resume` or `search.stop` to every search they can. */
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
      /** The quantity that a chart shows against density. */
      chart: z.enum(DENSITY_CHARTS).default('accuracy'),
      /** What a table and a report are about. Default: accuracy of the last ticket of each search. */
      metric: z.enum(SWEEP_METRIC_IDS).optional(),
      branch: id.optional(),
      level: z.int().min(0).optional(),
      /** In place of a level: the one of each search that is nearest. */
      density: z.number().gt(0).max(1).optional(),
      /** The rows of a table, in their order. Default: all searches. */
      searches: z.array(id).max(MAXIMUM_GRID_POINTS).optional(),
      methods,
      points,
      ...drawing,
    }),
    returns<DownloadableFile>(),
  ),
  /** Levels of several searches at equal densities: as a table, a chart or a report. */
  'comparison.export': call(
    z.strictObject({
      ids: comparedIds,
      /** The search that differences are from. Default: the first. */
      reference: id.optional(),
      what: z.enum(COMPARISON_EXPORT_SUBJECTS),
      /** The id of an export format of the catalog. */
      format: id,
      branch: id.default('ticket'),
      /** The quantity that a chart shows against density. */
      chart: z.enum(DENSITY_CHARTS).default('accuracy'),
      /** By search: its place among the colours of lines. Default: in order. */
      colours: z
        .array(
          z
            .int()
            .min(0)
            .max(MOST_COMPARED - 1),
        )
        .max(MOST_COMPARED)
        .optional(),
      /** The masks that a report compares: of all searches, or of the reference with the others. */
      pairs: z.enum(['all', 'reference']).default('reference'),
      methods,
      points,
      ...drawing,
    }),
    returns<DownloadableFile>(),
  ),
  /** The methods paragraph that a report would have, to be edited. */
  'report.methods': call(
    z.strictObject({
      subject: z.discriminatedUnion('kind', [
        z.strictObject({ kind: z.literal('search'), id }),
        z.strictObject({ kind: z.literal('sweep'), id }),
        z.strictObject({ kind: z.literal('comparison'), ids: comparedIds }),
      ]),
    }),
    returns<string>(),
  ),
  /** Every tag in use, most used first. */
  tags: call(nothing, returns<readonly TagCount[]>()),

  /** What the window remembers across restarts, by key. None of it changes what the workbench does. */
  'preferences.get': call(nothing, returns<Readonly<Record<string, Json>>>()),
  /** `null` deletes the key. */
  'preferences.set': call(
    z.strictObject({
      key: z.string().regex(/^[a-z][a-zA-Z0-9.-]{0,99}$/, {
        error: 'a letter followed by letters, digits, dots and hyphens',
      }),
      value: jsonSchema(100_000),
    }),
    returns<undefined>(),
  ),
  /** The setting for plug-ins, and those loaded in this run. */
  'plugIns.get': call(nothing, returns<PlugInOverview>()),
  /**
   * Turns the setting on or off, from the next start on. It concerns one folder, which no call names.
   * Where the host asks the user first, the value says what came of it.
   */
  'plugIns.set': call(z.strictObject({ isOn: z.boolean() }), returns<PlugInOverview>()),
  /** Shows that folder in the system's file manager. */
  'plugIns.openFolder': call(nothing, returns<undefined>()),
  /** Whether TensorFlow is set up, and what setting it up would take. */
  'tensorflow.status': call(nothing, returns<TensorFlowStatus>()),
  /**
   * Downloads TensorFlow and sets it up, or continues what was paused. `tensorflow-changed` follows
   * whenever something changes.
   */
  'tensorflow.start': call(nothing, returns<TensorFlowStatus>()),
  /** Stops the setup and keeps what has been downloaded, also over a restart. */
  'tensorflow.pause': call(nothing, returns<TensorFlowStatus>()),
  /** Stops the setup and deletes what has been downloaded. */
  'tensorflow.cancel': call(nothing, returns<TensorFlowStatus>()),
  /**
   * Sets TensorFlow up from a folder or file on this machine. Where the host has dialogs, the user
   * chooses it outside the page, which can't name it then.
   */
  'tensorflow.use': call(
    z.strictObject({
      kind: z.enum(['file', 'folder']),
      path: z.string().min(1).max(4096).optional(),
    }),
    returns<TensorFlowStatus>(),
  ),
  health: call(nothing, returns<Health>()),

  /** The backups in the folder `backups`, and the setting for nightly ones. */
  'backup.list': call(nothing, returns<BackupOverview>()),
  /**
   * Writes a checked copy of all searches while others run. A host with dialogs asks where; the value is
   * undefined if that was cancelled. Elsewhere it goes to `path`, by default in the folder `backups`.
   */
  'backup.make': call(
    z.strictObject({ path: filePath.optional() }),
    returns<WrittenBackup | undefined>(),
  ),
  /**
   * Reads a backup: one of the folder by its name, or one that the host's dialog asks for. A host without
   * dialogs takes a path. Undefined if the dialog was cancelled.
   */
  'backup.inspect': call(
    z.strictObject({ name: z.string().min(1).max(255).optional(), path: filePath.optional() }),
    returns<BackupContents | undefined>(),
  ),
  /**
   * Puts the backup that was inspected last in the place of all searches. Running searches are stopped.
   * What was there is kept beside it.
   */
  'backup.restore': call(z.strictObject({ file: filePath }), returns<RestoredBackup>()),
  'backup.setNightly': call(z.strictObject({ isOn: z.boolean() }), returns<BackupOverview>()),

  /**
   * Merges a bundle of this machine, whole or not at all. One bundle is merged or written at a time; others
   * wait for their turn. `bundle-progress` follows.
   *
   * In Electron, a page can't call it: its preload script does, for a file that the user has chosen or
   * dropped. Both are in one process, so the main process can't tell who has called. Whoever has taken over
   * that process can name any path, and learns whether a file is there and why it is no bundle.
   */
  'bundle.merge': call(z.strictObject({ path: filePath, task }), returns<MergedBundle>()),
  /**
   * Writes searches as a bundle. A host with dialogs asks where; the value is undefined if that was
   * cancelled. Elsewhere it goes to `path`. It waits for its turn, as `bundle.merge`. `bundle-progress`
   * follows.
   */
  'bundle.write': call(
    z.strictObject({ ...bundled, path: filePath.optional() }),
    returns<WrittenBundle | undefined>(),
  ),
  /**
   * Ends a merge or an export that waits or runs, and no other one: it then fails as `interrupted`. Nothing
   * happens if it has ended.
   */
  'bundle.stop': call(z.strictObject({ task }), returns<undefined>()),
  /** What waits and runs now: a window that is opened or reloaded meanwhile has missed its beginning. */
  'bundle.running': call(nothing, returns<readonly RunningBundle[]>()),
  /**
   * Begins to take a bundle of another machine in parts, which `bundle.mergeUpload` then merges. Room for
   * all of it is kept free. In Electron, which reads and writes files where they are, nothing travels.
   */
  'bundle.beginUpload': call(
    z.strictObject({ bytes: z.int().min(1) }),
    returns<{ readonly transfer: string }>(),
  ),
  /** The next part. @param offset as many bytes as have arrived. */
  'bundle.addToUpload': call(
    z.strictObject({
      transfer: id,
      offset: z.int().min(0),
      part: z
        .instanceof(Uint8Array)
        .refine(({ length }) => length > 0 && length <= TRANSFER_PART_BYTES, {
          error: `1 to ${TRANSFER_PART_BYTES} bytes`,
        }),
    }),
    returns<undefined>(),
  ),
  /** Merges it, as `bundle.merge`; then it is gone. @param name of the file. */
  'bundle.mergeUpload': call(
    z.strictObject({ transfer: id, name: z.string().min(1).max(255), task }),
    returns<MergedBundle>(),
  ),
  /** Writes searches as a bundle that a browser fetches in parts. `bundle-progress` follows. */
  'bundle.beginDownload': call(z.strictObject(bundled), returns<BundleDownload>()),
  'bundle.readDownload': call(
    z.strictObject({ transfer: id, offset: z.int().min(0) }),
    returns<Uint8Array<ArrayBuffer>>(),
  ),
  /** Forgets an upload or a download, complete or not. What is merged or written of it goes on. */
  'bundle.endTransfer': call(z.strictObject({ transfer: id }), returns<undefined>()),

  /** The shards of a search that was submitted from this data directory; undefined for any other. */
  'search.shards': call(z.strictObject({ id }), returns<SubmittedSearch | undefined>()),

  /** What takes space. `storage-progress` follows while it is measured. */
  'storage.overview': call(nothing, returns<StorageOverview>()),
  /** What `storage.dropWeights` would free. Changes nothing. */
  'storage.previewDrop': call(z.strictObject({ ids }), returns<DropPreview>()),
  /**
   * Drops the weights of finished searches for good, and keeps masks and measurements. A search that
   * needs its weights is left as it is.
   */
  'storage.dropWeights': call(z.strictObject({ ids }), returns<FreedSpace>()),
  /** Searches marked as deleted. `search.undelete` restores them. */
  'trash.list': call(nothing, returns<TrashContents>()),
  /** Deletes searches of the trash for good. */
  'trash.delete': call(z.strictObject({ ids }), returns<FreedSpace>()),

  about: call(nothing, returns<About>()),
  /** The licence notices of everything that is bundled. */
  'about.licences': call(nothing, returns<string>()),
  /** Shows a folder in the system's file manager. No call names another one. */
  'about.openFolder': call(z.strictObject({ folder: z.enum(FOLDERS) }), returns<undefined>()),
  /** How the last run ended, if that was unexpected and no window has been told before. */
  'about.crash': call(nothing, returns<CrashNotice | undefined>()),
  'about.dismissCrash': call(nothing, returns<undefined>()),

  /** Opens a native dialog for a file or folder; undefined if it was cancelled. */
  'host.pickPath': call(
    z.strictObject({ kind: z.enum(['file', 'folder']), title: z.string().max(200) }),
    returns<string | undefined>(),
  ),
  /** Makes the command `ticket` known to the user's terminals. A message of the host says what came of it. */
  'host.installCommand': call(nothing, returns<undefined>()),
  /** Opens a native dialog to save a file. Returns the path, or undefined if it was cancelled. */
  'host.saveFile': call(
    z.strictObject({
      name: z.string().min(1).max(200),
      bytes: z.instanceof(Uint8Array),
    }),
    returns<string | undefined>(),
  ),
} as const;

export type CallName = keyof typeof CALLS;

/** What a caller passes. Settings with defaults may be omitted. */
export type CallInput<Name extends CallName> = z.input<(typeof CALLS)[Name]['input']>;

/** What a handler receives: validated, with defaults filled in. */
export type CallArguments<Name extends CallName> = z.output<(typeof CALLS)[Name]['input']>;

export type CallValue<Name extends CallName> =
  (typeof CALLS)[Name] extends Call<z.ZodType, infer Value> ? Value : never;

/** The outcome of a call, as a message carries it. */
export type CallResult<Value> =
  | { readonly ok: true; readonly value: Value }
  | { readonly ok: false; readonly error: ErrorReport };

export type HistoryExport = CallArguments<'history.export'>;
export type SearchFilter = CallArguments<'search.list'>['filter'];
export type SearchSort = CallArguments<'search.list'>['sort'];
export type SearchQuery = CallArguments<'search.list'>;
export type LinesQuery = CallArguments<'history.lines'>;

export function isCallName(text: string): text is CallName {
  return Object.hasOwn(CALLS, text);
}
