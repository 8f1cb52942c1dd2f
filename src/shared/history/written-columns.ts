/** The columns of the history as programs read them. */
import type { SettingCell } from '../contract/records/history.ts';
import type { HistoryDifference, SearchRow } from '../contract/records/search-rows.ts';
import type { BaselineDifference } from './baseline.ts';
import { type HistoryColumn, settingText } from './columns.ts';

/** What a cell is read from. */
export interface HistoryCells {
  readonly row: SearchRow;
  /** By path. */
  readonly settings: ReadonlyMap<string, SettingCell>;
  /** Undefined if no search is pinned. */
  readonly difference: BaselineDifference | undefined;
}

type Cell = string | number;

interface WrittenColumn {
  readonly heading: string;
  cell(cells: HistoryCells): Cell | undefined;
}

const ofRow = (
  heading: string,
  cell: (row: SearchRow) => Cell | undefined,
): readonly WrittenColumn[] => [{ heading, cell: ({ row }) => cell(row) }];

/** The mean, and the ends of its interval. */
const ofDifference = (
  heading: string,
  partOf: (difference: BaselineDifference) => HistoryDifference | undefined,
): readonly WrittenColumn[] =>
  (['mean', 'lower', 'upper'] as const).map((value) => ({
    heading: value === 'mean' ? heading : `${heading}_${value}`,
    cell: ({ difference }) => (difference && partOf(difference))?.[value],
  }));

const day = (milliseconds: number | undefined): string | undefined =>
  milliseconds === undefined ? undefined : new Date(milliseconds).toISOString();

/** A column may be several for programs: headings have the unit, fractions stay fractions. */
const WRITTEN: Readonly<Record<string, readonly WrittenColumn[]>> = {
  name: [...ofRow('search', ({ id }) => id), ...ofRow('name', ({ name }) => name)],
  created: ofRow('launched', ({ createdAt }) => day(createdAt)),
  state: ofRow('state', ({ state }) => state),
  verdict: ofRow('verdict', ({ verdict }) => verdict?.kind),
  effect: [
    ...ofRow('effect_test_accuracy_fraction', ({ effect }) => effect?.accuracy?.mean),
    ...ofRow('effect_test_accuracy_fraction_lower', ({ effect }) => effect?.accuracy?.lower),
    ...ofRow('effect_test_accuracy_fraction_upper', ({ effect }) => effect?.accuracy?.upper),
    ...ofRow('effect_density_fraction_kept', ({ verdict }) => verdict?.density),
  ],
  sparkline: ofRow('ticket_accuracy_fraction_by_level', ({ sparkline }) =>
    [...sparkline].map((value) => Number(value.toPrecision(6))).join(' '),
  ),
  'verdict-density': ofRow('verdict_density_fraction_kept', ({ verdict }) => verdict?.density),
  'early-stop': ofRow('early_stop_iteration', ({ effect }) => effect?.earlyStop),
  'dense-accuracy': ofRow('dense_test_accuracy_fraction', ({ denseAccuracy }) => denseAccuracy),
  'best-accuracy': ofRow('best_ticket_test_accuracy_fraction', ({ bestAccuracy }) => bestAccuracy),
  architecture: ofRow('architecture', ({ architecture }) => architecture),
  dataset: ofRow('dataset', ({ dataset }) => dataset),
  tags: ofRow('tags', ({ tags }) => tags.join(', ')),
  finished: ofRow('finished', ({ finishedAt }) => day(finishedAt)),
  progress: ofRow('progress_fraction', ({ trainingsDone, trainingsTotal }) =>
    trainingsTotal === 0 ? 0 : trainingsDone / trainingsTotal,
  ),
  optimizer: ofRow('optimizer', ({ optimizer }) => optimizer),
  strategy: ofRow('strategy', ({ strategy }) => strategy),
  schedule: ofRow('schedule', ({ schedule }) => schedule),
  levels: ofRow('levels', ({ levels }) => levels),
  replicates: ofRow('replicates', ({ replicates }) => replicates),
  iterations: ofRow('iterations', ({ iterations }) => iterations),
  waited: ofRow('launch_to_end_seconds', ({ waitedMilliseconds }) =>
    waitedMilliseconds === undefined ? undefined : waitedMilliseconds / 1000,
  ),
  'training-time': ofRow(
    'training_seconds_summed_over_workers',
    ({ trainingMilliseconds }) => trainingMilliseconds / 1000,
  ),
  note: ofRow('note', ({ note }) => note),
  'baseline-accuracy': [
    ...ofDifference('test_accuracy_fraction_minus_baseline', ({ accuracy }) => accuracy),
    {
      heading: 'baseline_compared_at_density_fraction_kept',
      cell: ({ difference }) => difference?.density,
    },
  ],
  'baseline-early-stop': ofDifference(
    'early_stop_iterations_minus_baseline',
    ({ earlyStop }) => earlyStop,
  ),
  'baseline-time': [
    {
      heading: 'training_seconds_minus_baseline',
      cell: ({ difference }) =>
        difference === undefined ? undefined : difference.milliseconds / 1000,
    },
  ],
};

/** What a column is for programs. */
export function writtenColumns({ id, path }: HistoryColumn): readonly WrittenColumn[] {
  if (path === undefined) return WRITTEN[id] ?? [];
  return [{ heading: path, cell: ({ settings }) => textOfCell(settings.get(path)) }];
}

function textOfCell(cell: SettingCell | undefined): Cell | undefined {
  if (cell === undefined || cell === 'absent' || cell === 'varies') return undefined;
  const { value } = cell;
  return typeof value === 'number' ? value : settingText(value);
}
