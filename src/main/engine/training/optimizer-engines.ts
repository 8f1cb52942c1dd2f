/** Which engines can train a search: not every optimizer has an update on the sparse engine. */
import type { Choice } from '../../../shared/domain/definition.ts';
import { ENGINE_IDS, type EngineId } from '../../../shared/domain/engine.ts';
import type { Settings } from '../../../shared/domain/settings.ts';
import { isTransfer } from '../../../shared/domain/transfer.ts';
import { optimizers } from './optimizers/index.ts';

/** The part of settings that chooses optimizers. */
type OptimizerSettings = Pick<Settings, 'branches'> & {
  readonly training: Pick<Settings['training'], 'optimizer'>;
};

/** An optimizer of a search, and the setting that chooses it. */
interface ChosenOptimizer {
  readonly path: string;
  readonly id: string;
}

/** The first optimizer of a search or of its transfers that only the dense engine has. */
export function denseOnlyOptimizer(settings: OptimizerSettings): ChosenOptimizer | undefined {
  const { optimizer } = settings.training;
  if (!hasSparseUpdate(optimizer)) return { path: 'training.optimizer', id: optimizer.id };
  for (const [index, entry] of settings.branches.entries()) {
    const own = isTransfer(entry) ? entry.optimizer : undefined;
    if (own && !hasSparseUpdate(own)) return { path: `branches.${index}.optimizer`, id: own.id };
  }
  return undefined;
}

/** The engines that every training of a search can run on. */
export function enginesFor(settings: OptimizerSettings): readonly EngineId[] {
  return denseOnlyOptimizer(settings) ? ['dense'] : ENGINE_IDS;
}

export function hasSparseUpdate(optimizer: Choice): boolean {
  return optimizers.get(optimizer.id).create(optimizer).onSparseKernels !== undefined;
}
