/** Native kernels against their WebAssembly namesakes, bit for bit, over all of the memory. */
import { beforeAll, describe, expect, it } from 'vitest';
import {
  type Margin,
  type PlanesActivation,
  planesAtZero,
  viewOf,
} from '../../../../src/main/engine/sparse/activation.ts';
import { ensureWasm } from '../../../../src/main/engine/sparse/build.ts';
import type {
  LiveRows,
  View,
  Windows,
} from '../../../../src/main/engine/sparse/kernel-bindings.ts';
import {
  loadSparseModule,
  type SparseKernels,
} from '../../../../src/main/engine/sparse/kernels.ts';
import { PIXEL, ROW, TILE, TILE_VECTORS } from '../../../../src/main/engine/sparse/layout.ts';
import { nativeKernels } from '../../../../src/main/engine/sparse/native.ts';
import { ensureNative } from '../../../../src/main/engine/sparse/native-build.ts';
import { type Rng, rng } from '../../../../src/shared/rng.ts';

/** Milliseconds; a build takes seconds, and longer on a busy machine. */
const BUILD_TIMEOUT = 300_000;
beforeAll(async () => {
  await ensureWasm(['strict']);
  await ensureNative();
}, BUILD_TIMEOUT);

/** Every width of this kind of processor; AVX-512 is not everywhere. */
const WIDTHS = process.arch === 'arm64' ? ['NEON'] : ['SSE2', 'AVX2', 'AVX-512'];
const CASES = 30;
const PAGES = 24;
const MEMORY_BYTES = PAGES * 65_536;

/** What fills the memory: numbers of all sizes, or now and then one that is none. */
const CONTENTS = ['finite', 'special'] as const;
type Contents = (typeof CONTENTS)[number];

const SUBNORMALS = [1e-45, -1e-45, 1e-40, -3e-39];
const FLUSHED = [1e-19, -1e-18, 1e-30, -2e-31, 1e-36, 5e-37];
const SPECIAL = [NaN, Infinity, -Infinity];

function number(random: Rng, contents: Contents): number {
  const kind = random.below(100);
  if (kind < 12) return 0;
  if (kind < 16) return -0;
  if (kind < 18) return SUBNORMALS[random.below(SUBNORMALS.length)]!;
  if (kind < 21) return FLUSHED[random.below(FLUSHED.length)]!;
  if (contents === 'special' && kind < 23) return SPECIAL[random.below(SPECIAL.length)]!;
  return random.normal() * (kind < 30 ? 1e4 : 1);
}

/** Drawing every number of every memory would take minutes. A prime number of them repeats nowhere. */
const POOL_SIZE = 40_009;
const pools = new Map<Contents, Float32Array>();

function poolOf(contents: Contents): Float32Array {
  const known = pools.get(contents);
  if (known) return known;
  const random = rng('pool', contents);
  const pool = Float32Array.from({ length: POOL_SIZE }, () => number(random, contents));
  pools.set(contents, pool);
  return pool;
}

/** Memory that is filled at random, handed out from the bottom up. */
class Scene {
  readonly random: Rng;
  readonly bytes = new ArrayBuffer(MEMORY_BYTES);
  readonly floats = new Float32Array(this.bytes);
  readonly integers = new Int32Array(this.bytes);
  readonly start: number;
  #next: number;

  constructor(random: Rng, contents: Contents, start: number) {
    this.random = random;
    this.start = Math.ceil(start / ROW) * ROW;
    this.#next = this.start;
    const pool = poolOf(contents);
    let from = random.below(POOL_SIZE);
    for (let to = this.start / 4; to < this.floats.length; from = 0) {
      const part = pool.subarray(from, from + this.floats.length - to);
      this.floats.set(part, to);
      to += part.length;
    }
  }

