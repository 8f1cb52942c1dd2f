import type { TicketChart } from '../../../shared/charts/ticket-charts.ts';
import type { CallArguments } from '../../../shared/contract/calls.ts';
import type { DownloadableFile } from '../../../shared/contract/records/host.ts';
import type { SearchRecord } from '../../../shared/domain/search.ts';
import { exporters } from '../../exporters/index.ts';
import { programs } from '../../exporters/programs/index.ts';
import type { SweepRecord } from '../../store/store.ts';
import type { ProgramDownload } from '../programs/program-exports.ts';

type Exported = Omit<CallArguments<'search.export'>, 'id'>;

/** Charts of one training, or of one replicate's trainings of a branch. */
const OF_TRAINING: ReadonlySet<string> = new Set<TicketChart>([
  'input-map',
  'mask',
  'weight-fate',
  'layer-densities',
]);

/** The bytes, with the name and type under which a browser or a dialog saves them. */
export function exportedFile(
  { id, name }: SearchRecord,
  { what, format, level, replicate, branch, chart, tensor }: Exported,
  bytes: Uint8Array,
): DownloadableFile {
  const isOfTraining =
    what === 'masks' || what === 'weights' || (what === 'chart' && OF_TRAINING.has(chart));
  const parts = [
    slug(name) || id,
    ...(isOfTraining ? [branch, ...(level === undefined ? [] : [`level-${level}`])] : []),
    ...(isOfTraining ? [`replicate-${replicate + 1}`] : []),
    ...(isOfTraining && tensor !== undefined ? [slug(tensor)] : []),
    what === 'chart' ? chart : what,
  ];
  return fileOf(parts.join('-'), format, bytes);
}

/** Like `exportedFile`, for another program. */
export function exportedFor(
  { id, name }: SearchRecord,
  { program, level, replicate, branch }: Omit<CallArguments<'search.exportFor'>, 'id'>,
  { fileEnding, mediaType, bytes }: ProgramDownload,
): DownloadableFile {
  const training =
    programs.get(program).needs !== 'metrics'
      ? [branch, ...(level === undefined ? [] : [`level-${level}`]), `replicate-${replicate + 1}`]
      : [];
  const stem = [slug(name) || id, ...training, program].join('-');
  return { name: `${stem}.${fileEnding}`, mediaType, bytes: bytes.slice() };
}

/** Like `exportedFile`, for a sweep. */
export function exportedSweep(
  { id, name }: SweepRecord,
  { what, format, chart }: Omit<CallArguments<'sweep.export'>, 'id'>,
  bytes: Uint8Array,
): DownloadableFile {
  return fileOf(`${slug(name) || id}-sweep-${what === 'chart' ? chart : what}`, format, bytes);
}

/** Like `exportedFile`, for several searches. */
export function exportedComparison(
  { what, format, chart }: Pick<CallArguments<'comparison.export'>, 'what' | 'format' | 'chart'>,
  bytes: Uint8Array,
): DownloadableFile {
  return fileOf(`comparison-${what === 'chart' ? chart : what}`, format, bytes);
}

/** The table of the history. */
export function exportedHistory(text: string, format: string): DownloadableFile {
  return fileOf('history', format, new TextEncoder().encode(text));
}

/** @param name of the chart, in any script. */
export function chartFileOf(name: string, format: string, bytes: Uint8Array): DownloadableFile {
  const stem = name.replaceAll(/[^\p{L}\p{N}.]+/gu, '-').replaceAll(/^[-.]+|[-.]+$/g, '');
  return fileOf(stem === '' ? 'chart' : stem.slice(0, 100), format, bytes);
}

function fileOf(stem: string, format: string, bytes: Uint8Array): DownloadableFile {
  const { mediaType, fileEnding } = exporters.get(format);
  return { name: `${stem}.${fileEnding}`, mediaType, bytes: bytes.slice() };
}

/** Letters, digits and hyphens: a valid file name on every system. */
export function slug(text: string): string {
  return text
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, 60)
    .replace(/^-+|-+$/g, '');
}
