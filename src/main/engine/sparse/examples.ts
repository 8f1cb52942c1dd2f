import type { ExampleSet, Features } from '../datasets/dataset.ts';
import type { AugmentedExamples } from '../training/trainer.ts';
import { type NetworkSpec, productOf } from '../layers/spec.ts';
import { type Normalization, plainNormalization } from '../normalizations/normalization.ts';
import { type Moments, momentsOfSet } from '../normalizations/statistics.ts';
import { type Activation, NO_MARGIN, reserveFlat, reservePlanes, valuesOf } from './activation.ts';
import type { Arena } from './arena.ts';
import { inputKindOf } from './input-kind.ts';
import type { LiveRows, Moments as KernelMoments } from './kernel-bindings.ts';
import type { Pointer, SparseKernels, Vectors } from './kernels.ts';
import type { LaidOutRows, LaidOutTile } from './laid-out-examples.ts';
import type { GatherRows } from './native.ts';
import { vectorsOf } from './layout.ts';
import { marginFor } from './layers/index.ts';

/** The transposing kernels read 16 bytes at a time. */
const BLOCK = 16;

const CACHE_LINE = 64;
/** Bytes of a vector of four examples. */
const VECTOR = 16;

/**
 * Loads examples into a trainer's memory: copies the features of a batch from the memory that all
 * workers share, and lets the kernels turn them into the network's input.
 */
export class ExampleLoader {
  /** The network's input; it has no gradient. */
  readonly activation: Activation;
  readonly labels: Pointer;
  readonly #kernels: SparseKernels;
  readonly #arena: Arena;
  readonly #features: number;
  readonly #hasBytes: boolean;
  /** Features from one example to the next. */
  readonly #pitch: number;
  readonly #maximumExamples: number;
  readonly #raw: Pointer;
  /** i32 `[features]`: which features have rows. */
  readonly #rows: Pointer;
  readonly #normalization: Normalization;
  readonly #gatherRows: GatherRows | undefined;
  /** Vectors of four examples: one for each channel, or one for every four examples. */
  readonly #centers: Pointer;
  readonly #divisors: Pointer;
  #rawBytes: Buffer = Buffer.alloc(0);
  #rowBytes: Buffer = Buffer.alloc(0);
  #labelView: Int32Array = new Int32Array();
  #centerView: Float32Array = new Float32Array();
  #divisorView: Float32Array = new Float32Array();

