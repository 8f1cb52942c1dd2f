/** What the history is filtered by under a short name. Every setting can also be named by its path. */
import { SEARCH_STATES } from '../contract/records/search-rows.ts';
import { VERDICT_KINDS } from '../domain/verdict.ts';

/**
 * `fraction` and `points` are measured: 0.2 and 20% are the same fraction, and points are percentage
 * points. `duration` is in milliseconds, `moment` is Unix time in milliseconds. `setting` may be a number
 * or a text, `list` is a setting with several values.
 */
export type FieldKind =
  'text' | 'tag' | 'number' | 'fraction' | 'points' | 'duration' | 'moment' | 'setting' | 'list';

export interface HistoryField {
  readonly name: string;
  /** Other names of it. */
  readonly aliases: readonly string[];
  readonly kind: FieldKind;
  /** What it is, in a few words. */
  readonly about: string;
  /** The path of the setting that a field of kind `setting` stands for. */
  readonly path?: string;
  /** All values that it can have, if they are few. */
  readonly values?: readonly string[];
}

const field = (
  name: string,
  kind: FieldKind,
  about: string,
  more: { aliases?: readonly string[]; path?: string; values?: readonly string[] } = {},
): HistoryField => ({ aliases: [], ...more, name, kind, about });

const setting = (name: string, path: string, about: string, ...aliases: string[]): HistoryField =>
  field(name, 'setting', about, { path, aliases });

export const HISTORY_FIELDS: readonly HistoryField[] = [
  setting('lr', 'training.optimizer.learningRate', 'learning rate', 'learning-rate'),
  field('strategy', 'text', 'pruning strategy'),
  field('architecture', 'text', 'network', { aliases: ['network'] }),
  field('dataset', 'text', 'dataset'),
  field('optimizer', 'text', 'optimizer'),
  field('schedule', 'text', 'pruning schedule'),
  field('density', 'fraction', 'density at which the verdict was reached'),
  field('accuracy', 'fraction', 'test accuracy of the best ticket', { aliases: ['best-ticket'] }),
  field('dense', 'fraction', 'test accuracy of the dense network', { aliases: ['dense-accuracy'] }),
  field('effect', 'points', 'test accuracy of the ticket of the verdict, minus the dense network'),
  field('early-stop', 'number', 'early-stop iteration of the ticket of the verdict'),
  setting('seed', 'replicates.seed', 'seed of the first replicate'),
  setting('batch', 'training.batchSize', 'batch size', 'batch-size'),
  field('levels', 'number', 'levels of pruning'),
  field('replicates', 'number', 'replicates'),
  field('iterations', 'number', 'iterations of a training'),
  field('state', 'text', 'what the search is doing', {
    aliases: ['status'],
    values: SEARCH_STATES,
  }),
  field('verdict', 'text', 'verdict', {
    values: [...VERDICT_KINDS.filter((kind) => kind !== 'baseline'), 'none'],
  }),
  field('tag', 'tag', 'tag', { aliases: ['tags'] }),
  field('name', 'text', 'name'),
  field('note', 'text', 'note'),
  field('created', 'moment', 'when it was launched', { aliases: ['launched'] }),
  field('finished', 'moment', 'when it finished'),
  field('progress', 'fraction', 'share of its trainings that have finished'),
  field('time', 'duration', 'training time, summed over workers', { aliases: ['training-time'] }),
  field('waited', 'duration', 'time from launch to end'),
];

/** In capitals or not. */
export function fieldNamed(name: string): HistoryField | undefined {
  const wanted = name.toLowerCase();
  return HISTORY_FIELDS.find((each) => each.name === wanted || each.aliases.includes(wanted));
}

export type SettingKind = 'number' | 'text' | 'flag' | 'list';

/** A setting that saved searches have. */
export interface KnownSetting {
  /** `training.optimizer.learningRate` */
  readonly path: string;
  readonly kinds: readonly SettingKind[];
}

/** What the path of a setting looks like. Nothing else is asked of the database. */
export const SETTING_PATH = /^[A-Za-z_][\w-]*(?:\.[\w-]+)*$/;

/**
 * The settings that a name stands for: the one at this path, or all whose path ends in it.
 * `learningRate` also stands for that of a transfer.
 */
export function settingsNamed(name: string, known: readonly KnownSetting[]): KnownSetting[] {
  const wanted = name.toLowerCase();
  const exact = known.filter(({ path }) => path.toLowerCase() === wanted);
  if (exact.length > 0) return exact;
  return known.filter(({ path }) => path.toLowerCase().endsWith(`.${wanted}`));
}
