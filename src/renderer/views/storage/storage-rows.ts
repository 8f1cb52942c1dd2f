/** The rows of the storage page: sizes, order, and how long the trash keeps something. */
import type { SearchUsage } from '../../../shared/contract/records/storage.ts';
import { formatAmount } from '../../format.ts';

export const USAGE_COLUMNS = [
  { id: 'name', label: 'Search' },
  { id: 'createdAt', label: 'Created' },
  { id: 'weightBytes', label: 'Weights' },
  { id: 'maskBytes', label: 'Masks' },
  { id: 'measurementBytes', label: 'Measurements' },
  { id: 'analysisBytes', label: 'Analyses' },
  { id: 'total', label: 'Total' },
  { id: 'sharedBytes', label: 'Shared' },
] as const;
export type UsageColumn = (typeof USAGE_COLUMNS)[number]['id'];

export interface UsageSort {
  readonly column: UsageColumn;
  readonly isDescending: boolean;
}

/** What deleting the search would free: everything that no other search has. */
export function totalOf(search: SearchUsage): number {
  const { weightBytes, maskBytes, measurementBytes, analysisBytes } = search;
  return weightBytes + maskBytes + measurementBytes + analysisBytes;
}

export function sortedUsage(
  searches: readonly SearchUsage[],
  { column, isDescending }: UsageSort,
): SearchUsage[] {
  const sign = isDescending ? -1 : 1;
  const compare = (one: SearchUsage, other: SearchUsage): number => {
    if (column === 'name') return one.name.localeCompare(other.name, 'en', { numeric: true });
    if (column === 'total') return totalOf(one) - totalOf(other);
    return one[column] - other[column];
  };
  return searches.toSorted((one, other) => sign * compare(one, other));
}

const HOUR_MILLISECONDS = 3_600_000;
const DAY_HOURS = 24;

/** `in 5 days`, `in 3 hours`, `within the hour` */
export function timeLeftText(moment: number, now: number): string {
  const hours = Math.floor((moment - now) / HOUR_MILLISECONDS);
  if (hours < 1) return 'within the hour';
  if (hours < DAY_HOURS) return `in ${formatAmount(hours, 'hour')}`;
  return `in ${formatAmount(Math.round(hours / DAY_HOURS), 'day')}`;
}
