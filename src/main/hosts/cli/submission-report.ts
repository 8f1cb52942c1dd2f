/** Shards as tables in a terminal. */
import { amount } from '../../../shared/amount.ts';
import type { ShardStatus } from '../../../shared/contract/records/submissions.ts';
import { largest } from '../../../shared/extremes.ts';
import type { Shard } from '../../workbench/cluster/plan.ts';
import type { Collected, ShardReport } from '../../workbench/cluster/submitted-plan.ts';
import { formatDuration } from '../../../shared/duration-text.ts';
import { type Column, table } from './table.ts';

/** More lines than these are summarised. */
const MOST_LINES = 50;

const SHARD_COLUMNS: readonly Column<Shard>[] = [
  { heading: 'shard', align: 'right', text: ({ number }) => String(number) },
  {
    heading: 'searches',
    align: 'right',
    text: ({ parts }) => String(new Set(parts.map(({ searchId }) => searchId)).size),
  },
  { heading: 'replicates', text: ({ parts }) => replicatesText(parts) },
  { heading: 'trainings', align: 'right', text: ({ trainings }) => String(trainings) },
  {
    heading: 'on one worker',
    align: 'right',
    text: ({ seconds }) => (seconds === undefined ? 'unknown' : `about ${formatDuration(seconds)}`),
  },
];

function replicatesText(parts: Shard['parts']): string {
  const replicates = [...new Set(parts.map(({ replicate }) => replicate + 1))];
  return replicates.length <= 4 ? replicates.join(', ') : `${replicates.length} of them`;
}

export function describeShards(shards: readonly Shard[]): string {
  const trainings = shards.reduce((sum, shard) => sum + shard.trainings, 0);
  const known = shards.flatMap(({ seconds }) => seconds ?? []);
  const seconds = known.reduce((sum, each) => sum + each, 0);
  const work =
    known.length < shards.length
      ? 'How long they take is unknown: nothing similar has run here.'
      : `About ${formatDuration(seconds)} of work on one worker, ${formatDuration(largest(known))} for the longest shard.`;
  return [
    table(SHARD_COLUMNS, shards.slice(0, MOST_LINES)),
    ...(shards.length > MOST_LINES ? [`and ${shards.length - MOST_LINES} more`] : []),
    '',
    `${amount(shards.length, 'shard')}, ${amount(trainings, 'training')}. ${work}`,
  ].join('\n');
}

const REPORT_COLUMNS: readonly Column<ShardReport>[] = [
  { heading: 'shard', align: 'right', text: ({ shard }) => String(shard.number) },
  { heading: 'status', text: ({ status }) => status },
  { heading: 'host', text: ({ said }) => said?.host ?? '' },
  {
    heading: 'trained',
    align: 'right',
    text: ({ said }) => (said ? `${said.trainingsDone} of ${said.trainingsTotal}` : ''),
  },
  {
    heading: 'in the history',
    align: 'right',
    text: ({ merged, planned }) => `${merged} of ${planned}`,
  },
  {
    heading: 'left',
    align: 'right',
    text: ({ status, said }) =>
      status === 'running' && said?.secondsLeft !== undefined
        ? formatDuration(said.secondsLeft)
        : '',
  },
  { heading: 'reason', text: ({ status, reason }) => (status === 'done' ? '' : reason) },
];

/** Shards that need someone first; those that are done are only counted. */
export function describeReports(reports: readonly ShardReport[]): string {
  const order: readonly ShardStatus[] = [
    ...(['failed', 'ended', 'silent', 'stopped'] as const),
    ...(['running', 'preempted', 'queued', 'waiting'] as const),
  ];
  const shown = order.flatMap((status) => reports.filter((report) => report.status === status));
  const counts = [...order, 'done' as const].flatMap((status) => {
    const count = reports.filter((report) => report.status === status).length;
    return count === 0 ? [] : [`${count} ${status}`];
  });
  return [
    ...(shown.length > 0 ? [table(REPORT_COLUMNS, shown.slice(0, MOST_LINES))] : []),
    ...(shown.length > MOST_LINES ? [`and ${shown.length - MOST_LINES} more`] : []),
    `${amount(reports.length, 'shard')}: ${counts.join(', ')}.`,
  ].join('\n');
}

export function describeCollected({ shards, trainings, refused }: Collected): string {
  const merged =
    trainings === 0
      ? 'Nothing new was merged.'
      : `Merged ${amount(trainings, 'training')} of ${amount(shards, 'shard')}.`;
  return [merged, ...refused.map(({ file, message }) => `Refused ${file}: ${message}`)].join('\n');
}
