import { transferNames } from '../../../shared/domain/transfer.ts';
import type { Settings } from '../../../shared/domain/settings.ts';

/**
 * Why a search has as many trainings as it has: `3 replicates × (1 dense + 9 levels × 2 branches)`; the
 * target of a transfer has a dense network of its own.
 */
export function describeTrainings({ replicates, pruning, branches }: Settings): string {
  const count = (value: number, what: string, many = `${what}s`) =>
    `${value} ${value === 1 ? what : many}`;
  const branchCount = 1 + branches.length;
  const levels = count(pruning.levels, 'level');
  const denseCount = 1 + transferNames({ branches }).length;
  const inside = `${denseCount} dense + ${levels} × ${count(branchCount, 'branch', 'branches')}`;
  return `${count(replicates.count, 'replicate')} × (${inside}); the ticket is a branch`;
}
