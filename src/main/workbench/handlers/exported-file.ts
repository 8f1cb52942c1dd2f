import type { CallArguments } from '../../../shared/contract/calls.ts';
import type { DownloadableFile } from '../../../shared/contract/records.ts';
import type { SearchRecord } from '../../../shared/domain/search.ts';
import type { SweepRecord } from '../../store/store.ts';

type Exported = Omit<CallArguments<'search.export'>, 'id'>;

const MEDIA_TYPES = {
  npz: 'application/zip',
  safetensors: 'application/octet-stream',
  json: 'application/json',
  csv: 'text/csv',
  svg: 'image/svg+xml',
  png: 'image/png',
} as const satisfies Record<Exported['format'], string>;

/** The bytes with the name and type that a browser or a dialog saves them under. */
export function exportedFile(
  { id, name }: SearchRecord,
  { what, format, level, replicate, branch, chart }: Exported,
  bytes: Uint8Array,
): DownloadableFile {
  const isOfTraining = what === 'masks' || what === 'weights';
  const parts = [
    slug(name) || id,
    ...(isOfTraining ? [branch, ...(level === undefined ? [] : [`level-${level}`])] : []),
    ...(isOfTraining ? [`replicate-${replicate + 1}`] : []),
    ...(what === 'chart' ? [chart] : [what]),
  ];
  return {
    name: `${parts.join('-')}.${format}`,
    mediaType: MEDIA_TYPES[format],
    bytes: Uint8Array.from(bytes),
  };
}

/** As `exportedFile`, of a sweep. */
export function exportedSweep(
  { id, name }: SweepRecord,
  { what, format, chart }: Omit<CallArguments<'sweep.export'>, 'id'>,
  bytes: Uint8Array,
): DownloadableFile {
  return {
    name: `${slug(name) || id}-sweep-${what === 'chart' ? chart : what}.${format}`,
    mediaType: MEDIA_TYPES[format],
    bytes: Uint8Array.from(bytes),
  };
}

/** Letters, digits and hyphens: a file name on every system. */
function slug(text: string): string {
  return text
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, 60)
    .replace(/^-+|-+$/g, '');
}
