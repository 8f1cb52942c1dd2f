import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  allocateExamples,
  allocateFloatExamples,
  allocateShared,
} from '../../../../src/main/engine/datasets/memory.ts';
import { WorkbenchError } from '../../../../src/shared/contract/errors.ts';

describe('memory for examples', () => {
  it('holds arrays apart from each other, each aligned to 64 bytes', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(200_000), { minLength: 1, maxLength: 5 }), (lengths) => {
        const arrays = allocateShared('test', lengths);
        expect(arrays.map(({ length }) => length)).toEqual(lengths);
        let end = 0;
        for (const { byteOffset, byteLength } of arrays) {
          expect(byteOffset % 64).toBe(0);
          expect(byteOffset).toBeGreaterThanOrEqual(end);
          end = byteOffset + byteLength;
        }
      }),
      { numRuns: 30 },
    );
  });

  it.each([
    { kind: 'bytes', allocate: allocateExamples },
    { kind: 'floats', allocate: allocateFloatExamples },
  ])('is the same memory of $kind on another thread', async ({ allocate }) => {
    const { features, labels } = allocate('test', 5, [3, 2, 1]);
    expect(features).toHaveLength(30);
    expect(labels).toHaveLength(5);
    const worker = new Worker(
      `const { parentPort, workerData } = require('node:worker_threads');
       workerData.features[29] = 7;
       workerData.labels[4] = 70000;
       parentPort.postMessage('written');`,
      { eval: true, workerData: { features, labels } },
    );
    await once(worker, 'message');
    expect(features[29]).toBe(7);
    expect(labels[4]).toBe(70_000);
    await worker.terminate();
  });

  it('is refused, with what it is for, beyond 4 GiB', () => {
    // More than a WebAssembly memory can have, whatever the machine has.
    const allocate = () => allocateExamples('some/images', 2 ** 23, [32, 32, 3]);
    expect(allocate).toThrow(WorkbenchError);
    expect(allocate).toThrow(
      'some/images: the examples take 25803358208 bytes of memory; expected at most 4294967296',
    );
  });
});
