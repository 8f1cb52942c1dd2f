import type { ShardCounts } from '../shared/contract/records/submissions.ts';

/** `in shards: 3 of 9 done, 2 running, 1 needs attention` */
export function describeShards({ total, done, running, failed }: ShardCounts): string {
  if (total === 0) return 'in shards, of which nothing is known';
  return [
    `in shards: ${done} of ${total} done`,
    ...(running > 0 ? [`${running} running`] : []),
    ...(failed > 0 ? [`${failed} ${failed === 1 ? 'needs' : 'need'} attention`] : []),
  ].join(', ');
}
