/** Which shards of a plan are run by a command, and which are left out. */
import type { ShardStatus } from '../../../shared/contract/records/submissions.ts';
import { surelyRunsHere } from '../../workbench/cluster/process-here.ts';
import type { ShardReport } from '../../workbench/cluster/submitted-plan.ts';
import type { Output } from './output.ts';

/** Shards that something runs already. */
const BUSY: readonly ShardStatus[] = ['running', 'queued', 'preempted'];

/** More shards than these are not named one by one. */
export const MOST_NAMED = 10;

/**
 * The numbers of shards that are neither done nor run by anything already. Those that are left out are named
 * with the reason, and so are those that may still run where nobody here can see it.
 */
export function missingShards(reports: readonly ShardReport[], output: Output): number[] {
  const leftOut: string[] = [];
  const unseen: string[] = [];
  const missing: number[] = [];
  for (const report of reports) {
    const { shard, status, said } = report;
    if (status === 'done') continue;
    const reason = whyLeftOut(report);
    if (reason !== undefined) {
      leftOut.push(`shard ${shard.number} ${reason}`);
      continue;
    }
    if (status === 'silent' && said) unseen.push(`shard ${shard.number} on ${said.host}`);
    missing.push(shard.number);
  }
  noteShards('Left out', leftOut, output);
  noteShards(
    'Silent, and run again, because it can’t be seen from here whether they still run',
    unseen,
    output,
  );
  return missing;
}

/** Undefined if it is run. */
function whyLeftOut({ status, said }: ShardReport): string | undefined {
  if (BUSY.includes(status)) {
    return `is ${status}${status === 'running' && said ? ` on ${said.host}` : ''}`;
  }
  if (status === 'silent' && said && surelyRunsHere(said)) {
    return `is silent, but its process ${said.processId} still runs here`;
  }
  return undefined;
}

/** @param what is said of the shards that are named. */
function noteShards(what: string, named: readonly string[], output: Output): void {
  if (named.length === 0) return;
  const more = named.length > MOST_NAMED ? `, and ${named.length - MOST_NAMED} more` : '';
  output.note(`${what}: ${named.slice(0, MOST_NAMED).join(', ')}${more}.`);
}
