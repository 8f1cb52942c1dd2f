import type { ShardCounts } from '../shared/contract/records/submissions.ts';

/** `in shards: 3 of 9 done, 2 running, 1 queued, 1 needs attention` */
export function describeShards({ total, done, running, queued, failed }: ShardCounts): string {
  if (total === 0) return 'in shards, of which nothing is known';
  return [
    `in shards: ${done} of ${total} done`,
    ...(running > 0 ? [`${running} running`] : []),
    ...(queued > 0 ? [`${queued} queued`] : []),
    ...(failed > 0 ? [`${failed} ${failed === 1 ? 'needs' : 'need'} attention`] : []),
  ].join(', ');
}

/** Whether something else trains parts of a search now, or will by itself. */
export const runsElsewhere = (shards: ShardCounts | undefined): boolean =>
  shards !== undefined && shards.running + shards.queued > 0;
