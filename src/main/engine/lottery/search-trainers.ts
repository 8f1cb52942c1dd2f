import type { EngineId } from '../../../shared/domain/engine.ts';
import { augmentationOf, type Settings } from '../../../shared/domain/settings.ts';
import type { Kernels } from '../kernels/kernels.ts';
import type { NetworkSpec } from '../layers/spec.ts';
import { Assembler, type AugmentedBatches } from '../training/augmentation/assembler.ts';
import type { BatchKeys } from '../training/augmentation/augment.ts';
import type { DenseTrainer } from '../training/dense-trainer.ts';
import { createDenseTrainer, createTrainer, type TrainerIngredients } from '../training/engines.ts';
import type { Trainer, TrainingData } from '../training/trainer.ts';

/** The trainers of a search on one thread. Each is created on first use. */
export class SearchTrainers {
  readonly #ingredients: TrainerIngredients;
  readonly #trainers = new Map<EngineId, Trainer>();
  /** Undefined if training images are not augmented. */
  readonly #assembler: Assembler | undefined;
  #measuring: DenseTrainer | undefined;

  constructor(kernels: Kernels, settings: Settings, network: NetworkSpec, data: TrainingData) {
    const { optimizer, batchSize, labelSmoothing, clipNorm } = settings.training;
    this.#ingredients = {
      kernels,
      network,
      optimizer,
      data,
      batchSize,
      loss: { labelSmoothing, clipNorm },
    };
    this.#assembler = assemblerFor(settings, data);
  }

  on(engine: EngineId): Trainer {
    const trainer = this.#trainers.get(engine) ?? createTrainer(engine, this.#ingredients);
    this.#trainers.set(engine, trainer);
    return trainer;
  }

  /** For measuring a network while another is being trained. */
  measuring(): DenseTrainer {
    this.#measuring ??= createDenseTrainer(this.#ingredients);
    return this.#measuring;
  }

  /** The augmented batches of iterations `from` to `to`. Undefined if nothing is augmented. */
  augmentedBatches(keys: BatchKeys, from: number, to: number): AugmentedBatches | undefined {
    return this.#assembler?.start(keys, from, to);
  }

  dispose(): void {
    for (const trainer of this.#trainers.values()) trainer.dispose();
    this.#measuring?.dispose();
    this.#assembler?.dispose();
  }
}

function assemblerFor(settings: Settings, data: TrainingData): Assembler | undefined {
  const augmentation = augmentationOf(settings.dataset);
  if (!augmentation) return undefined;
  const { dataset, trainIndices, normalization } = data;
  return new Assembler({
    features: dataset.train.features,
    shape: dataset.shape,
    trainIndices,
    batchSize: settings.training.batchSize,
    augmentation,
    needsMoments: normalization?.kind === 'examples',
  });
}
