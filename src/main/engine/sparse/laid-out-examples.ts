/**
 * Examples that are evaluated again and again lie ready in the layout of activations, as bytes: one copy for
 * all workers, transposed once. Whoever needs a tile first lays it out.
 */
import type { ExampleSet } from '../datasets/dataset.ts';
import { everyIndex } from '../../../shared/indices.ts';
import { type NetworkSpec, productOf } from '../layers/spec.ts';
import type { Activation } from './activation.ts';
import { orderByZeros } from './alike-examples.ts';
import { inputKindOf } from './input-kind.ts';
import { TILE } from './layout.ts';

/**
 * Copies that would take more bytes are not made. Those of MNIST take 13 MB flat and 12 MB as images, those
 * of CIFAR-10 46 MB as images.
 */
const MOST_BYTES = 256 * 2 ** 20;

/**
 * The copy of one set of examples, in memory that all workers share. Of flat features, a tile has only those
 * that are not zero in all of its examples: its rows.
 */
export interface LaidOutMemory {
  /** Which examples of the set. */
  readonly indices: Int32Array;
  /** The places in `indices` in the order in which they are evaluated, once `isOrdered`. */
  readonly order: Int32Array<SharedArrayBuffer>;
  /** `[1]`. */
  readonly isOrdered: Uint8Array<SharedArrayBuffer>;
  /** `[tile][row][32]`, or `[group of 4][channel][row][pixel][4]`; zeros fill up the last tile. */
  readonly bytes: Uint8Array<SharedArrayBuffer>;
  /**
   * `[tile][1 + features]`: the number of a tile's rows, then their features in ascending order. Undefined for
   * images, which have no rows.
   */
  readonly rows: Int32Array<SharedArrayBuffer> | undefined;
  /** `[tile]`: 1 once its bytes are there. */
  readonly isThere: Uint8Array<SharedArrayBuffer>;
}

/** A tile of flat features. */
export interface LaidOutRows {
  readonly kind: 'flat';
  readonly count: number;
  /** i32 `[count]`, as bytes. */
  readonly features: Buffer;
  /** u8 `[count][32]`. */
  readonly bytes: Buffer;
}

/** A tile of images. */
export interface LaidOutPlanes {
  readonly kind: 'planes';
  readonly bytes: Buffer;
}

export type LaidOutTile = LaidOutRows | LaidOutPlanes;

/** The examples that a search evaluates. */
export interface LaidOutSets {
  readonly validation: LaidOutMemory;
  readonly test: LaidOutMemory;
}

/**
 * Memory for the examples that a search evaluates. The system provides its pages when they are written.
 *
 * @param network the one that reads the examples.
 * @param validation which examples of the validation set are evaluated, in their order; `test` likewise.
 * @returns undefined if features are no bytes, or the copies would be too large.
 */
export function reserveLaidOut(
  network: NetworkSpec,
  { features }: Pick<ExampleSet, 'features'>,
  validation: Int32Array,
  test: Int32Array,
): LaidOutSets | undefined {
  if (!(features instanceof Uint8Array)) return undefined;
  const size = productOf(network.inputShape);
  const tileBytes = TILE * size;
  const tileRows = inputKindOf(network) === 'flat' ? 1 + size : 0;
  const tilesOf = ({ length }: Int32Array): number => Math.ceil(length / TILE);
  const tiles = tilesOf(validation) + tilesOf(test);
  if (tiles * (tileBytes + 4 * tileRows) > MOST_BYTES) return undefined;
  const memoryFor = (indices: Int32Array): LaidOutMemory => ({
    indices,
    order: new Int32Array(new SharedArrayBuffer(indices.byteLength)),
    isOrdered: new Uint8Array(new SharedArrayBuffer(1)),
    bytes: new Uint8Array(new SharedArrayBuffer(tilesOf(indices) * tileBytes)),
    rows:
      tileRows === 0
        ? undefined
        : new Int32Array(new SharedArrayBuffer(4 * tilesOf(indices) * tileRows)),
    isThere: new Uint8Array(new SharedArrayBuffer(tilesOf(indices))),
  });
  return { validation: memoryFor(validation), test: memoryFor(test) };
}

/** One set of examples in its memory, laid out for a network's input. */
export class LaidOutExamples {
  readonly #memory: LaidOutMemory;
  readonly #features: Uint8Array;
  /** The examples that lie side by side: a tile of flat features, a group of planes. */
  readonly #width: number;
  /** Those that were asked for. */
  readonly #tiles: LaidOutTile[] = [];
  /** The place of each feature of an example among those of an activation. */
  readonly #places: Int32Array;

