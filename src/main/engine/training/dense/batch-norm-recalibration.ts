import type { ParameterIndex } from '../../layers/layer.ts';
import { definitionOf } from '../../layers/kinds/index.ts';
import type { ParameterLayout } from '../../../../shared/domain/layout.ts';
import type { NetworkSpec } from '../../layers/spec.ts';
import { flatLayers } from '../../network.ts';
import type { DenseModel } from './dense-model.ts';

/** One vector of running statistics: the means or the variances of a layer's channels. */
interface RunningStatistic {
  readonly parameter: ParameterIndex;
  readonly size: number;
  /** The weight of the batch in the statistic after a training step, in (0, 1). */
  readonly momentum: number;
}

/** The sums of a running statistic over all batches so far. */
type Sums = ReadonlyMap<ParameterIndex, Float64Array>;

/**
 * Recomputes the running statistics of batch normalisations at the current weights: the mean of the
 * statistics of many batches (Izmailov et al. 2018, algorithm 1; torch.optim.swa_utils.update_bn).
 */
export class BatchNormRecalibration {
  readonly #model: DenseModel;
  readonly #statistics: readonly RunningStatistic[];
  readonly #batch: Int32Array;

  constructor(model: DenseModel, network: NetworkSpec, layout: ParameterLayout, batchSize: number) {
    this.#model = model;
    this.#statistics = runningStatisticsOf(network, layout);
    this.#batch = new Int32Array(batchSize);
  }

  /**
   * @param indices of training examples. They are cut into whole batches, and a remainder is not
   *   used. Too few for one batch are repeated.
   * @param seed seeds dropout.
   */
  run(indices: Int32Array, seed: number): void {
    if (this.#statistics.length === 0) return;
    const { parameters } = this.#model;
    // A training step turns a running statistic of zero into momentum · the batch's statistic.
    for (const { parameter, size } of this.#statistics) {
      parameters.assign(parameter, new Float32Array(size));
    }
    const sums: Sums = new Map(
      this.#statistics.map(({ parameter, size }) => [parameter, new Float64Array(size)]),
    );
    const batches = Math.max(1, Math.floor(indices.length / this.#batch.length));
    for (let number = 0; number < batches; number += 1) {
      const first = number * this.#batch.length;
      for (let place = 0; place < this.#batch.length; place += 1) {
        this.#batch[place] = indices[(first + place) % indices.length]!;
      }
      this.#addBatch(sums, seed, number + 1);
    }
    for (const { parameter, momentum } of this.#statistics) {
      const sum = sumOf(sums, parameter);
      const mean = Float32Array.from(sum, (value) => value / (batches * momentum));
      parameters.assign(parameter, mean);
    }
  }

  #addBatch(sums: Sums, seed: number, step: number): void {
    const { kernels, network, parameters, source } = this.#model;
    kernels.scope(() => {
      const { features } = source.gather(source.batch(this.#batch));
      network.forward(features, {
        isTraining: true,
        seed,
        step,
        value: parameters.values(),
        setGradient: () => undefined,
        setStatistic: (parameter, statistic) => {
          const sum = sumOf(sums, parameter);
          for (const [place, value] of kernels.read(statistic).entries()) sum[place]! += value;
        },
      });
    });
  }
}

function sumOf(sums: Sums, parameter: ParameterIndex): Float64Array {
  const sum = sums.get(parameter);
  if (!sum) throw new Error(`parameter ${parameter} is not a running statistic of this network`);
  return sum;
}

function runningStatisticsOf(network: NetworkSpec, layout: ParameterLayout): RunningStatistic[] {
  const momenta = new Map<string, number>();
  for (const layer of flatLayers(network.layers)) {
    const statistics = definitionOf(layer).batchStatistics(layer);
    if (statistics) momenta.set(layer.name, statistics.momentum);
  }
  return layout.parameters.flatMap(({ trainable, layer, size }, parameter): RunningStatistic[] => {
    const momentum = trainable ? undefined : momenta.get(layer);
    return momentum === undefined ? [] : [{ parameter, size, momentum }];
  });
}
