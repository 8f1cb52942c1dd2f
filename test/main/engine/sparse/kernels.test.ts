import { describe, expect, it } from 'vitest';
import { SPARSE_MODULES } from '../../../../src/main/engine/sparse/build.ts';
import { valuesOf } from '../../../../src/main/engine/sparse/activation.ts';
import { loadSparseModule } from '../../../../src/main/engine/sparse/kernels.ts';
import { ROW } from '../../../../src/main/engine/sparse/layout.ts';
import { rng } from '../../../../src/shared/rng.ts';
import { buildWasmFirst } from '../../../support/wasm.ts';

buildWasmFirst();

const flat = (features: number, values: number) =>
  valuesOf({ kind: 'flat', features, values, gradients: 0 });

describe.each(SPARSE_MODULES)('the %s module', (kind) => {
  const setUp = () => {
    const { kernels, memory } = loadSparseModule(kind).instantiate();
    memory.grow(10);
    const start = Math.ceil(kernels.firstFreeByte() / 128) * 128;
    return { kernels, buffer: memory.buffer, start };
  };

  it('turns every byte into what a division by 255 gives in float32', () => {
    const { kernels, buffer, start } = setUp();
    const bytes = new Uint8Array(buffer, start, 4 * 256);
    for (let index = 0; index < 256; index += 1) bytes[index] = index;
    const x = start + 1024;
    kernels.transposeExamples(1, 256, start, flat(256, x));
    const rows = new Float32Array(buffer, x, 256 * 32);
    const first = Array.from({ length: 256 }, (_, feature) => rows[feature * 32]);
    expect(first).toEqual(Array.from({ length: 256 }, (_, byte) => Math.fround(byte / 255)));
  });

  it('puts each example into its lane and each feature into its row', () => {
    const { kernels, buffer, start } = setUp();
    const features = 21;
    const pitch = 32;
    const examples = 36;
    const bytes = new Uint8Array(buffer, start, examples * pitch);
    for (let example = 0; example < examples; example += 1) {
      for (let feature = 0; feature < features; feature += 1) {
        bytes[example * pitch + feature] = (example * 7 + feature * 3) % 256;
      }
    }
    const x = start + examples * pitch;
    kernels.transposeExamples(examples / 4, pitch, start, flat(features, x));
    const rows = new Float32Array(buffer, x, 2 * features * 32);
    for (let example = 0; example < examples; example += 1) {
      for (let feature = 0; feature < features; feature += 1) {
        const tile = Math.floor(example / 32);
        const value = rows[(tile * features + feature) * 32 + (example % 32)];
        expect(value).toBe(Math.fround(((example * 7 + feature * 3) % 256) / 255));
      }
    }
  });

  it.each([1, 2, 3, 21])('puts floats as they are into lanes and %i rows', (features) => {
    const { kernels, buffer, start } = setUp();
    const pitch = Math.ceil(features / 4) * 4;
    const examples = 36;
    const valueOf = (example: number, feature: number) =>
      Math.fround((example * 7 + feature * 3) / -9.7);
    const floats = new Float32Array(buffer, start, examples * pitch);
    for (let example = 0; example < examples; example += 1) {
      for (let feature = 0; feature < features; feature += 1) {
        floats[example * pitch + feature] = valueOf(example, feature);
      }
    }
    const x = start + floats.byteLength;
    const rows = new Float32Array(buffer, x, 2 * features * 32 + 1);
    rows[rows.length - 1] = 42;
    kernels.transposeFloatExamples(examples / 4, pitch * 4, start, flat(features, x));
    for (let example = 0; example < examples; example += 1) {
      for (let feature = 0; feature < features; feature += 1) {
        const tile = Math.floor(example / 32);
        const value = rows[(tile * features + feature) * 32 + (example % 32)];
        expect(value).toBe(valueOf(example, feature));
      }
    }
    // The memory behind the last row belongs to something else.
    expect(rows.at(-1)).toBe(42);
  });

  it('has an exponential within 2 ulps, in the gradient of a loss over two classes', () => {
    const { kernels, buffer, start } = setUp();
    const labels = new Int32Array(buffer, start, 4).fill(1);
    const z = start + 128;
    const g = z + 256;
    const logits = new Float32Array(buffer, z, 64);
    const gradients = new Float32Array(buffer, g, 64);
    for (let difference = 0; difference < 63; difference += 0.0137) {
      logits[32] = Math.fround(-difference);
      kernels.lossGradient(1, 2, 1, 0, 0, labels.byteOffset, z, g);
      const expected = Math.exp(logits[32]) / (1 + Math.exp(logits[32]));
      const error = Math.abs(gradients[32]! - expected) / expected;
      expect(error).toBeLessThan(2.5 * 2 ** -23);
    }
  });

  it('gives examples that fill up a vector no gradient', () => {
    const { kernels, buffer, start } = setUp();
    const labels = new Int32Array(buffer, start, 4).fill(-1);
    labels[0] = 1;
    const z = start + 128;
    const g = z + 256;
    kernels.lossGradient(1, 2, 1, 1, 0, labels.byteOffset, z, g);
    const gradients = new Float32Array(buffer, g, 64);
    expect(Array.from(gradients.subarray(0, 4))).toEqual([0.5, 0, 0, 0]);
    expect(Array.from(gradients.subarray(32, 36))).toEqual([-0.5, 0, 0, 0]);
  });

  /**
   * The output and the weight gradient of a dense layer with sixteen inputs and all its weights. Input
   * p is zero in quarter k unless p has bit k.
   */
  const denseLayer = (vectors: number, outputs: number, firstOutput: number) => {
    const { kernels, buffer, start } = setUp();
    const reserve = reserveFrom(start);
    const inputs = 16;
    const floats = (pointer: number, length: number) => new Float32Array(buffer, pointer, length);
    const rows = reserve((inputs + 1) * 4);
    const [columns, weights, gradients] = [1, 2, 3].map(() => reserve(inputs * outputs * 4));
    const biases = reserve(outputs * 4);
    const x = reserve(inputs * 128);
    const [y, g] = [reserve(outputs * 128), reserve(outputs * 128)];
    const random = rng('dense', vectors);
    for (let input = 0; input <= inputs; input += 1) {
      new Int32Array(buffer, rows, inputs + 1)[input] = input * outputs * 4;
    }
    for (let index = 0; index < inputs * outputs; index += 1) {
      const [input, output] = [Math.floor(index / outputs), index % outputs];
      new Int32Array(buffer, columns, inputs * outputs)[index] = output * 128;
      const own = rng('weight', input, firstOutput + output);
      floats(weights!, inputs * outputs)[index] = own.normal();
    }
    for (let input = 0; input < inputs; input += 1) {
      for (let example = 0; example < 32; example += 1) {
        const isOn = ((input >> (example >> 3)) & 1) === 1;
        // Behind the examples in use lies whatever was there before.
        const isUsed = example < vectors * 4;
        floats(x, inputs * 32)[input * 32 + example] = isOn || !isUsed ? random.normal() : 0;
      }
    }
    for (let output = 0; output < outputs; output += 1) {
      const own = rng('gradient', firstOutput + output);
      floats(g, outputs * 32).set(
        Array.from({ length: 32 }, () => own.normal()),
        output * 32,
      );
    }
    const matrix = { inputs, outputs, rows, columns: columns! };
    kernels.denseForward(vectors, matrix, weights!, biases, x, y);
    kernels.denseWeightGradient(vectors, matrix, gradients!, x, g);
    const used = vectors * 4;
    const rowsOf = (pointer: number, count: number) =>
      Array.from({ length: count }, (_, row) => [...floats(pointer + row * 128, used)]);
    return {
      x: rowsOf(x, inputs),
      y: rowsOf(y, outputs),
      g: rowsOf(g, outputs),
      weights: [...floats(weights!, inputs * outputs)],
      gradients: Array.from({ length: inputs }, (_, input) => [
        ...floats(gradients! + input * outputs * 4, outputs),
      ]),
    };
  };

  it.each([7, 8])(
    'takes every choice of quarters that are zero, of rows of %i vectors',
    (vectors) => {
      const layer = denseLayer(vectors, 24, 0);
      for (const [output, row] of layer.y.entries()) {
        for (const [example, value] of row.entries()) {
          const terms = layer.x.map(
            (each, input) => each[example]! * layer.weights[input * 24 + output]!,
          );
          expect(value).toBeCloseTo(sum(terms), 4);
        }
      }
      for (const [input, row] of layer.gradients.entries()) {
        for (const [output, value] of row.entries()) {
          const terms = layer.x[input]!.map((each, example) => each * layer.g[output]![example]!);
          expect(value).toBeCloseTo(sum(terms), 4);
        }
      }
    },
  );

  it.each([12, 24])('reads rows of bytes and gives the bits of numbers (%i outputs)', (outputs) => {
    const { kernels, buffer, start } = setUp();
    const reserve = reserveFrom(start);
    const inputs = 16;
    const live = [1, 4, 5, 9, 15];
    const random = rng('bytes', outputs);
    const rows = reserve((inputs + 1) * 4);
    const [columns, weights] = [reserve(inputs * outputs * 4), reserve(inputs * outputs * 4)];
    const biases = reserve(outputs * 4);
    const features = reserve(live.length * 4);
    const bytes = reserve(live.length * 32);
    const x = reserve(inputs * 128);
    const [expected, actual] = [reserve(outputs * 128), reserve(outputs * 128)];
    // The input 9 has no survivors.
    let kept = 0;
    for (let input = 0; input < inputs; input += 1) {
      new Int32Array(buffer, rows)[input] = kept * 4;
      for (let output = 0; output < (input === 9 ? 0 : outputs); output += 1, kept += 1) {
        new Int32Array(buffer, columns)[kept] = output * 128;
        new Float32Array(buffer, weights)[kept] = random.normal();
      }
    }
    new Int32Array(buffer, rows)[inputs] = kept * 4;
    new Float32Array(buffer, biases, outputs).forEach((_, output, all) => {
      all[output] = random.normal();
    });
    new Int32Array(buffer, features).set(live);
    // The quarters of the row k that have a bit in k + 1 are not zero.
    new Uint8Array(buffer, bytes, live.length * 32).forEach((_, place, all) => {
      const [row, quarter] = [Math.floor(place / 32), (place >> 3) & 3];
      all[place] = ((row + 1) >> quarter) & 1 ? random.below(256) : 0;
    });
    new Float32Array(buffer, x, inputs * 32).fill(NaN);
    const matrix = { inputs, outputs, rows, columns };
    const tile = { count: live.length, features, bytes };
    kernels.widenRows(tile, flat(inputs, x));
    kernels.denseForward(8, matrix, weights, biases, x, expected);
    kernels.denseForwardBytes(matrix, weights, biases, tile, actual);
    const bitsAt = (pointer: number) => new Uint32Array(buffer, pointer, outputs * 32);
    expect(bitsAt(actual)).toEqual(bitsAt(expected));
    for (let input = 0; input < inputs; input += 1) {
      const row = new Float32Array(buffer, x + input * 128, 32);
      expect(row.some((value) => value !== 0)).toBe(live.includes(input));
    }
  });

  it('gives the same bits whether zero quarters are left out or not', () => {
    // In rows of twelve survivors, zero quarters are not left out.
    const [whole, ...halves] = [denseLayer(8, 24, 0), denseLayer(8, 12, 0), denseLayer(8, 12, 12)];
    expect(whole.y).toEqual(halves.flatMap(({ y }) => y));
    expect(whole.gradients).toEqual(
      whole.gradients.map((_, input) => halves.flatMap(({ gradients }) => gradients[input]!)),
    );
  });
});

const sum = (terms: readonly number[]): number => terms.reduce((total, term) => total + term, 0);

/** Hands out memory from here on, in rows. */
function reserveFrom(start: number): (bytes: number) => number {
  let next = start;
  return (bytes) => {
    const pointer = next;
    next += Math.ceil(bytes / ROW) * ROW;
    return pointer;
  };
}
