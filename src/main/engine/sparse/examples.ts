import type { ExampleSet, Features } from '../datasets/dataset.ts';
import { type NetworkSpec, productOf } from '../network.ts';
import { type Activation, reserveFlat, reservePlanes } from './activation.ts';
import type { Arena } from './arena.ts';
import type { Pointer, SparseKernels, Vectors } from './kernels.ts';
import { vectorsOf } from './layout.ts';
import { marginFor } from './layers/index.ts';

/** Bytes that the transposing kernels read at a time. */
const BLOCK = 16;

/**
 * The way of examples into a trainer's memory: their features are copied out of the memory that all
 * workers share, batch by batch, and the kernels make activations of them.
 */
export class ExampleLoader {
  /** The network's input, which no gradient is needed of. */
  readonly activation: Activation;
  readonly labels: Pointer;
  readonly #kernels: SparseKernels;
  readonly #arena: Arena;
  readonly #features: number;
  readonly #hasBytes: boolean;
  /** From one example to the next, in features. */
  readonly #pitch: number;
  readonly #maximumExamples: number;
  readonly #raw: Pointer;
  #rawView: Features = new Uint8Array();
  #labelView: Int32Array = new Int32Array();

  /** @param hasBytes whether examples come as bytes, not floats. */
  constructor(
    kernels: SparseKernels,
    arena: Arena,
    network: NetworkSpec,
    maximumVectors: Vectors,
    hasBytes: boolean,
  ) {
    const features = productOf(network.inputShape);
    const block = hasBytes ? BLOCK : BLOCK / 4;
    this.#kernels = kernels;
    this.#arena = arena;
    this.#features = features;
    this.#hasBytes = hasBytes;
    this.#pitch = Math.ceil(features / block) * block;
    this.#maximumExamples = maximumVectors * 4;
    this.#raw = arena.reserve(this.#maximumExamples * this.#pitchBytes);
    this.labels = arena.reserve(this.#maximumExamples * 4);
    this.activation = reserveInput(network, arena, maximumVectors);
  }

  get #pitchBytes(): number {
    return this.#hasBytes ? this.#pitch : this.#pitch * 4;
  }

  /** To be called after every `Arena.commit`, which may have emptied the views. */
  takeViews(): void {
    const length = this.#maximumExamples * this.#pitch;
    this.#rawView = this.#hasBytes
      ? this.#arena.bytes(this.#raw, length)
      : this.#arena.floats(this.#raw, length);
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
      this.#rawView.set(set.features.subarray(start, start + features), example * pitch);
      this.#labelView[example] = set.labels[index]!;
    }
    const vectors = vectorsOf(length);
    this.#rawView.fill(0, length * pitch, vectors * 4 * pitch);
    this.#labelView.fill(-1, length, vectors * 4);
    this.#toActivation(vectors);
    return vectors;
  }

  #toActivation(vectors: Vectors): void {
    const { activation } = this;
    const kernels = this.#kernels;
    if (activation.kind === 'flat') {
      const { features, values } = activation;
      const transpose = this.#hasBytes ? kernels.transposeExamples : kernels.transposeFloatExamples;
      transpose(vectors, features, this.#pitchBytes, this.#raw, values);
      return;
    }
    const { channels, height, width, values, groupPitch, planePitch, rowPitch } = activation;
    const toPlanes = this.#hasBytes ? kernels.planesOfExamples : kernels.planesOfFloatExamples;
    toPlanes(
      vectors,
      channels,
      height,
      width,
      this.#pitchBytes,
      this.#raw,
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
