/** What takes space, and what was freed, as text. */
import { amount } from '../../../shared/amount.ts';
import type {
  FreedSpace,
  SearchUsage,
  StorageOverview,
  StoragePart,
  StorageProgress,
} from '../../../shared/contract/records/storage.ts';
import { dayText } from '../../../shared/domain/dropped-weights.ts';
import { STORAGE_LABELS } from '../../../shared/domain/storage-labels.ts';
import { formatProgress, shortName } from './format.ts';
import type { Output } from './output.ts';
import { type Column, table } from './table.ts';

/** `512 B`, `34.1 kB`, `170 MB` */
export function bytesText(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  const power = Math.min(units.length - 1, Math.floor(Math.log10(Math.max(1, bytes)) / 3));
  return `${Number((bytes / 1000 ** power).toPrecision(3))} ${units[power]}`;
}

const DOING: Readonly<Record<StorageProgress['what'], string>> = {
  measuring: 'Measuring',
  dropping: 'Dropping weights',
  deleting: 'Deleting',
  returning: 'Returning the space to the disk',
};

/** Shows progress in the last line of a terminal. */
export function storageStatus(output: Output) {
  return ({ what, fraction }: StorageProgress): void => {
    output.status(`${DOING[what]}… ${formatProgress(fraction)}`);
  };
}

export function reportFreed(output: Output, verb: string, freed: FreedSpace): void {
  for (const { id, reason } of freed.leftOut) output.note(`Left as it is: ${id}: ${reason}`);
  output.note(
    `${verb}: ${amount(freed.searches.length, 'search', 'searches')}. The database is ${bytesText(freed.bytes)} smaller.`,
  );
}

const PARTS: readonly Column<StoragePart>[] = [
  { heading: 'what', text: ({ kind }) => STORAGE_LABELS[kind] },
  { heading: 'size', align: 'right', text: ({ bytes }) => bytesText(bytes) },
];

const SEARCHES: readonly Column<SearchUsage>[] = [
  { heading: 'id', text: ({ id }) => id },
  { heading: 'name', text: ({ name }) => shortName(name) },
  { heading: 'weights', align: 'right', text: ({ weightBytes }) => bytesText(weightBytes) },
  { heading: 'masks', align: 'right', text: ({ maskBytes }) => bytesText(maskBytes) },
  {
    heading: 'measurements',
    align: 'right',
    text: ({ measurementBytes }) => bytesText(measurementBytes),
  },
  { heading: 'analyses', align: 'right', text: ({ analysisBytes }) => bytesText(analysisBytes) },
  { heading: 'shared', align: 'right', text: ({ sharedBytes }) => bytesText(sharedBytes) },
  {
    heading: 'weights dropped',
    text: ({ weightsDroppedAt }) =>
      weightsDroppedAt === undefined ? '' : dayText(weightsDroppedAt),
  },
];

export function describeStorage(overview: StorageOverview): string {
  const { file, databaseBytes, freeBytes, parts, searches } = overview;
  return [
    `${file}: ${bytesText(databaseBytes)}, ${bytesText(freeBytes)} free on its disk`,
    '',
    table(
      PARTS,
      parts.toSorted((one, other) => other.bytes - one.bytes),
    ),
    ...(searches.length === 0 ? [] : ['', table(SEARCHES, searches)]),
  ].join('\n');
}
