import { expect, test } from 'vitest';
import {
  maskTensors,
  type TensorFile,
  weightTensors,
} from '../../../src/main/exporters/tensors.ts';
import { WorkbenchError } from '../../../src/shared/contract/errors.ts';
import { key } from '../store/samples.ts';
import { SEARCH, WEIGHTS } from './samples.ts';

function tensor(file: TensorFile, name: string) {
  const found = file.tensors.find((each) => each.name === name);
  if (!found) throw new Error(`there is no ${name}`);
  return { shape: found.shape, values: Array.from(found.values) };
}

test('masks are the kernels’, one boolean a weight', () => {
  const file = maskTensors(WEIGHTS);
  expect(file.tensors.map(({ name }) => name)).toEqual(['fc1.kernel', 'fc2.kernel']);
  expect(file.tensors.every(({ values }) => values instanceof Uint8Array)).toBe(true);
  expect(tensor(file, 'fc1.kernel')).toEqual({
    shape: [3, 4],
    values: [1, 1, 0, 1, 1, 0, 1, 1, 0, 1, 1, 0],
  });
  expect(tensor(file, 'fc2.kernel')).toEqual({ shape: [4, 2], values: [1, 1, 0, 1, 1, 0, 1, 1] });
});

test('weights are all parameters before and after the training', () => {
  expect(weightTensors(WEIGHTS).tensors.map(({ name, shape }) => [name, shape])).toEqual([
    ['final.fc1.bias', [4]],
    ['final.fc1.kernel', [3, 4]],
    ['final.fc2.bias', [2]],
    ['final.fc2.kernel', [4, 2]],
    ['initial.fc1.bias', [4]],
    ['initial.fc1.kernel', [3, 4]],
    ['initial.fc2.bias', [2]],
    ['initial.fc2.kernel', [4, 2]],
  ]);
});

test('initial weights are the ticket: the survivors of the initialisation, not of the training', () => {
  const file = weightTensors(WEIGHTS);
  expect(tensor(file, 'initial.fc1.kernel').values).toEqual([1, 2, 0, 4, 5, 0, 7, 8, 0, 10, 11, 0]);
  expect(tensor(file, 'initial.fc1.bias').values).toEqual([13, 14, 15, 16]);
  expect(tensor(file, 'initial.fc2.kernel').values).toEqual([17, 18, 0, 20, 21, 0, 23, 24]);
  expect(tensor(file, 'final.fc1.bias').values).toEqual([-13, -14, -15, -16]);
  expect(tensor(file, 'final.fc2.kernel').values).toEqual([-17, -18, 0, -20, -21, 0, -23, -24]);
});

test('what is exported stays as it was', () => {
  const initialWeights = new Float32Array(WEIGHTS.initialWeights.length).fill(9);
  const finalWeights = initialWeights.slice();
  weightTensors({ ...WEIGHTS, initialWeights, finalWeights });
  expect(initialWeights.every((weight) => weight === 9)).toBe(true);
  expect(finalWeights.every((weight) => weight === 9)).toBe(true);
});

test('the file says which subnetwork it holds, and which weights', () => {
  const { metadata } = weightTensors(WEIGHTS);
  expect(metadata).toMatchObject({
    search_id: SEARCH.id,
    search_name: 'Größe, "zwei"',
    replicate: '2',
    level: '2',
    branch: 'ticket',
    density: '0.7',
    rewind_iteration: '0',
  });
  expect(metadata['initial']).toContain('at the start of this training');
  expect(metadata['final']).toContain('at the end of this training');
  expect(metadata['density_meaning']).toContain('kept');
  expect(maskTensors(WEIGHTS).metadata['masks']).toBe(
    'true: the weight is kept; false: it is pruned',
  );
});

test('the dense network starts from its initialisation, whatever the rewind iteration', () => {
  const settings = { ...SEARCH.settings, rewind: { iteration: 50 } };
  const search = { ...SEARCH, settings };
  const rewind = (level: number) =>
    weightTensors({ ...WEIGHTS, search, key: key(0, level) }).metadata['rewind_iteration'];
  expect([rewind(0), rewind(1)]).toEqual(['0', '50']);
});

test('a mask that does not fit the network is an error', () => {
  expect(() => maskTensors({ ...WEIGHTS, mask: new Uint8Array(2) })).toThrow(WorkbenchError);
});
