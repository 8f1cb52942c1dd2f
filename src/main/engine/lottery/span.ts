/** The iterations at which each training of a search starts and ends. */
import { firstIteration } from '../../../shared/domain/plan.ts';
import type { Settings } from '../../../shared/domain/settings.ts';
import type { TrainingKey } from '../../../shared/domain/training.ts';
import { branchDefinition } from './branches/index.ts';

/** Counted from initialisation. */
interface Span {
  readonly from: number;
  /** Equal to `from` if the branch is not trained. */
  readonly to: number;
}

export function spanOf(settings: Settings, key: TrainingKey): Span {
  const from = firstIteration(settings, key.level);
  const isTrained = branchDefinition(settings, key.branch)?.isTrained ?? true;
  return { from, to: isTrained ? settings.training.iterations : from };
}

/** Optimizer steps of a training. */
export function iterationsOf(settings: Settings, key: TrainingKey): number {
  const { from, to } = spanOf(settings, key);
  return to - from;
}
