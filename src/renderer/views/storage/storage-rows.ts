/** The rows of the storage page and of the trash: their columns, and how long the trash keeps something. */
import type { SearchUsage, TrashedSearch } from '../../../shared/contract/records/storage.ts';
import { formatAmount } from '../../format.ts';
import type { SpaceColumn } from './table-choices.svelte.ts';

/** What deleting the search would free: everything that no other search has. */
export function totalOf(search: SearchUsage): number {
  const { weightBytes, maskBytes, measurementBytes, analysisBytes } = search;
  return weightBytes + maskBytes + measurementBytes + analysisBytes;
}

/** `Seed 2` comes before `Seed 10`. */
const byText = (one: string, other: string): number =>
  one.localeCompare(other, 'en', { numeric: true });

const number = <Row>(id: string, label: string, of: (row: Row) => number): SpaceColumn<Row> => ({
  id,
  label,
  isNumber: true,
  compare: (one, other) => of(one) - of(other),
});

export const USAGE_COLUMNS: readonly SpaceColumn<SearchUsage>[] = [
  { id: 'name', label: 'Search', compare: (one, other) => byText(one.name, other.name) },
  {
    id: 'createdAt',
    label: 'Created',
    compare: (one, other) => one.createdAt - other.createdAt,
  },
  number('weightBytes', 'Weights', (search) => search.weightBytes),
  number('maskBytes', 'Masks', (search) => search.maskBytes),
  number('measurementBytes', 'Measurements', (search) => search.measurementBytes),
  number('analysisBytes', 'Analyses', (search) => search.analysisBytes),
  number('total', 'Total', totalOf),
  number('sharedBytes', 'Shared', (search) => search.sharedBytes),
  number('share', 'Share', totalOf),
  { id: 'dropping', label: 'Dropping weights' },
];

export const TRASH_COLUMNS: readonly SpaceColumn<TrashedSearch>[] = [
  { id: 'name', label: 'Search', compare: (one, other) => byText(one.name, other.name) },
  {
    id: 'sweep',
    label: 'Sweep',
    compare: (one, other) => byText(one.sweep?.name ?? '', other.sweep?.name ?? ''),
  },
  number('trainings', 'Trainings', (search) => search.trainings),
  {
    id: 'deletedAt',
    label: 'Deleted',
    compare: (one, other) => one.deletedAt - other.deletedAt,
  },
  {
    id: 'purgedAfter',
    label: 'Gone for good',
    compare: (one, other) => one.purgedAfter - other.purgedAfter,
  },
  number('bytes', 'Size', (search) => search.bytes),
];

const HOUR_MILLISECONDS = 3_600_000;
const DAY_HOURS = 24;

/** `in 5 days`, `in 3 hours`, `within the hour` */
export function timeLeftText(moment: number, now: number): string {
  const hours = Math.floor((moment - now) / HOUR_MILLISECONDS);
  if (hours < 1) return 'within the hour';
  if (hours < DAY_HOURS) return `in ${formatAmount(hours, 'hour')}`;
  return `in ${formatAmount(Math.round(hours / DAY_HOURS), 'day')}`;
}
