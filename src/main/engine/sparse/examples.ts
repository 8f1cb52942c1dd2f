import type { ExampleSet, Features } from '../datasets/dataset.ts';
import type { AugmentedExamples } from '../training/trainer.ts';
import { type NetworkSpec, productOf } from '../network.ts';
import { type Normalization, plainNormalization } from '../normalizations/normalization.ts';
import { type Moments, momentsOfSet } from '../normalizations/statistics.ts';
import { type Activation, NO_MARGIN, reserveFlat, reservePlanes } from './activation.ts';
import type { Arena } from './arena.ts';
import type { Pointer, SparseKernels, Vectors } from './kernels.ts';
import { vectorsOf } from './layout.ts';
import { marginFor } from './layers/index.ts';

/** Bytes that the transposing kernels read at a time. */
const BLOCK = 16;

const CACHE_LINE = 64;

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
  readonly #normalization: Normalization;
  /** Vectors of four examples: one a channel, or one for every four examples. */
  readonly #centers: Pointer;
  readonly #divisors: Pointer;
  #rawBytes: Buffer = Buffer.alloc(0);
  #labelView: Int32Array = new Int32Array();
  #centerView: Float32Array = new Float32Array();
  #divisorView: Float32Array = new Float32Array();

  /** @param examples of the training examples, of the same kind as those that are loaded. */
  constructor(
    kernels: SparseKernels,
    arena: Arena,
    network: NetworkSpec,
    maximumVectors: Vectors,
    isWholeBatch: boolean,
    examples: Features,
    normalization: Normalization = plainNormalization(examples),
  ) {
    const features = productOf(network.inputShape);
    const hasBytes = examples instanceof Uint8Array;
    const block = hasBytes ? BLOCK : BLOCK / 4;
    this.#kernels = kernels;
    this.#arena = arena;
    this.#features = features;
    this.#hasBytes = hasBytes;
    this.#pitch = Math.ceil(features / block) * block;
    this.#maximumExamples = maximumVectors * 4;
    this.#raw = arena.reserve(this.#maximumExamples * this.#pitchBytes);
    this.labels = arena.reserve(this.#maximumExamples * 4);
    this.#normalization = normalization;
    this.#centers = arena.reserve(this.#momentFloats * 4);
    this.#divisors = arena.reserve(this.#momentFloats * 4);
    this.activation = reserveInput(network, arena, maximumVectors, isWholeBatch);
  }

  get #pitchBytes(): number {
    return this.#hasBytes ? this.#pitch : this.#pitch * 4;
  }

  get #momentFloats(): number {
    switch (this.#normalization.kind) {
      case 'uniform':
        return 0;
      case 'channels':
        return this.#normalization.centers.length * 4;
      case 'examples':
        return this.#maximumExamples;
    }
  }

  /** To be called after every `Arena.commit`, which may have emptied the views. */
  takeViews(): void {
    this.#rawBytes = bytesOf(
      this.#arena.bytes(this.#raw, this.#maximumExamples * this.#pitchBytes),
    );
    this.#labelView = this.#arena.integers(this.labels, this.#maximumExamples);
    this.#centerView = this.#arena.floats(this.#centers, this.#momentFloats);
    this.#divisorView = this.#arena.floats(this.#divisors, this.#momentFloats);
    const normalization = this.#normalization;
    const isUnit = normalization.kind === 'uniform' && normalization.divisor === 255;
    this.#kernels.scaleBytes(isUnit ? 1 : 0);
    if (normalization.kind !== 'channels') return;
    for (const [channel, center] of normalization.centers.entries()) {
      this.#centerView.fill(center, channel * 4, channel * 4 + 4);
      this.#divisorView.fill(normalization.divisors[channel]!, channel * 4, channel * 4 + 4);
    }
  }

  /**
   * Makes the examples of these indices the network's input; gives how many vectors they take.
   *
   * @param changed what they have become, from the place `first` on.
   */
  load(set: ExampleSet, indices: Int32Array, changed?: AugmentedExamples, first = 0): Vectors {
    const size = this.#features;
    const pitch = this.#pitchBytes;
    const { length } = indices;
    const { features } = changed ?? set;
    const rows = changed ? indices.map((_, place) => first + place) : indices;
    const bytes = bytesOf(features);
    const rowBytes = size * features.BYTES_PER_ELEMENT;
    this.#touch(bytes, rows, rowBytes);
    for (let example = 0; example < length; example += 1) {
      const start = rows[example]! * rowBytes;
      bytes.copy(this.#rawBytes, example * pitch, start, start + rowBytes);
      this.#labelView[example] = set.labels[indices[example]!]!;
    }
    const vectors = vectorsOf(length);
    this.#rawBytes.fill(0, length * pitch, vectors * 4 * pitch);
    this.#labelView.fill(-1, length, vectors * 4);
    this.#toActivation(vectors);
    if (this.#normalization.kind === 'examples') {
      this.#placeMoments(vectors, changed?.moments ?? momentsOfSet(set), rows);
    }
    this.#normalize(vectors);
    return vectors;
  }

  /**
   * Reads a byte of every cache line that is going to be copied. Examples lie anywhere in more memory
   * than caches hold: read like this, many are waited for at a time.
   */
  #touch(bytes: Buffer, rows: Int32Array, rowBytes: number): void {
    let sum = 0;
    for (const row of rows) {
      const end = (row + 1) * rowBytes;
      for (let place = row * rowBytes; place < end; place += CACHE_LINE) sum += bytes[place]!;
    }
    // Written, because a sum that nobody wants would not be worked out; a label takes its place.
    this.#labelView[0] = sum;
  }

  #normalize(vectors: Vectors): void {
    const { kind } = this.#normalization;
    if (kind === 'uniform') return;
    const { activation } = this;
    const [byVector, byChannel] = kind === 'examples' ? [16, 0] : [0, 16];
    const [centers, divisors] = [this.#centers, this.#divisors];
    if (activation.kind === 'flat') {
      const { features, values } = activation;
      const channels = kind === 'examples' ? 1 : this.#centerView.length / 4;
      this.#kernels.normalizeRows(
        vectors,
        features,
        channels,
        centers,
        divisors,
        byVector,
        byChannel,
        values,
      );
      return;
    }
    const { channels, height, width, values, groupPitch, planePitch, rowPitch } = activation;
    this.#kernels.normalizePlanes(
      vectors,
      channels,
      height,
      width,
      centers,
      divisors,
      byVector,
      byChannel,
      values,
      groupPitch,
      planePitch,
      rowPitch,
    );
  }

  #placeMoments(vectors: Vectors, moments: Moments, rows: Int32Array): void {
    for (const [example, row] of rows.entries()) {
      this.#centerView[example] = moments.centers[row]!;
      this.#divisorView[example] = moments.divisors[row]!;
    }
    // What fills up the last vector has to stay finite.
    this.#centerView.fill(0, rows.length, vectors * 4);
    this.#divisorView.fill(1, rows.length, vectors * 4);
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
function reserveInput(
  network: NetworkSpec,
  arena: Arena,
  maximumVectors: Vectors,
  isWholeBatch: boolean,
): Activation {
  const { inputShape, layers } = network;
  const [height, width, channels] = inputShape;
  const isFlattened = layers.find(({ kind }) => kind !== 'relu')?.kind === 'flatten';
  if (height === undefined || width === undefined || channels === undefined || isFlattened) {
    return reserveFlat(arena, productOf(inputShape), maximumVectors, false);
  }
  const shape = { height, width, channels };
  const margin = isWholeBatch ? NO_MARGIN : marginFor(layers, inputShape);
  return reservePlanes(arena, shape, margin, maximumVectors, false);
}

const buffers = new WeakMap<Features, Buffer>();

/** As a Node buffer, which copies rows with less ado than typed arrays do. */
function bytesOf(features: Features): Buffer {
  const known = buffers.get(features);
  if (known) return known;
  const { buffer, byteOffset, byteLength } = features;
  const bytes = Buffer.from(buffer, byteOffset, byteLength);
  buffers.set(features, bytes);
  return bytes;
}
