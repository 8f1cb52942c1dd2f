import type { ExampleSet } from '../datasets/dataset.ts';
import { type NetworkSpec, productOf } from '../network.ts';
import { type Activation, reserveFlat, reservePlanes } from './activation.ts';
import type { Arena } from './arena.ts';
import type { Pointer, SparseKernels, Vectors } from './kernels.ts';
import { vectorsOf } from './layout.ts';
import { marginFor } from './layers/index.ts';

/** Bytes that the transposing kernel reads at a time. */
const BLOCK = 16;

/**
 * The way of examples into a trainer's memory: their bytes are copied out of the memory that all
 * workers share, batch by batch, and the kernels make activations of them.
 */
export class ExampleLoader {
  /** The network's input, which no gradient is needed of. */
  readonly activation: Activation;
  readonly labels: Pointer;
  readonly #kernels: SparseKernels;
  readonly #arena: Arena;
  readonly #features: number;
  readonly #pitch: number;
  readonly #maximumExamples: number;
  readonly #bytes: Pointer;
  #byteView: Uint8Array = new Uint8Array();
  #labelView: Int32Array = new Int32Array();

  constructor(kernels: SparseKernels, arena: Arena, network: NetworkSpec, maximumVectors: Vectors) {
    const features = productOf(network.inputShape);
    this.#kernels = kernels;
    this.#arena = arena;
    this.#features = features;
    this.#pitch = Math.ceil(features / BLOCK) * BLOCK;
    this.#maximumExamples = maximumVectors * 4;
    this.#bytes = arena.reserve(this.#maximumExamples * this.#pitch);
    this.labels = arena.reserve(this.#maximumExamples * 4);
    this.activation = reserveInput(network, arena, maximumVectors);
  }

  /** To be called after every `Arena.commit`, which may have emptied the views. */
  takeViews(): void {
    this.#byteView = this.#arena.bytes(this.#bytes, this.#maximumExamples * this.#pitch);
    this.#labelView = this.#arena.integers(this.labels, this.#maximumExamples);
  }

  /** Makes the examples of these indices the network's input; gives how many vectors they take. */
  load(set: ExampleSet, indices: Int32Array): Vectors {
    const features = this.#features;
    const pitch = this.#pitch;
    const { length } = indices;
    for (let example = 0; example < length; example += 1) {
      const index = indices[example]!;
      const start = index * features;
      this.#byteView.set(set.features.subarray(start, start + features), example * pitch);
      this.#labelView[example] = set.labels[index]!;
    }
    const vectors = vectorsOf(length);
    this.#byteView.fill(0, length * pitch, vectors * 4 * pitch);
    this.#labelView.fill(-1, length, vectors * 4);
    this.#toActivation(vectors);
    return vectors;
  }

  #toActivation(vectors: Vectors): void {
    const { activation } = this;
    if (activation.kind === 'flat') {
      const { features, values } = activation;
      this.#kernels.transposeExamples(vectors, features, this.#pitch, this.#bytes, values);
      return;
    }
    const { channels, height, width, values, groupPitch, planePitch, rowPitch } = activation;
    this.#kernels.planesOfExamples(
      vectors,
      channels,
      height,
      width,
      this.#pitch,
      this.#bytes,
      values,
      groupPitch,
      planePitch,
      rowPitch,
    );
  }
}

/** Planes if the network looks at images as such, else flat features from the start. */
function reserveInput(network: NetworkSpec, arena: Arena, maximumVectors: Vectors): Activation {
  const { inputShape, layers } = network;
  const [height, width, channels] = inputShape;
  const isFlattened = layers.find(({ kind }) => kind !== 'relu')?.kind === 'flatten';
  if (height === undefined || width === undefined || channels === undefined || isFlattened) {
    return reserveFlat(arena, productOf(inputShape), maximumVectors, false);
  }
  const shape = { height, width, channels };
  return reservePlanes(arena, shape, marginFor(layers, inputShape), maximumVectors, false);
}
