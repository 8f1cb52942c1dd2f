import { beforeAll, describe, expect, it } from 'vitest';
import { ensureWasm, SPARSE_MODULES } from '../../../../src/main/engine/sparse/build.ts';
import { loadSparseModule } from '../../../../src/main/engine/sparse/kernels.ts';

/** Milliseconds; a build takes seconds, on a busy machine more of them. */
const BUILD_TIMEOUT = 120_000;
beforeAll(() => ensureWasm(), BUILD_TIMEOUT);

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
    kernels.transposeExamples(1, 256, 256, start, x);
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
    kernels.transposeExamples(examples / 4, features, pitch, start, x);
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
    kernels.transposeFloatExamples(examples / 4, features, pitch * 4, start, x);
    for (let example = 0; example < examples; example += 1) {
      for (let feature = 0; feature < features; feature += 1) {
        const tile = Math.floor(example / 32);
        const value = rows[(tile * features + feature) * 32 + (example % 32)];
        expect(value).toBe(valueOf(example, feature));
      }
    }
    // Behind the last row is somebody else's memory.
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
});
