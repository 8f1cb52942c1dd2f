import type { Tensor } from '../../kernels/binding.ts';
import type { Kernels } from '../../kernels/kernels.ts';
import { OwnedTensors } from '../../kernels/owned-tensors.ts';
import type { BuiltNetwork } from '../../layers/index.ts';
import type { Pass } from '../../layers/layer.ts';
import type { Batch } from './example-source.ts';

/** The gradient of a batch's mean cross-entropy with respect to every parameter of a network. */
export class Backpropagation {
  readonly #kernels: Kernels;
  readonly #network: BuiltNetwork;
  readonly #owned: OwnedTensors;
  readonly #axisZero: Tensor;
  /** 1 / batch size. */
  readonly #perExample: Tensor;
  /** `[classes, classes]`: the target probabilities of each class. Undefined without smoothing. */
  readonly #targets: Tensor | undefined;

  /** @param labelSmoothing ε in [0, 1). */
  constructor(
    kernels: Kernels,
    network: BuiltNetwork,
    classes: number,
    batchSize: number,
    labelSmoothing: number,
  ) {
    this.#kernels = kernels;
    this.#network = network;
    this.#owned = new OwnedTensors(kernels);
    this.#axisZero = this.#owned.share(Int32Array.of(0), []);
    this.#perExample = this.#owned.scalar(1 / batchSize);
    this.#targets =
      labelSmoothing === 0
        ? undefined
        : this.#owned.share(smoothedTargets(classes, labelSmoothing), [classes, classes]);
  }

  /** A forward and a backward pass, in the current scope. The layers pass their gradients to `pass`. */
  run({ features, labels }: Batch, pass: Pass): void {
    const forward = this.#network.forward(features, pass);
    const byLogits = this.#lossGradient(forward.output, labels);
    const gradient = this.#kernels.multiply(byLogits, this.#perExample);
    forward.backward(gradient, features, forward.output);
  }

  dispose(): void {
    this.#owned.dispose();
  }

  /** The gradient of each example's loss with respect to its logits, `[batch, classes]`, not averaged. */
  #lossGradient(logits: Tensor, labels: Tensor): Tensor {
    const kernels = this.#kernels;
    if (this.#targets === undefined) return kernels.softmaxCrossEntropy(logits, labels).gradient;
    const smoothed = kernels.gatherRows(this.#targets, labels, this.#axisZero);
    return kernels.softmaxCrossEntropyWithTargets(logits, smoothed).gradient;
  }
}

/** Szegedy et al. 2016, section 7: row c is (1 − ε) · onehot(c) + ε / classes. */
function smoothedTargets(classes: number, smoothing: number): Float32Array {
  const targets = new Float32Array(classes * classes).fill(smoothing / classes);
  for (let label = 0; label < classes; label += 1) {
    targets[label * classes + label] = 1 - smoothing + smoothing / classes;
  }
  return targets;
}
