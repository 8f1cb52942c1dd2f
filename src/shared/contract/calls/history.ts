/** The history: which searches it lists, in which order and with which columns. */
import { z } from 'zod';
import { VERDICT_KINDS } from '../../domain/verdict.ts';
import { COMPARED_AT } from '../../history/baseline.ts';
import { type KnownSetting, SETTING_PATH } from '../../history/fields.ts';
import { MOST_EXPANDED } from '../../history/most-expanded.ts';
import type { HistoryPage, SearchPage, TagCount, ValueCount } from '../records/history.ts';
import type { DownloadableFile } from '../records/host.ts';
import { SEARCH_STATES } from '../records/search-rows.ts';
import { call, nothing, returns } from './call.ts';
import { id, tag } from './inputs.ts';

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

export const HISTORY_CALLS = {
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
  /** Every tag in use, most used first. */
  tags: call(nothing, returns<readonly TagCount[]>()),
} as const;
