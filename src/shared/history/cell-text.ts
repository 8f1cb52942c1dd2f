/** Cells of the history as people read them, with their units. */
import { formatCount } from '../amount.ts';
import type {
  HeadlineVerdict,
  HistoryDifference,
  SearchEffect,
} from '../contract/records/search-rows.ts';
import { signed } from '../domain/signed.ts';
import { formatDuration, formatShortDuration } from '../duration-text.ts';
import { formatDensity, formatPercent } from '../percent-text.ts';
import { type HistoryColumn, settingText } from './columns.ts';
import type { HistoryCells } from './written-columns.ts';

const MISSING = '–';

/** `+0.34 points [+0.09, +0.60] at 21 %`: the ticket of the verdict minus the dense network. */
export function effectText(
  effect: SearchEffect | undefined,
  verdict: HeadlineVerdict | undefined,
): string {
  if (!effect?.accuracy || !verdict) return MISSING;
  return `${pointsText(effect.accuracy)} at ${formatDensity(verdict.density)}`;
}

/** `+0.12 points [−0.03, +0.27]`, without the interval where there is none. */
export function pointsText(difference: HistoryDifference | undefined): string {
  if (difference === undefined) return MISSING;
  const text = (fraction: number) => signed(fraction * 100, 2);
  return `${text(difference.mean)} points${intervalText(difference, text)}`;
}

/** `−1,200 iterations [−1,900, −500]`, without the interval where there is none. */
export function iterationsText(difference: HistoryDifference | undefined): string {
  if (difference === undefined) return MISSING;
  const size = Math.round(Math.abs(difference.mean));
  const unit = size === 1 ? 'iteration' : 'iterations';
  const text = (iterations: number) => signed(iterations, 0);
  return `${text(difference.mean)} ${unit}${intervalText(difference, text)}`;
}

function intervalText(
  { lower, upper }: HistoryDifference,
  text: (value: number) => string,
): string {
  return lower === undefined || upper === undefined ? '' : ` [${text(lower)}, ${text(upper)}]`;
}

/** `+3 min 20 s` */
export function durationDifferenceText(milliseconds: number | undefined): string {
  if (milliseconds === undefined) return MISSING;
  if (Math.abs(milliseconds) < 100) return '0 s';
  return `${milliseconds < 0 ? '−' : '+'}${formatShortDuration(Math.abs(milliseconds) / 1000)}`;
}

const moment = (milliseconds: number | undefined): string => {
  if (milliseconds === undefined) return MISSING;
  const at = new Date(milliseconds);
  const two = (value: number): string => String(value).padStart(2, '0');
  return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())} ${two(at.getHours())}:${two(at.getMinutes())}`;
};

const TEXTS: Readonly<Record<string, (cells: HistoryCells) => string>> = {
  name: ({ row }) => row.name,
  created: ({ row }) => moment(row.createdAt),
  state: ({ row }) => row.state,
  verdict: ({ row }) => row.verdict?.kind ?? MISSING,
  effect: ({ row }) => effectText(row.effect, row.verdict),
  sparkline: ({ row }) => [...row.sparkline].map((value) => formatPercent(value)).join(' '),
  'verdict-density': ({ row }) => formatDensity(row.verdict?.density),
  'early-stop': ({ row }) =>
    row.effect?.earlyStop === undefined ? MISSING : formatCount(row.effect.earlyStop),
  'dense-accuracy': ({ row }) => formatPercent(row.denseAccuracy),
  'best-accuracy': ({ row }) => formatPercent(row.bestAccuracy),
  architecture: ({ row }) => row.architecture,
  dataset: ({ row }) => row.dataset,
  tags: ({ row }) => row.tags.join(', '),
  finished: ({ row }) => moment(row.finishedAt),
  progress: ({ row }) => `${row.trainingsDone}/${row.trainingsTotal}`,
  optimizer: ({ row }) => row.optimizer,
  strategy: ({ row }) => row.strategy,
  schedule: ({ row }) => row.schedule,
  levels: ({ row }) => String(row.levels),
  replicates: ({ row }) => String(row.replicates),
  iterations: ({ row }) => formatCount(row.iterations),
  waited: ({ row: { waitedMilliseconds } }) =>
    waitedMilliseconds === undefined ? MISSING : formatDuration(waitedMilliseconds / 1000),
  'training-time': ({ row }) => formatDuration(row.trainingMilliseconds / 1000),
  note: ({ row }) => row.note,
  'baseline-accuracy': ({ difference }) => pointsText(difference?.accuracy),
  'baseline-early-stop': ({ difference }) => iterationsText(difference?.earlyStop),
  'baseline-time': ({ difference }) => durationDifferenceText(difference?.milliseconds),
};

export function historyText({ id, path }: HistoryColumn, cells: HistoryCells): string {
  if (path === undefined) return TEXTS[id]?.(cells) ?? '';
  const cell = cells.settings.get(path);
  if (cell === undefined || cell === 'absent') return MISSING;
  return cell === 'varies' ? cell : settingText(cell.value);
}
