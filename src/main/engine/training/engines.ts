import { WorkbenchError } from '../../../shared/contract/errors.ts';
import type { Choice } from '../../../shared/domain/definition.ts';
import type { EngineId } from '../../../shared/domain/engine.ts';
import type { Kernels } from '../kernels/kernels.ts';
import type { NetworkSpec } from '../network.ts';
import { loadSparseModule } from '../sparse/kernels.ts';
import { unsupportedLayer } from '../sparse/layers/index.ts';
import { sparseUpdate } from '../sparse/optimizer.ts';
import { SparseTrainer } from '../sparse/sparse-trainer.ts';
import { DenseTrainer } from './dense-trainer.ts';
import { optimizers } from './optimizers/index.ts';
import type { LossOptions, Trainer, TrainingData } from './trainer.ts';

/** What every trainer of a search is made from. */
export interface TrainerIngredients {
  readonly kernels: Kernels;
  readonly network: NetworkSpec;
  readonly optimizer: Choice;
  readonly data: TrainingData;
  readonly batchSize: number;
  readonly loss: LossOptions;
}

export function createTrainer(engine: EngineId, ingredients: TrainerIngredients): Trainer {
  if (engine === 'dense') return createDenseTrainer(ingredients);
  const { network, data, batchSize, loss } = ingredients;
  const optimizer = optimizers.get(ingredients.optimizer.id).create(ingredients.optimizer);
  return new SparseTrainer(
    loadSparseModule(engine === 'sparse' ? 'strict' : 'relaxed'),
    network,
    optimizer,
    sparseUpdate(ingredients.optimizer),
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

export function sparseEngineSupports(network: NetworkSpec): boolean {
  return unsupportedLayer(network) === undefined;
}

/** @throws WorkbenchError `invalid-settings` naming the layer that the engine can't compute. */
export function checkEngineSupports(engine: EngineId, network: NetworkSpec): void {
  if (engine === 'dense') return;
  const layer = unsupportedLayer(network);
  if (layer === undefined) return;
  throw new WorkbenchError(
    'invalid-settings',
    `training.engine is "${engine}"; expected "auto" or "dense", because the sparse engine has no kernels for layer ${layer.name}, a ${layer.kind} layer`,
  );
}