  /** @param examples features of the training set; those that are loaded are of the same type. */
  constructor(
    kernels: SparseKernels,
    arena: Arena,
    network: NetworkSpec,
    maximumVectors: Vectors,
    isWholeBatch: boolean,
    examples: Features,
    normalization: Normalization = plainNormalization(examples),
    gatherRows?: GatherRows,
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
    this.#rows = arena.reserve(features * 4);
    this.labels = arena.reserve(this.#maximumExamples * 4);
    this.#normalization = normalization;
    this.#gatherRows = gatherRows;
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

  /** Call it after every `Arena.commit`, which may have emptied the views. */
  takeViews(): void {
    this.#rawBytes = bytesOf(
      this.#arena.bytes(this.#raw, this.#maximumExamples * this.#pitchBytes),
    );
    this.#rowBytes = bytesOf(this.#arena.bytes(this.#rows, this.#features * 4));
    this.#labelView = this.#arena.integers(this.labels, this.#maximumExamples);
    this.#centerView = this.#arena.floats(this.#centers, this.#momentFloats);
    this.#divisorView = this.#arena.floats(this.#divisors, this.#momentFloats);
    const normalization = this.#normalization;
    const isUnit = normalization.kind === 'uniform' && normalization.divisor === 255;
    this.#kernels.scaleBytes(isUnit);
    if (normalization.kind !== 'channels') return;
    for (const [channel, center] of normalization.centers.entries()) {
      this.#centerView.fill(center, channel * 4, channel * 4 + 4);
      this.#divisorView.fill(normalization.divisors[channel]!, channel * 4, channel * 4 + 4);
    }
  }

  /**
   * Makes the examples with these indices the network's input.
   *
   * @param laidOut their tile, if it lies ready.
   * @returns how many vectors they take.
   */
  loadForEvaluation(set: ExampleSet, indices: Int32Array, laidOut?: LaidOutTile): Vectors {
    if (!laidOut) return this.load(set, indices);
    const vectors = vectorsOf(indices.length);
    const x = valuesOf(this.activation);
    if (laidOut.kind === 'flat') {
      this.#kernels.widenRows(this.#placeRows(laidOut), x);
    } else {
      laidOut.bytes.copy(this.#rawBytes);
      this.#kernels.widenPlanes(vectors, this.#raw, x);
    }
    this.#placeLabels(set, indices, vectors);
    this.#normalize(vectors, () => momentsOfSet(set), indices);
    return vectors;
  }

  /** Whether a layer can read the rows of bytes of examples: they are normalized by a factor only. */
  get areBytesReady(): boolean {
    return this.#hasBytes && this.#normalization.kind === 'uniform';
  }

  /** Places the bytes of a tile for a layer that reads them, and leaves the network's input as it is. */
  loadRows(set: ExampleSet, indices: Int32Array, laidOut: LaidOutRows): LiveRows {
    this.#placeLabels(set, indices, vectorsOf(indices.length));
    return this.#placeRows(laidOut);
  }

  #placeRows({ count, features, bytes }: LaidOutRows): LiveRows {
    features.copy(this.#rowBytes);
    bytes.copy(this.#rawBytes);
    return { count, features: this.#rows, bytes: this.#raw };
  }

  /**
   * Makes the examples with these indices the network's input.
   *
   * @param augmented the examples after augmentation, if there is any; theirs start at `first`.
   * @returns how many vectors they take.
   */
  load(set: ExampleSet, indices: Int32Array, augmented?: AugmentedExamples, first = 0): Vectors {
    const size = this.#features;
    const pitch = this.#pitchBytes;
    const { length } = indices;
    const { features } = augmented ?? set;
    const rows = augmented ? indices.map((_, place) => first + place) : indices;
    const bytes = bytesOf(features);
    const rowBytes = size * features.BYTES_PER_ELEMENT;
    if (this.#gatherRows) this.#gatherRows(bytes, rows, rowBytes, this.#raw, pitch);
    else this.#copyRows(bytes, rows, rowBytes);
    const vectors = vectorsOf(length);
    this.#rawBytes.fill(0, length * pitch, vectors * 4 * pitch);
    this.#placeLabels(set, indices, vectors);
    this.#toActivation(vectors);
    this.#normalize(vectors, () => augmented?.moments ?? momentsOfSet(set), rows);
    return vectors;
  }

  #placeLabels({ labels }: ExampleSet, indices: Int32Array, vectors: Vectors): void {
    for (let example = 0; example < indices.length; example += 1) {
      this.#labelView[example] = labels[indices[example]!]!;
    }
    this.#labelView.fill(-1, indices.length, vectors * 4);
  }

  #copyRows(bytes: Buffer, rows: Int32Array, rowBytes: number): void {
    this.#touch(bytes, rows, rowBytes);
    const pitch = this.#pitchBytes;
    for (const [example, row] of rows.entries()) {
      const start = row * rowBytes;
      bytes.copy(this.#rawBytes, example * pitch, start, start + rowBytes);
    }
  }

  /**
   * Reads a byte of every cache line that will be copied. The examples of a batch are scattered over
   * more memory than caches hold; read like this, the processor waits for many of them at a time.
   */
  #touch(bytes: Buffer, rows: Int32Array, rowBytes: number): void {
    let sum = 0;
    for (const row of rows) {
      const end = (row + 1) * rowBytes;
      for (let place = row * rowBytes; place < end; place += CACHE_LINE) sum += bytes[place]!;
    }
    // The compiler would drop a sum that nobody uses. A label overwrites it later.
    this.#labelView[0] = sum;
  }

  #normalize(vectors: Vectors, momentsOfExamples: () => Moments, rows: Int32Array): void {
    const { kind } = this.#normalization;
    if (kind === 'uniform') return;
    const isByExample = kind === 'examples';
    if (isByExample) this.#placeMoments(vectors, momentsOfExamples(), rows);
    const moments: KernelMoments = {
      centers: this.#centers,
      divisors: this.#divisors,
      groupPitch: isByExample ? VECTOR : 0,
      channelPitch: isByExample ? 0 : VECTOR,
    };
    const x = valuesOf(this.activation);
    if (this.activation.kind === 'planes') {
      this.#kernels.normalizePlanes(vectors, moments, x);
      return;
    }
    const channels = isByExample ? 1 : this.#centerView.length / 4;
    this.#kernels.normalizeRows(vectors, channels, moments, x);
  }

  #placeMoments(vectors: Vectors, moments: Moments, rows: Int32Array): void {
    for (const [example, row] of rows.entries()) {
      this.#centerView[example] = moments.centers[row]!;
      this.#divisorView[example] = moments.divisors[row]!;
    }
    // Examples that only fill up the last vector must stay finite.
    this.#centerView.fill(0, rows.length, vectors * 4);
    this.#divisorView.fill(1, rows.length, vectors * 4);
  }

  #toActivation(vectors: Vectors): void {
    const kernels = this.#kernels;
    const x = valuesOf(this.activation);
    const isFlat = this.activation.kind === 'flat';
    const ofBytes = isFlat ? kernels.transposeExamples : kernels.planesOfExamples;
    const ofFloats = isFlat ? kernels.transposeFloatExamples : kernels.planesOfFloatExamples;
    const toActivation = this.#hasBytes ? ofBytes : ofFloats;
    toActivation(vectors, this.#pitchBytes, this.#raw, x);
  }
}

function reserveInput(
  network: NetworkSpec,
  arena: Arena,
  maximumVectors: Vectors,
  isWholeBatch: boolean,
): Activation {
  const { inputShape, layers } = network;
  if (inputKindOf(network) === 'flat') {
    return reserveFlat(arena, productOf(inputShape), maximumVectors, false);
  }
  const [height, width, channels] = inputShape as readonly [number, number, number];
  const shape = { height, width, channels };
  const margin = isWholeBatch ? NO_MARGIN : marginFor(layers, inputShape);
  return reservePlanes(arena, shape, margin, maximumVectors, false);
}

const buffers = new WeakMap<Features, Buffer>();

/** As a Node buffer, which copies short rows faster than typed arrays do. */
function bytesOf(features: Features): Buffer {
  const known = buffers.get(features);
  if (known) return known;
  const { buffer, byteOffset, byteLength } = features;
  const bytes = Buffer.from(buffer, byteOffset, byteLength);
  buffers.set(features, bytes);
  return bytes;
}
