import type { Settings } from '../../../shared/domain/settings.ts';

/** Why a search has as many trainings as it has: `3 replicates × (1 dense + 9 levels × 2 branches)`. */
export function describeTrainings({ replicates, pruning, branches }: Settings): string {
  const count = (value: number, what: string, many = `${what}s`) =>
    `${value} ${value === 1 ? what : many}`;
  const branchCount = 1 + branches.length;
  const levels = count(pruning.levels, 'level');
  const inside = `1 dense + ${levels} × ${count(branchCount, 'branch', 'branches')}`;
  return `${count(replicates.count, 'replicate')} × (${inside}); the ticket is a branch`;
}
