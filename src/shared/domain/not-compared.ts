/** Which searches, and pairs of searches, a mask overlap lacks, and why. */
import type { SearchOverlap } from '../contract/records/analyses.ts';

/** A sentence for each, which names the searches. */
export function notCompared({ searches, leftOut, apart }: SearchOverlap): string[] {
  const nameAt = (index: number) => searches[index]?.name ?? '';
  return [
    ...leftOut.map(({ name, reason }) => `${name} is left out: ${reason}.`),
    ...apart.map(({ one, other, reason }) => `${nameAt(one)} and ${nameAt(other)} have ${reason}.`),
  ];
}