  reserve(bytes: number): number {
    const pointer = this.#next;
    this.#next += Math.ceil(bytes / ROW) * ROW;
    if (this.#next > MEMORY_BYTES) throw new Error('the scene is larger than its memory');
    return pointer;
  }

  /** A whole number from `least` to `most`. */
  between(least: number, most: number): number {
    return least + this.random.below(most - least + 1);
  }

  oneOf<Item>(items: readonly [Item, ...Item[]]): Item {
    return items[this.random.below(items.length)]!;
  }

  integersOf(values: readonly number[]): number {
    const pointer = this.reserve(values.length * 4);
    this.integers.set(values, pointer / 4);
    return pointer;
  }

  get isOn(): boolean {
    return this.random.below(2) === 1;
  }
}

/** Sets up a call and returns what makes it. */
type Call = (scene: Scene) => (kernels: SparseKernels) => void;

function survivorsOf(scene: Scene, rows: number, columns: number) {
  const density = scene.oneOf([1, 0.5, 0.2, 0.05, 0]);
  const starts = [0];
  const kept: number[] = [];
  for (let row = 0; row < rows; row += 1) {
    for (let column = 0; column < columns; column += 1) {
      if (scene.random.uniform() < density) kept.push(column);
    }
    starts.push(kept.length * 4);
  }
  return { starts, kept };
}

/** A dense layer over up to three tiles. Whole quarters of many rows are zero. */
function denseLayer(scene: Scene) {
  const vectors = scene.between(1, 20);
  const tiles = Math.ceil(vectors / TILE_VECTORS);
  const [inputs, outputs] = [scene.between(1, 24), scene.between(1, 60)];
  const { starts, kept } = survivorsOf(scene, inputs, outputs);
  const rows = scene.integersOf(starts);
  const columns = scene.integersOf(kept.map((output) => output * ROW));
  const weights = scene.reserve(kept.length * 4);
  const biases = scene.reserve(outputs * 4);
  const x = scene.reserve(tiles * inputs * ROW);
  for (let quarter = 0; quarter < tiles * inputs * 4; quarter += 1) {
    if (scene.isOn) scene.floats.fill(0, x / 4 + quarter * 8, x / 4 + quarter * 8 + 8);
  }
  const y = scene.reserve(tiles * outputs * ROW);
  return { vectors, matrix: { inputs, outputs, rows, columns }, weights, biases, x, y };
}

function planes(
  scene: Scene,
  shape: Partial<Shape> & { groups: number },
  margin = randomMargin(scene),
) {
  const { groups, channels = scene.between(1, 5) } = shape;
  const { height = scene.between(1, 9), width = scene.between(1, 37) } = shape;
  const kind = 'planes' as const;
  const layout = planesAtZero({ kind, channels, height, width } as PlanesActivation, margin);
  const start = scene.reserve(groups * layout.groupPitch);
  return viewOf(layout, start + layout.values);
}

interface Shape {
  readonly channels: number;
  readonly height: number;
  readonly width: number;
}

function randomMargin(scene: Scene): Margin {
  const [top, left] = [scene.between(0, 2), scene.between(0, 2)];
  return { top, left, bottom: scene.between(0, 2), right: scene.between(0, 2) };
}

const shapeOf = ({ channels, height, width }: View): Shape => ({ channels, height, width });

/** A convolution: its windows lie inside the input's margin. */
function convolution(scene: Scene) {
  const groups = scene.between(1, 3);
  const size = scene.between(1, 3);
  const stride = scene.between(1, 3);
  const y = planes(scene, { groups });
  const [height, width] = [(y.height - 1) * stride + size, (y.width - 1) * stride + size];
  const x = planes(scene, { groups, height, width });
  const taps = size * size;
  const { starts, kept } = survivorsOf(scene, y.channels, x.channels * taps);
  const offsets = kept.map((tap) => {
    const [row, pixel] = [Math.floor((tap % taps) / size), tap % size];
    return Math.floor(tap / taps) * x.planePitch + row * x.rowPitch + pixel * PIXEL;
  });
  const kernel = { starts: scene.integersOf(starts), offsets: scene.integersOf(offsets) };
  const windows: Windows = {
    start: x.start,
    groupPitch: x.groupPitch,
    rowPitch: stride * x.rowPitch,
    pixelPitch: stride * PIXEL,
  };
  const weights = scene.reserve(kept.length * 4);
  const biases = scene.oneOf([0, scene.reserve(y.channels * 4)]);
  const tapsAt = scene.integersOf(kept.map((tap) => (tap % taps) * 16));
  const ranges = scene.integersOf(
    Array.from({ length: taps }, () => [
      ...[scene.between(0, y.height), y.height],
      ...[scene.between(0, y.width), y.width],
    ]).flat(),
  );
  const scatter = { starts: kernel.starts, targets: kernel.offsets, taps: tapsAt, ranges };
  return { groups, kernel, scatter, weights, biases, windows, y };
}

function pooling(scene: Scene) {
  const groups = scene.between(1, 3);
  const x = planes(scene, { groups });
  const size = scene.between(1, Math.min(3, x.height, x.width));
  const stride = scene.between(1, 3);
  const isPadded = scene.isOn;
  const outputOf = (input: number) =>
    isPadded ? Math.ceil(input / stride) : Math.floor((input - size) / stride) + 1;
  const [height, width] = [outputOf(x.height), outputOf(x.width)];
  const before = (input: number, output: number) =>
    Math.max(0, Math.floor(((output - 1) * stride + size - input) / 2));
  const window = {
    size,
    stride,
    padTop: before(x.height, height),
    padLeft: before(x.width, width),
  };
  const y = planes(scene, { groups, channels: x.channels, height, width });
  return { groups, window, x, y };
}

function batchNorm(scene: Scene) {
  const examples = scene.between(1, 40);
  const groups = Math.ceil(examples / 4);
  const x = planes(scene, { groups, height: scene.between(1, 3) });
  const [y, dx] = [
    planes(scene, { groups, ...shapeOf(x) }),
    planes(scene, { groups, ...shapeOf(x) }),
  ];
  const parameters = () => scene.reserve(x.channels * 4);
  const layer = {
    gamma: parameters(),
    beta: parameters(),
    gammaGradient: parameters(),
    betaGradient: parameters(),
    runningMean: parameters(),
    runningVariance: parameters(),
    statistics: scene.reserve(x.channels * 32),
  };
  return { examples, groups, isRectified: scene.isOn, layer, x, y, dx };
}

/** Vectors of the same length, as optimizers have them. */
function packed(scene: Scene) {
  const bytes = scene.between(1, 70) * 16;
  const [w, g, a, b] = [1, 2, 3, 4].map(() => scene.reserve(bytes)) as [
    number,
    number,
    number,
    number,
  ];
  return { bytes, w, g, a, b };
}

function activationBytes(scene: Scene) {
  const bytes = scene.between(1, 40) * 64;
  return { bytes, x: scene.reserve(bytes), g: scene.reserve(bytes) };
}

/** Examples of bytes; the pitch is a multiple of 16. */
function examples(scene: Scene) {
  const groups = scene.between(1, 17);
  return { groups, toUnit: scene.isOn };
}

/** The rows of bytes of some features of a tile. Whole quarters of many rows are zero, but no row is. */
function liveRows(scene: Scene, features: number): LiveRows {
  const live = Array.from({ length: features }, (_, feature) => feature).filter(() => scene.isOn);
  const bytes = scene.reserve(live.length * TILE);
  const values = new Uint8Array(scene.bytes, bytes, live.length * TILE);
  for (let quarter = 0; quarter < live.length * 4; quarter += 1) {
    if (scene.isOn) values.fill(0, quarter * 8, quarter * 8 + 8);
  }
  for (let row = 0; row < live.length; row += 1) {
    values[row * TILE + scene.random.below(TILE)] = scene.between(1, 255);
  }
  return { count: live.length, features: scene.integersOf(live), bytes };
}

const CALLS: Readonly<Record<string, Call>> = {
  addActivations: (scene) => {
    const groups = scene.between(1, 3);
    const a = planes(scene, { groups });
    const b = planes(scene, { groups, ...shapeOf(a) });
    const y = planes(scene, { groups, ...shapeOf(a) });
    const isRectified = scene.isOn;
    return (kernels) => {
      kernels.addActivations(groups, isRectified, a, b, y);
    };
  },
  reluForward: (scene) => {
    const { bytes, x } = activationBytes(scene);
    return (kernels) => {
      kernels.reluForward(bytes, x);
    };
  },
  reluBackward: (scene) => {
    const { bytes, x, g } = activationBytes(scene);
    return (kernels) => {
      kernels.reluBackward(bytes, x, g);
    };
  },
  batchNormStatistics: (scene) => {
    const { examples: count, layer, x } = batchNorm(scene);
    return (kernels) => {
      kernels.batchNormStatistics(count, 1e-3, layer, x);
    };
  },
  batchNormApply: (scene) => {
    const { groups, isRectified, layer, x, y } = batchNorm(scene);
    return (kernels) => {
      kernels.batchNormApply(groups, isRectified, layer, x, y);
    };
  },
  batchNormInference: (scene) => {
    const { groups, isRectified, layer, x, y } = batchNorm(scene);
    return (kernels) => {
      kernels.batchNormInference(groups, isRectified, 1e-3, layer, x, y);
    };
  },
  batchNormGradients: (scene) => {
    const { examples: count, isRectified, layer, x, y } = batchNorm(scene);
    return (kernels) => {
      kernels.batchNormGradients(count, isRectified, layer, x, y);
    };
  },
  batchNormInputGradient: (scene) => {
    const { examples: count, isRectified, layer, x, y, dx } = batchNorm(scene);
    return (kernels) => {
      kernels.batchNormInputGradient(count, isRectified, layer, x, y, dx);
    };
  },
  convolve: (scene) => {
    const { groups, kernel, weights, biases, windows, y } = convolution(scene);
    return (kernels) => {
      kernels.convolve(groups, kernel, weights, biases, windows, y);
    };
  },
  convolutionWeightGradient: (scene) => {
    const { groups, kernel, weights, windows, y } = convolution(scene);
    return (kernels) => {
      kernels.convolutionWeightGradient(groups, kernel, weights, windows, y);
    };
  },
  convolutionBiasGradient: (scene) => {
    const { groups, y } = convolution(scene);
    const gradients = scene.reserve(y.channels * 4);
    return (kernels) => {
      kernels.convolutionBiasGradient(groups, gradients, y);
    };
  },
  gatherWeights: (scene) => {
    const count = scene.between(1, 50);
    const order = Array.from({ length: count }, () => scene.random.below(count) * 4);
    const [positions, from] = [scene.integersOf(order), scene.reserve(count * 4)];
    const to = scene.reserve(count * 4);
    return (kernels) => {
      kernels.gatherWeights(count * 4, positions, from, to);
    };
  },
  scatterInputGradient: (scene) => {
    const { groups, scatter, weights, windows, y } = convolution(scene);
    return (kernels) => {
      kernels.scatterInputGradient(groups, scatter, weights, y, windows);
    };
  },
  denseForward: (scene) => {
    const { vectors, matrix, weights, biases, x, y } = denseLayer(scene);
    return (kernels) => {
      kernels.denseForward(vectors, matrix, weights, biases, x, y);
    };
  },
  denseForwardBytes: (scene) => {
    const { toUnit } = examples(scene);
    const { matrix, weights, biases, y } = denseLayer(scene);
    const rows = liveRows(scene, matrix.inputs);
    return (kernels) => {
      kernels.scaleBytes(toUnit);
      kernels.denseForwardBytes(matrix, weights, biases, rows, y);
    };
  },
  denseWeightGradient: (scene) => {
    const { vectors, matrix, weights, x, y } = denseLayer(scene);
    return (kernels) => {
      kernels.denseWeightGradient(vectors, matrix, weights, x, y);
    };
  },
  denseInputGradient: (scene) => {
    const { vectors, matrix, weights, x, y } = denseLayer(scene);
    return (kernels) => {
      kernels.denseInputGradient(vectors, matrix, weights, x, y);
    };
  },
  denseBiasGradient: (scene) => {
    const { vectors, matrix, biases, y } = denseLayer(scene);
    return (kernels) => {
      kernels.denseBiasGradient(vectors, matrix.outputs, biases, y);
    };
  },
  transposeExamples: (scene) => {
    const { groups, toUnit } = examples(scene);
    const features = scene.between(1, 70);
    const pitch = Math.ceil(features / 16) * 16;
    const bytes = scene.reserve(groups * 4 * pitch);
    const tiles = Math.ceil(groups / TILE_VECTORS);
    const x = scene.reserve(tiles * features * ROW);
    const view = viewOf({ kind: 'flat', features, values: x, gradients: 0 }, x);
    return (kernels) => {
      kernels.scaleBytes(toUnit);
      kernels.transposeExamples(groups, pitch, bytes, view);
    };
  },
  widenRows: (scene) => {
    const { toUnit } = examples(scene);
    const features = scene.between(1, 70);
    const rows = liveRows(scene, features);
    const x = scene.reserve(features * ROW);
    const view = viewOf({ kind: 'flat', features, values: x, gradients: 0 }, x);
    return (kernels) => {
      kernels.scaleBytes(toUnit);
      kernels.widenRows(rows, view);
    };
  },
  widenPlanes: (scene) => {
    const { groups, toUnit } = examples(scene);
    const x = planes(scene, { groups, height: scene.between(1, 4) });
    const bytes = scene.reserve(groups * 4 * x.channels * x.height * x.width);
    return (kernels) => {
      kernels.scaleBytes(toUnit);
      kernels.widenPlanes(groups, bytes, x);
    };
  },
  planesOfExamples: (scene) => {
    const { groups, toUnit } = examples(scene);
    const x = planes(scene, { groups, height: scene.between(1, 4) });
    const pitch = Math.ceil((x.channels * x.height * x.width) / 16) * 16;
    const bytes = scene.reserve(groups * 4 * pitch);
    return (kernels) => {
      kernels.scaleBytes(toUnit);
      kernels.planesOfExamples(groups, pitch, bytes, x);
    };
  },
  maxPoolForward: (scene) => {
    const { groups, window, x, y } = pooling(scene);
    return (kernels) => {
      kernels.maxPoolForward(groups, window, x, y);
    };
  },
  averagePoolForward: (scene) => {
    const { groups, window, x, y } = pooling(scene);
    return (kernels) => {
      kernels.averagePoolForward(groups, window, x, y);
    };
  },
  maxPoolBackward: (scene) => {
    const { groups, window, x, y } = pooling(scene);
    // Gradients are laid out like the values.
    const [dx, g] = [scene.reserve(groups * x.groupPitch), scene.reserve(groups * y.groupPitch)];
    const [inX, inY] = [x.start % ROW, y.start % ROW];
    return (kernels) => {
      kernels.maxPoolForward(groups, window, x, y);
      kernels.maxPoolBackward(groups, window, x, dx + inX, y, g + inY);
    };
  },
  averagePoolBackward: (scene) => {
    const { groups, window, x, y } = pooling(scene);
    return (kernels) => {
      kernels.averagePoolBackward(groups, window, x, y);
    };
  },
  sgd: (scene) => {
    const { bytes, w, g } = packed(scene);
    return (kernels) => {
      kernels.sgd(bytes, w, g, 0.1);
    };
  },
  momentum: (scene) => {
    const { bytes, w, g, a } = packed(scene);
    return (kernels) => {
      kernels.momentum(bytes, w, g, a, 0.1, 0.9);
    };
  },
  nesterov: (scene) => {
    const { bytes, w, g, a } = packed(scene);
    return (kernels) => {
      kernels.nesterov(bytes, w, g, a, 0.1, 0.9);
    };
  },
  adam: (scene) => {
    const { bytes, w, g, a, b } = packed(scene);
    return (kernels) => {
      kernels.adam(bytes, w, g, a, b, 1.2e-3, 1e-8, 0.1, 1e-3);
    };
  },
  adamw: (scene) => {
    const { bytes, w, g, a, b } = packed(scene);
    return (kernels) => {
      kernels.adamw(bytes, w, g, a, b, 1.2e-3, 1e-8, 0.1, 1e-3, 1e-5);
    };
  },
  rmsprop: (scene) => {
    const { bytes, w, g, a, b } = packed(scene);
    return (kernels) => {
      kernels.rmsprop(bytes, w, g, a, b, 1e-3, 1e-7, 0.9, 0.1, 0.5);
    };
  },
  addPenalty: (scene) => {
    const { bytes, w, g } = packed(scene);
    return (kernels) => {
      kernels.addPenalty(bytes, g, w, 1e-4);
    };
  },
  scaleGradient: (scene) => {
    const { bytes, g } = packed(scene);
    return (kernels) => {
      kernels.scaleGradient(bytes, g, 0.37);
    };
  },
};

const nativeOf = (width: string) => nativeKernels().find((each) => each.width === width);

function moduleOf(width: string | undefined) {
  const native = width === undefined ? undefined : nativeOf(width);
  const { kernels, memory } = loadSparseModule('strict', { native }).instantiate();
  memory.grow(PAGES - 1);
  return { kernels, memory };
}

/** The first place where memories differ. NaN has many bit patterns, and WebAssembly may give any. */
function firstDifference(expected: ArrayBuffer, actual: ArrayBuffer): number | undefined {
  if (Buffer.from(expected).equals(Buffer.from(actual))) return undefined;
  const [these, those] = [new Uint32Array(expected), new Uint32Array(actual)];
  const isNaNs = (bits: number): boolean => (bits & 0x7fffffff) > 0x7f800000;
  for (let index = 0; index < these.length; index += 1) {
    const [one, other] = [these[index]!, those[index]!];
    if (one !== other && !(isNaNs(one) && isNaNs(other))) return index * 4;
  }
  return undefined;
}

describe('native kernels', () => {
  it('are there: a C++ compiler built them, and this processor has some of the widths', () => {
    expect(nativeKernels().length).toBeGreaterThan(0);
    for (const { width } of nativeKernels()) expect(WIDTHS).toContain(width);
  });

  it('are all compared here', () => {
    const [native] = nativeKernels();
    const kernels = loadSparseModule('strict', { native: undefined }).instantiate().kernels;
    const names = Object.keys(kernels).filter((name) => native?.instantiate().kernel(name));
    expect(names.filter((name) => name !== 'scaleBytes').sort()).toEqual(Object.keys(CALLS).sort());
  });

  const combinations = CONTENTS.flatMap((contents) =>
    Object.keys(CALLS).map((name) => ({ name, contents })),
  );
  it.each(combinations)('$name gives the bits of WebAssembly, $contents', ({ name, contents }) => {
    const reference = moduleOf(undefined);
    const others = nativeKernels().map(({ width }) => ({ width, ...moduleOf(width) }));
    for (let index = 0; index < CASES; index += 1) {
      const scene = new Scene(
        rng(name, contents, index),
        contents,
        reference.kernels.firstFreeByte(),
      );
      const call = CALLS[name]!(scene);
      const run = ({ kernels, memory }: ReturnType<typeof moduleOf>): ArrayBuffer => {
        const bytes = new Uint8Array(memory.buffer);
        bytes.set(new Uint8Array(scene.bytes, scene.start), scene.start);
        call(kernels);
        return memory.buffer;
      };
      const expected = run(reference);
      for (const { width, ...other } of others) {
        const at = firstDifference(expected, run(other));
        expect(at, `case ${index}, ${width}: the first byte that differs`).toBeUndefined();
      }
    }
  });

  it('gather rows of memory outside, and no others', () => {
    const source = Buffer.from(new SharedArrayBuffer(50 * 100));
    for (let index = 0; index < source.length; index += 1) source[index] = index % 251;
    for (const { instantiate } of nativeKernels()) {
      const memory = new ArrayBuffer(4096);
      const { attach, gatherRows } = instantiate();
      attach(memory);
      const rows = Int32Array.from({ length: 30 }, (_, index) => (index * 37) % 50);
      gatherRows(source, rows, 100, 64, 112);
      const expected = Buffer.alloc(4096);
      for (const [index, row] of rows.entries()) {
        source.copy(expected, 64 + index * 112, row * 100, row * 100 + 100);
      }
      expect(Buffer.from(memory).equals(expected)).toBe(true);
      for (const row of [-1, 50]) {
        expect(() => {
          gatherRows(source, Int32Array.of(0, row), 100, 64, 112);
        }).toThrow('there is no such row');
      }
    }
  });

  it('find the memory again after it has grown', () => {
    for (const { width } of nativeKernels()) {
      const native = nativeOf(width);
      const { kernels, memory } = loadSparseModule('strict', { native }).instantiate();
      for (const pages of [1, 700, 3000]) {
        memory.grow(pages);
        const at = memory.buffer.byteLength - 64;
        new Float32Array(memory.buffer, at, 8).fill(1);
        kernels.sgd(16, at, at + 16, 0.25);
        expect([...new Float32Array(memory.buffer, at, 5)]).toEqual([0.75, 0.75, 0.75, 0.75, 1]);
      }
    }
  });
});
