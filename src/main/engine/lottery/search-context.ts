import type { Settings } from '../../../shared/domain/settings.ts';
import type { TrainingKey } from '../../../shared/domain/training.ts';
import { architectures } from '../architectures/index.ts';
import type { Dataset } from '../datasets/dataset.ts';
import { initializers } from '../initializers/index.ts';
import { type FillKernel, initialize } from '../initializers/initializer.ts';
import type { Kernels } from '../kernels/kernels.ts';
import type { ParameterLayout } from '../../../shared/domain/layout.ts';
import type { NetworkSpec } from '../layers/spec.ts';
import { layoutOf } from '../network.ts';
import { strategies } from '../pruning/index.ts';
import { Sensitivity } from '../pruning/sensitivity/sensitivity.ts';
import type { PruningStrategy } from '../pruning/strategy.ts';
import { schedules } from '../training/schedules/index.ts';
import type { Schedule } from '../training/schedules/schedule.ts';
import type { LaidOutSets } from '../sparse/laid-out-examples.ts';
import type { TrainingData } from '../training/trainer.ts';
import { trainingDataOf } from '../training/training-data.ts';
import { branchDefinition } from './branches/index.ts';
import { RandomStreams } from './random-streams.ts';
import { rewindOf } from './rewinds/index.ts';
import type { RewindDefinition } from './rewinds/rewind.ts';
import { SearchTrainers } from './search-trainers.ts';

/** What all trainings and analyses of a search share on one thread. */
export class SearchContext {
  readonly kernels: Kernels;
  readonly settings: Settings;
  /** As decoded. */
  readonly dataset: Dataset;
  /** Its examples, split and normalised as the search's settings say. */
  readonly data: TrainingData;
  readonly network: NetworkSpec;
  readonly layout: ParameterLayout;
  readonly fill: FillKernel;
  readonly strategy: PruningStrategy;
  readonly sensitivity: Sensitivity;
  readonly rewind: RewindDefinition;
  readonly streams: RandomStreams;
  readonly trainers: SearchTrainers;
  readonly #schedule: Schedule;
  /** Cached while memory allows: drawing θ0 takes as long as many optimizer steps. */
  #lastInitialization:
    { readonly replicate: number; readonly weights: WeakRef<Float32Array> } | undefined;

  /** @param laidOut see `TrainingData`. */
  constructor(kernels: Kernels, settings: Settings, dataset: Dataset, laidOut?: LaidOutSets) {
    const { architecture, initializer, pruning, training, replicates } = settings;
    this.kernels = kernels;
    this.settings = settings;
    this.dataset = dataset;
    this.data = { ...trainingDataOf(settings, dataset), laidOut };
    this.network = architectures
      .get(architecture.id)
      .build(architecture, dataset.shape, dataset.classes);
    this.layout = layoutOf(this.network);
    this.fill = initializers.get(initializer.id).create(initializer);
    this.strategy = strategies.get(pruning.strategy.id).create(pruning.strategy);
    this.sensitivity = new Sensitivity(
      kernels,
      this.network,
      this.data.dataset,
      this.data.trainIndices,
      this.data.normalization,
    );
    this.rewind = rewindOf(settings);
    this.#schedule = schedules
      .get(training.schedule.id)
      .create(training.schedule, training.iterations);
    this.streams = new RandomStreams(replicates.seed);
    this.trainers = new SearchTrainers(kernels, settings, this.network, this.data);
  }

  /** θ0 of a replicate, read-only. */
  initialization(key: TrainingKey): Float32Array {
    const { replicate } = key;
    const last = this.#lastInitialization;
    const drawn = last?.replicate === replicate ? last.weights.deref() : undefined;
    if (drawn) return drawn;
    const { initializer } = this.settings;
    const weights =
      initializers.get(initializer.id).given?.(initializer, this.network) ??
      initialize(this.layout, this.fill, this.streams.initialization(key));
    this.#lastInitialization = { replicate, weights: new WeakRef(weights) };
    return weights;
  }

  /** The factor on the learning rate, by iteration. */
  rateFactor(key: TrainingKey): Schedule {
    const isFineTuned = key.level > 0 && this.rewind.keepsFinalRate;
    const branch = branchDefinition(this.settings, key.branch);
    if (!isFineTuned && branch?.keepsFinalRate !== true) return this.#schedule;
    const last = this.#schedule(this.settings.training.iterations - 1);
    return () => last;
  }

  dispose(): void {
    this.trainers.dispose();
  }
}
