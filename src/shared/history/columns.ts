/** The columns of the history's table: in the window, as CSV and on the command line. */
import type { SortColumn } from '../contract/calls.ts';
import type { Json } from '../contract/json.ts';
import { fieldNamed, type KnownSetting, SETTING_PATH, settingsNamed } from './fields.ts';

export interface HistoryColumn {
  readonly id: string;
  readonly label: string;
  /** What the column sorts by; undefined if it can't be sorted. */
  readonly sort: SortColumn | undefined;
  /** In rem. */
  readonly width: number;
  readonly isNumber: boolean;
  readonly isShownAtFirst: boolean;
  /** The path of the setting that it shows. */
  readonly path?: string;
}

const column = (
  id: string,
  label: string,
  width: number,
  options: { sort?: SortColumn; number?: true; hidden?: true } = {},
): HistoryColumn => ({
  id,
  label,
  width,
  sort: options.sort,
  isNumber: options.number ?? false,
  isShownAtFirst: options.hidden !== true,
});

/**
 * The name comes first and can't be hidden. Those that are shown at first fit a window 1,440 pixels wide, with what
 * they usually hold.
 */
export const HISTORY_COLUMNS: readonly HistoryColumn[] = [
  column('name', 'Name', 10.6, { sort: 'name' }),
  column('created', 'Launched', 6.9, { sort: 'created' }),
  column('state', 'Status', 8.6, { sort: 'state' }),
  column('verdict', 'Verdict', 8.8, { sort: 'verdict' }),
  column('effect', 'Effect', 17.7, { sort: 'effect' }),
  column('sparkline', 'Ticket accuracy', 7.7),
  column('best-accuracy', 'Best ticket', 6.6, { sort: 'best-accuracy', number: true }),
  column('architecture', 'Network', 7.4, { sort: 'architecture' }),
  column('tags', 'Tags', 4.4),
  column('dataset', 'Dataset', 5.6, { sort: 'dataset', hidden: true }),
  column('dense-accuracy', 'Dense', 5.3, {
    sort: 'dense-accuracy',
    number: true,
    hidden: true,
  }),
  column('verdict-density', 'At density', 5.7, {
    sort: 'verdict-density',
    number: true,
    hidden: true,
  }),
  column('early-stop', 'Early stop', 6.5, { sort: 'early-stop', number: true, hidden: true }),
  column('finished', 'Finished', 7.4, { sort: 'finished', hidden: true }),
  column('progress', 'Progress', 6, { sort: 'progress', number: true, hidden: true }),
  column('optimizer', 'Optimizer', 7, { sort: 'optimizer', hidden: true }),
  column('strategy', 'Strategy', 10, { sort: 'strategy', hidden: true }),
  column('schedule', 'Schedule', 6.5, { sort: 'schedule', hidden: true }),
  column('levels', 'Levels', 5, { sort: 'levels', number: true, hidden: true }),
  column('replicates', 'Replicates', 6.5, { sort: 'replicates', number: true, hidden: true }),
  column('iterations', 'Iterations', 6.5, { sort: 'iterations', number: true, hidden: true }),
  column('waited', 'Launch to end', 8.5, { sort: 'waited', number: true, hidden: true }),
  column('training-time', 'Training time, summed', 11, {
    sort: 'training-time',
    number: true,
    hidden: true,
  }),
  column('note', 'Note', 12, { hidden: true }),
  column('baseline-accuracy', 'Accuracy − baseline', 15, { number: true, hidden: true }),
  column('baseline-early-stop', 'Early stop − baseline', 17, { number: true, hidden: true }),
  column('baseline-time', 'Time − baseline', 9, { number: true, hidden: true }),
];

/** Those that show a difference from the pinned search. */
export const BASELINE_COLUMNS: readonly string[] = HISTORY_COLUMNS.map(({ id }) => id).filter(
  (id) => id.startsWith('baseline-'),
);

const SETTING_PREFIX = 'setting:';

/** The id of the column that shows a setting. */
export function settingColumnId(path: string): `setting:${string}` {
  return `${SETTING_PREFIX}${path}`;
}

/** The column with this id; undefined if there is none. Any path is one. */
export function historyColumn(id: string): HistoryColumn | undefined {
  const own = HISTORY_COLUMNS.find((each) => each.id === id);
  if (own || !id.startsWith(SETTING_PREFIX)) return own;
  const path = id.slice(SETTING_PREFIX.length);
  if (!SETTING_PATH.test(path) || path.length > 200) return undefined;
  const label = labelOfPath(path);
  const width = Math.min(14, Math.max(5.5, 2.6 + label.length * 0.5));
  const sort = settingColumnId(path);
  return { id, label, sort, width, isNumber: false, isShownAtFirst: false, path };
}

/** Columns that a filter knows under another name. */
const COLUMN_OF_FIELD: Readonly<Record<string, string>> = {
  density: 'verdict-density',
  accuracy: 'best-accuracy',
  dense: 'dense-accuracy',
  time: 'training-time',
  tag: 'tags',
};

/** The column that a user names by its id, by a name of the filter or by the path of a setting. */
export function columnNamed(
  name: string,
  known: readonly KnownSetting[],
): HistoryColumn | undefined {
  const field = fieldNamed(name);
  if (field?.path !== undefined) return historyColumn(settingColumnId(field.path));
  const own = historyColumn(field ? (COLUMN_OF_FIELD[field.name] ?? field.name) : name);
  if (own) return own;
  const [setting] = settingsNamed(name, known);
  return setting && historyColumn(settingColumnId(setting.path));
}

/** `learningRate` for `training.optimizer.learningRate`, and `strategy.id` for an id. */
function labelOfPath(path: string): string {
  const parts = path.split('.');
  const isCommon = ['id', 'count', 'iteration'].includes(parts.at(-1)!);
  return parts.slice(isCommon ? -2 : -1).join('.');
}

/**
 * The shown columns in their order.
 *
 * @param chosen ids of columns; those that are shown at first if nothing was chosen.
 */
export function shownColumns(chosen: readonly string[]): HistoryColumn[] {
  if (chosen.length === 0) return HISTORY_COLUMNS.filter(({ isShownAtFirst }) => isShownAtFirst);
  return [...new Set(['name', ...chosen])].flatMap((id) => historyColumn(id) ?? []);
}

/** The value of a setting as it is written in a table: lists without brackets. */
export function settingText(value: Json): string {
  if (Array.isArray(value)) return value.map((item: Json) => settingText(item)).join(', ');
  if (typeof value === 'string') return value;
  if (
    typeof value === 'object' &&
    value !== null &&
    'id' in value &&
    typeof value['id'] === 'string'
  )
    return value['id'];
  return JSON.stringify(value);
}
