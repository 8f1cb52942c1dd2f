import type { Choice } from '../../../shared/domain/definition.ts';
import type { EngineId } from '../../../shared/domain/engine.ts';
import type { Kernels } from '../kernels/kernels.ts';
import type { NetworkSpec } from '../layers/spec.ts';
import { MODULES_OF } from '../sparse/build.ts';
import { loadSparseModule } from '../sparse/kernels.ts';
import { SparseTrainer } from '../sparse/sparse-trainer.ts';
import { DenseTrainer } from './dense-trainer.ts';
import { optimizers } from './optimizers/index.ts';
import type { LossOptions, TrainingData } from './trainer.ts';

/** What the trainers of a search are made from, on any engine. */
export interface TrainerIngredients {
  readonly kernels: Kernels;
  readonly network: NetworkSpec;
  readonly optimizer: Choice;
  readonly data: TrainingData;
  readonly batchSize: number;
  readonly loss: LossOptions;
}

export function createTrainer(
  engine: EngineId,
  ingredients: TrainerIngredients,
): DenseTrainer | SparseTrainer {
  if (engine === 'dense') return createDenseTrainer(ingredients);
  const { network, data, batchSize, loss } = ingredients;
  const optimizer = optimizers.get(ingredients.optimizer.id).create(ingredients.optimizer);
  return new SparseTrainer(
    loadSparseModule(MODULES_OF[engine][0]),
    network,
    optimizer,
    data,
    batchSize,
    loss,
  );
}

export function createDenseTrainer(ingredients: TrainerIngredients): DenseTrainer {
  const { kernels, network, data, batchSize, loss } = ingredients;
  const optimizer = optimizers.get(ingredients.optimizer.id).create(ingredients.optimizer);
  return new DenseTrainer(kernels, network, optimizer, data, batchSize, loss);
}
