import { PbfReader } from 'pbf';
import { beforeAll, expect, it } from 'vitest';
import { ensureSparseEngine } from '../../../../src/main/engine/sparse/ensure.ts';
import { onnx } from '../../../../src/main/exporters/programs/onnx.ts';
import { countKept } from '../../../../src/shared/domain/mask.ts';
import { sampleModel } from './sample-models.ts';

beforeAll(() => ensureSparseEngine(['strict']));

interface Read {
  opset: number;
  /** By initializer: how many of its values are not 0. */
  readonly notZero: Map<string, number>;
}

/** By the numbers of fields in onnx.proto. */
function read(bytes: Uint8Array): Read {
  const result: Read = { opset: 0, notZero: new Map() };
  new PbfReader(bytes).readFields((field, into, file) => {
    if (field === 7) file.readMessage(readGraph, into);
    if (field === 8) file.readMessage(readOpset, into);
  }, result);
  return result;
}

function readOpset(field: number, into: Read, opset: PbfReader): void {
  if (field === 2) into.opset = opset.readVarint();
}

function readGraph(field: number, into: Read, graph: PbfReader): void {
  if (field !== 5) return;
  const tensor = { name: '', notZero: 0 };
  graph.readMessage((each: number, found: typeof tensor, from: PbfReader) => {
    if (each === 8) found.name = from.readString();
    if (each === 9) {
      const values = new Float32Array(from.readBytes().slice().buffer);
      found.notZero = values.filter((value) => value !== 0).length;
    }
  }, tensor);
  into.notZero.set(tensor.name, tensor.notZero);
}

it('names opset 15, and keeps the zeros of every mask', () => {
  const model = sampleModel({ id: 'lenet-5', width: 0.5 }, 4);
  const { opset, notZero } = read(onnx.files(model)[0]!.bytes);
  expect(opset).toBe(15);
  for (const { layer, maskOffset, size } of model.layout.prunable) {
    const kept = countKept(model.mask.subarray(maskOffset, maskOffset + size));
    expect(kept).toBeLessThan(size);
    expect(notZero.get(`${layer}.weight`), layer).toBe(kept);
  }
});
