import { amount } from '../../../shared/amount.ts';
import { transferNames } from '../../../shared/domain/transfer.ts';
import type { Settings } from '../../../shared/domain/settings.ts';

/**
 * Explains the number of trainings: `3 replicates × (1 dense + 9 levels × 2 branches)`. Every transfer
 * adds a dense network on its target.
 */
export function describeTrainings({ replicates, pruning, branches }: Settings): string {
  const branchCount = 1 + branches.length;
  const levels = amount(pruning.levels, 'level');
  const denseCount = 1 + transferNames({ branches }).length;
  const inside = `${denseCount} dense + ${levels} × ${amount(branchCount, 'branch', 'branches')}`;
  return `${amount(replicates.count, 'replicate')} × (${inside}), counting the ticket as a branch`;
}
