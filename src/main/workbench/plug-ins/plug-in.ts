/**
 * What authors of plug-ins import, as `ticket-workbench/plug-in`: the functions that make definitions,
 * their types, and helpers that built-in entries use. See docs/plug-ins.md.
 */
import type { z } from 'zod';
import type { Definition } from '../../../shared/domain/definition.ts';
import type { AnalysisDefinition } from '../../engine/analyses/analysis.ts';
import type { ArchitectureDefinition } from '../../engine/architectures/architecture.ts';
import type { DatasetDefinition } from '../../engine/datasets/dataset.ts';
import type { InitializerDefinition } from '../../engine/initializers/initializer.ts';
import type { BranchDefinition } from '../../engine/lottery/branches/branch.ts';
import type { PruningScheduleDefinition } from '../../engine/pruning/schedules/schedule.ts';
import type { StrategyDefinition } from '../../engine/pruning/strategy.ts';
import {
  defineOptimizer as defineOptimizerOnBothEngines,
  type Optimizer,
  type OptimizerDefinition,
} from '../../engine/training/optimizers/optimizer.ts';
import type { Exporter } from '../../exporters/exporter.ts';

export { z } from 'zod';

export { WorkbenchError } from '../../../shared/contract/errors.ts';
export { rng, type Rng, shuffleInPlace } from '../../../shared/rng.ts';

export { defineAnalysis } from '../../engine/analyses/analysis.ts';
export { defineArchitecture } from '../../engine/architectures/architecture.ts';
export {
  type Dataset,
  defineDataset,
  type DatasetSummary,
  type ExampleSet,
} from '../../engine/datasets/dataset.ts';
export { fingerprintOf } from '../../engine/datasets/fingerprint.ts';
export { allocateExamples, allocateFloatExamples } from '../../engine/datasets/memory.ts';
export { defineInitializer, type FillKernel } from '../../engine/initializers/initializer.ts';
export {
  type BranchContext,
  defineBranch,
  type Subnetwork,
} from '../../engine/lottery/branches/branch.ts';
export type { Mask } from '../../../shared/domain/mask.ts';
export type { ParameterLayout } from '../../../shared/domain/layout.ts';
export type { NetworkSpec } from '../../engine/layers/spec.ts';
export { defineSchedule as definePruningSchedule } from '../../engine/pruning/schedules/schedule.ts';
export { defineCriterion, global, layerwise } from '../../engine/pruning/scopes.ts';
export { magnitudes, prunableScores } from '../../engine/pruning/scores.ts';
export {
  defineStrategy,
  type PruningContext,
  type PruningStrategy,
  type SparsityTarget,
} from '../../engine/pruning/strategy.ts';
export {
  type DenseOptimizer,
  type OptimizedVariable,
  scalars,
  setScalar,
} from '../../engine/training/optimizers/optimizer.ts';
export type { Exporter };

/** An optimizer of a plug-in. It trains on the dense engine only. */
export function defineOptimizer<Hparams extends z.ZodObject>(
  definition: Definition<Hparams> & {
    create(hparams: z.infer<Hparams>): Omit<Optimizer, 'onSparseKernels'>;
  },
): OptimizerDefinition {
  return defineOptimizerOnBothEngines({
    ...definition,
    create: (hparams) => ({ ...definition.create(hparams), onSparseKernels: undefined }),
  });
}

/** The export `plugIn` of a plug-in: `export const plugIn = { … } satisfies PlugIn`. */
export interface PlugIn {
  readonly datasets?: readonly DatasetDefinition[];
  readonly architectures?: readonly ArchitectureDefinition[];
  readonly initializers?: readonly InitializerDefinition[];
  readonly optimizers?: readonly OptimizerDefinition[];
  readonly strategies?: readonly StrategyDefinition[];
  readonly pruningSchedules?: readonly PruningScheduleDefinition[];
  readonly branches?: readonly BranchDefinition[];
  readonly analyses?: readonly AnalysisDefinition[];
  readonly exporters?: readonly Exporter[];
}
