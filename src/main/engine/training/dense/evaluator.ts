import type { Tensor } from '../../kernels/binding.ts';
import { OwnedTensors } from '../../kernels/owned-tensors.ts';
import type { NetworkSpec } from '../../layers/spec.ts';
import { activationCount } from '../../network.ts';
import type { Score } from '../trainer.ts';
import type { DenseModel } from './dense-model.ts';
import type { Examples } from './example-source.ts';

/** The most examples that are evaluated at a time: enough to keep the kernels busy. */
const EVALUATION_BATCH = 1000;
/**
 * The most activations of the examples evaluated at a time, in floats. One or two layers are held.
 */
const EVALUATION_ACTIVATIONS = 2 ** 24;

/** How many examples of a network are evaluated at a time. */
export function evaluationBatchOf(network: NetworkSpec): number {
  const fitting = Math.floor(EVALUATION_ACTIVATIONS / activationCount(network));
  return Math.min(EVALUATION_BATCH, Math.max(1, fitting));
}

/** Measures loss and accuracy, with running statistics and without dropout. */
export class Evaluator {
  readonly #model: DenseModel;
  readonly #owned: OwnedTensors;
  readonly #axisOne: Tensor;

  constructor(model: DenseModel) {
    this.#model = model;
    this.#owned = new OwnedTensors(model.kernels);
    this.#axisOne = this.#owned.share(Int32Array.of(1), []);
  }

  /** @param correct as in `Trainer.scoreTest`. */
  score(chunks: readonly Examples[], correct?: Uint8Array): Score {
    const { kernels, source } = this.#model;
    let loss = 0;
    let hits = 0;
    let count = 0;
    for (const chunk of chunks) {
      kernels.scope(() => {
        const { features, labels } = source.gather(chunk);
        const logits = this.#logitsOf(features);
        const losses = kernels.read(kernels.softmaxCrossEntropy(logits, labels).loss);
        const isCorrect = kernels.readBooleans(kernels.isCorrect(logits, labels, this.#axisOne));
        for (let index = 0; index < losses.length; index += 1) {
          loss += losses[index]!;
          hits += isCorrect[index]!;
        }
        correct?.set(isCorrect, count);
      });
      count += chunk.count;
    }
    return { loss: loss / count, accuracy: hits / count };
  }

  dispose(): void {
    this.#owned.dispose();
  }

  #logitsOf(features: Tensor): Tensor {
    const { network, parameters } = this.#model;
    const { output } = network.forward(features, {
      isTraining: false,
      seed: 0,
      step: 0,
      value: parameters.values(),
      setGradient: () => undefined,
      setStatistic: () => undefined,
    });
    return output;
  }
}