  private constructor(memory: LaidOutMemory, features: Uint8Array, input: Activation) {
    this.#memory = memory;
    this.#features = features;
    this.#width = input.kind === 'flat' ? TILE : 4;
    this.#places = placesOf(input);
  }

  /**
   * @param indices the examples to evaluate.
   * @returns undefined without memory, or if it is for other examples or another kind of input.
   */
  static in(
    memory: LaidOutMemory | undefined,
    { features, labels }: ExampleSet,
    indices: Int32Array,
    input: Activation,
  ): LaidOutExamples | undefined {
    if (!memory || !(features instanceof Uint8Array)) return undefined;
    if ((input.kind === 'flat') !== (memory.rows !== undefined)) return undefined;
    const { length } = indices;
    if (length !== memory.indices.length) return undefined;
    if (!indices.every((index, place) => index === memory.indices[place])) return undefined;
    // Two workers may order at the same time: they write the same numbers.
    if (Atomics.load(memory.isOrdered, 0) === 0) {
      // Kernels of planes leave out no zeros.
      memory.order.set(
        input.kind === 'flat'
          ? orderByZeros(features, input.features, labels, indices)
          : everyIndex(length),
      );
      Atomics.store(memory.isOrdered, 0, 1);
    }
    return new LaidOutExamples(memory, features, input);
  }

  /** Places in the indices, in the order in which the examples are evaluated. */
  get order(): Int32Array {
    return this.#memory.order;
  }

  /** The tile whose first example is the `first` of the order, a multiple of 32. */
  tile(first: number): LaidOutTile {
    return (this.#tiles[first / TILE] ??= this.#find(first));
  }

  #find(first: number): LaidOutTile {
    const { bytes, rows, isThere } = this.#memory;
    const tile = first / TILE;
    const size = this.#places.length;
    const tileBytes = TILE * size;
    const target = bytes.subarray(tile * tileBytes, (tile + 1) * tileBytes);
    const tileRows = rows?.subarray(tile * (1 + size), (tile + 1) * (1 + size));
    // Two workers may lay out the same tile at the same time: they write the same numbers.
    if (Atomics.load(isThere, tile) === 0) {
      const whole = this.#layOut(first);
      if (tileRows) writeRows(whole, tileRows, target);
      else target.set(whole);
      Atomics.store(isThere, tile, 1);
    }
    if (!tileRows) return { kind: 'planes', bytes: bufferOf(target) };
    const count = tileRows[0]!;
    return {
      kind: 'flat',
      count,
      features: bufferOf(tileRows.subarray(1, 1 + count)),
      bytes: bufferOf(target.subarray(0, count * TILE)),
    };
  }

  /** `[feature][32]`, or `[group of 4][channel][row][pixel][4]`. */
  #layOut(first: number): Uint8Array {
    const places = this.#places;
    const size = places.length;
    const width = this.#width;
    const { indices, order } = this.#memory;
    const tile = new Uint8Array(TILE * size);
    for (const [example, place] of order.subarray(first, first + TILE).entries()) {
      const lane = example % width;
      const start = (example - lane) * size + lane;
      const from = indices[place]! * size;
      for (let feature = 0; feature < size; feature += 1) {
        tile[start + places[feature]! * width] = this.#features[from + feature]!;
      }
    }
    return tile;
  }
}

/** Writes how many features of the tile are not zero in all its examples, which, and their bytes. */
function writeRows(tile: Uint8Array, rows: Int32Array, bytes: Uint8Array): void {
  let count = 0;
  for (let feature = 0; feature < tile.length / TILE; feature += 1) {
    const row = tile.subarray(feature * TILE, (feature + 1) * TILE);
    if (row.every((byte) => byte === 0)) continue;
    bytes.set(row, count * TILE);
    count += 1;
    rows[count] = feature;
  }
  rows[0] = count;
}

/** Node copies a buffer four times as fast as a typed array in shared memory. */
const bufferOf = ({ buffer, byteOffset, byteLength }: Uint8Array | Int32Array): Buffer =>
  Buffer.from(buffer, byteOffset, byteLength);

/** Flat features stay in their order; images turn from `[row][pixel][channel]` to `[channel][row][pixel]`. */
function placesOf(input: Activation): Int32Array {
  if (input.kind === 'flat')
    return Int32Array.from({ length: input.features }, (_, place) => place);
  const { channels, height, width } = input;
  const pixels = height * width;
  return Int32Array.from({ length: channels * pixels }, (_, feature) => {
    const channel = feature % channels;
    return channel * pixels + (feature - channel) / channels;
  });
}
