import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { zipSync } from 'fflate';
import { afterAll, describe, expect, it } from 'vitest';
import { architectures } from '../../../../src/main/engine/architectures/index.ts';
import { fullyConnected } from '../../../../src/main/engine/architectures/fully-connected.ts';
import { rng } from '../../../../src/shared/rng.ts';
import {
  compareMask,
  compareWeights,
  importedMask,
  importedWeights,
} from '../../../../src/main/engine/imports/imported.ts';
import { readTensorFile } from '../../../../src/main/engine/imports/tensor-file.ts';
import { layoutOf } from '../../../../src/main/engine/network.ts';
import { npzArchive, npzBytes } from '../../../../src/main/exporters/npz.ts';
import { pytorchFiles } from '../../../../src/main/exporters/programs/pytorch-files.ts';
import { safetensorsBytes } from '../../../../src/main/exporters/safetensors.ts';
import { maskTensors, type Tensor, weightTensors } from '../../../../src/main/exporters/tensors.ts';
import { maskInPlace, packMask } from '../../../../src/shared/domain/mask.ts';
import { SAMPLE_CHOICES, sampleModel } from '../../exporters/programs/sample-models.ts';

const scratch = mkdtempSync(path.join(tmpdir(), 'ticket-imports-'));
afterAll(() => {
  rmSync(scratch, { recursive: true });
});

let files = 0;
function written(name: string, bytes: Uint8Array): { file: string } {
  files += 1;
  const file = path.join(scratch, `${files}-${name}`);
  writeFileSync(file, bytes);
  return { file };
}

const saved = (tensors: readonly Tensor[]) =>
  written('tensors.safetensors', safetensorsBytes({ tensors, metadata: {} }));

/** [2, 3, 3] units: the square kernel's shape does not tell its layout. */
const network = fullyConnected([2], [3, 3], 4);
const layout = layoutOf(network);

const tensor = (name: string, shape: number[], values?: number[]): Tensor => ({
  name,
  shape,
  values: Float32Array.from(
    values ?? Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, index) => index + 1),
  ),
});

/** In PyTorch's layout, [out, in]. */
const pytorch = (first: string, second: string, output: string, suffix = 'weight') => [
  tensor(`${first}.${suffix}`, [3, 2]),
  tensor(`${second}.${suffix}`, [3, 3]),
  tensor(`${output}.${suffix}`, [4, 3]),
];

const kernel = (values: Float32Array, index: number): number[] => {
  const { offset, size } = layout.prunable[index]!;
  return [...values.subarray(offset, offset + size)];
};

describe.each(SAMPLE_CHOICES)('what was exported of %s comes back', (_, choice) => {
  const model = sampleModel(choice, 1);
  const { inputShape, classes } = model.graph;
  const own = architectures.get(choice.id).build(choice, inputShape, classes);
  const subnetwork = { ...model, mask: packMask(model.mask), correctAtEarlyStop: undefined };
  const ofPyTorch = new Map(
    pytorchFiles(model).map(({ path: name, bytes }) => [name, written(path.basename(name), bytes)]),
  );

  it('from exported masks', () => {
    const tensors = maskTensors(subnetwork);
    for (const file of [
      written('masks.npz', npzBytes(tensors)),
      written('masks.safetensors', safetensorsBytes(tensors)),
    ]) {
      expect(importedMask(file, own)).toEqual(model.mask);
    }
  });

  it('from exported weights, without those that were pruned', () => {
    const file = written('weights.npz', npzBytes(weightTensors(subnetwork)));
    const ticket = maskInPlace(model.layout, model.initialWeights.slice(), model.mask);
    expect(importedWeights(file, own)).toEqual(ticket);
    expect(importedMask(file, own)).toEqual(model.mask);
  });

  it('from PyTorch, as masks, as zeros, and as θ0', () => {
    for (const name of ['ticket.safetensors', 'pruned.safetensors', 'model.safetensors']) {
      expect(importedMask(ofPyTorch.get(name)!, own), name).toEqual(model.mask);
    }
    for (const name of ['initial.safetensors', 'ticket.safetensors']) {
      expect(importedWeights(ofPyTorch.get(name)!, own), name).toEqual(model.initialWeights);
    }
  });
});

describe('the names of tensors', () => {
  const expected = [
    [1, 3, 5, 2, 4, 6],
    [1, 4, 7, 2, 5, 8, 3, 6, 9],
    [1, 4, 7, 10, 2, 5, 8, 11, 3, 6, 9, 12],
  ];

  it.each([
    ['fc1', 'fc2', 'output'],
    ['module.fc1', 'module.fc2', 'module.output'],
    // By their shapes, each of which one tensor has.
    ['layers.0', 'layers.2', 'head'],
  ])('%s, %s and %s are found, and transposed', (...names) => {
    const weights = importedWeights(saved(pytorch(...names)), network);
    expect([0, 1, 2].map((index) => kernel(weights, index))).toEqual(expected);
  });

  it('a square kernel of an export lies as it is', () => {
    const weights = importedWeights(
      saved([
        tensor('fc1.kernel', [2, 3]),
        tensor('fc2.kernel', [3, 3]),
        tensor('output.kernel', [3, 4]),
      ]),
      network,
    );
    expect(kernel(weights, 1)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9]);
  });

  const own = (first: string, second: string, output: string) => [
    tensor(first, [2, 3]),
    tensor(second, [3, 3]),
    tensor(output, [3, 4]),
  ];
  const TRANSPOSED = [1, 4, 7, 2, 5, 8, 3, 6, 9];
  const AS_IT_IS = [1, 2, 3, 4, 5, 6, 7, 8, 9];

  it.each([
    [
      'fc1',
      pytorch('fc1', 'fc2', 'output').map((each) => ({ ...each, name: each.name.split('.')[0]! })),
      TRANSPOSED,
    ],
    ['fc1.mask', pytorch('fc1', 'fc2', 'output', 'mask'), TRANSPOSED],
    ['fc1', own('fc1', 'fc2', 'output'), AS_IT_IS],
    ['fc1.mask', own('fc1.mask', 'fc2.mask', 'output.mask'), AS_IT_IS],
  ])(
    'a square kernel lies as its siblings do where the names do not say it: %s',
    (_, tensors, expected) => {
      const weights = importedWeights(
        saved(tensors.map((each) => ({ ...each, name: each.name.replace('.mask', '') }))),
        network,
      );
      expect(kernel(weights, 1)).toEqual(expected);
    },
  );

  it.each([
    ['names of PyTorch, another layout', own('fc1.weight', 'fc2.weight', 'output.weight')],
    ['names of exports, PyTorch’s layout', pytorch('fc1', 'fc2', 'output', 'kernel')],
    ['both layouts', [tensor('fc1', [2, 3]), tensor('fc2', [3, 3]), tensor('output', [4, 3])]],
  ])('a square kernel is not guessed where the file contradicts itself: %s', (_, tensors) => {
    const found = compareWeights(saved(tensors), network);
    expect(found.mismatches).toEqual([
      expect.stringMatching(/^fc2\.kernel: fc2.* of shape \[3, 3\] may lie as in PyTorch or not: /),
    ]);
    expect(found.matched.map(({ parameter }) => parameter.name)).toEqual([
      'fc1.kernel',
      'output.kernel',
    ]);
  });

  it('two tensors of one name are not guessed', () => {
    const bias = tensor('net.fc1.bias', [3]);
    const file = saved([
      ...pytorch('module.fc1', 'fc2', 'output'),
      tensor('net.fc1.weight', [3, 2]),
      bias,
      { ...bias, name: 'model.fc1.bias' },
    ]);
    expect(compareWeights(file, network).mismatches).toEqual([
      'fc1.kernel: module.fc1.weight and net.fc1.weight both have its name; keep one of them in the file',
      'fc1.bias: net.fc1.bias and model.fc1.bias both have its name; keep one of them in the file',
    ]);
    expect(compareMask(file, network).mismatches).toEqual([
      'fc1.kernel: module.fc1.weight and net.fc1.weight both have its name; keep one of them in the file',
    ]);
  });

  it('biases come with a kernel that was found by its shape; others start at 0', () => {
    const found = compareWeights(
      saved([...pytorch('a', 'b', 'c'), tensor('b.bias', [3], [7, 8, 9])]),
      network,
    );
    const { offset } = layout.parameters.find(({ name }) => name === 'fc2.bias')!;
    expect([...found.values.subarray(offset, offset + 3)]).toEqual([7, 8, 9]);
    expect(found.missing.map(({ name }) => name)).toEqual(['fc1.bias', 'output.bias']);
  });

  it('two tensors of one shape are not guessed', () => {
    const same = fullyConnected([3], [3], 3);
    const file = saved([tensor('a.weight', [3, 3]), tensor('b.weight', [3, 3])]);
    expect(compareWeights(file, same).mismatches).toEqual([
      'fc1.kernel: no tensor has its name, and its shape does not tell which of a.weight, b.weight it is; name it fc1.weight',
      'output.kernel: no tensor has its name, and its shape does not tell which of a.weight, b.weight it is; name it output.weight',
    ]);
  });

  it('every mismatch is named', () => {
    const file = saved([
      tensor('fc1.weight_mask', [5, 2]),
      tensor('fc2.weight_mask', [3, 3], [0, 1, 0.5, 1, 1, 1, 1, 1, 1]),
      tensor('fc9.weight_mask', [7, 7]),
    ]);
    expect(compareMask(file, network).mismatches).toEqual([
      'fc1.kernel: fc1.weight_mask has the shape [5, 2]; expected [2, 3], or [3, 2] as in PyTorch',
      'output.kernel: no tensor has its name or its shape, [3, 4], or [4, 3] as in PyTorch',
      'fc9.weight_mask of shape [7, 7] is the mask of no layer of the network',
      'fc2.kernel: fc2.weight_mask holds 0.5; expected 0 and 1',
    ]);
    expect(() => importedMask(file, network)).toThrow(/does not fit the network: fc1\.kernel/);
  });

  it('a layer without a mask keeps what is not 0', () => {
    const [first, second, output] = pytorch('fc1', 'fc2', 'output');
    const mask = tensor('fc1.weight_mask', [3, 2], [1, 0, 0, 0, 0, 0]);
    const found = importedMask(
      saved([{ ...first!, name: 'fc1.weight_orig' }, mask, second!, output!]),
      network,
    );
    expect([...found]).toEqual([1, 0, 0, 0, 0, 0, ...Array.from({ length: 21 }, () => 1)]);
  });
});

describe('files', () => {
  it('may hold numbers of any type, and arrays in Fortran order', () => {
    const header = `{'descr': '<f8', 'fortran_order': True, 'shape': (2, 3), }`.padEnd(117);
    const values = Buffer.from(Float64Array.of(1, 4, 2, 5, 3, 6).buffer);
    const npy = Buffer.concat([
      Buffer.from('\x93NUMPY\x01\x00\x76\x00', 'latin1'),
      Buffer.from(`${header}\n`),
      values,
    ]);
    const { tensors } = readTensorFile(written('a.npz', zipSync({ 'fc1.npy': npy })).file);
    expect(tensors).toMatchObject([{ name: 'fc1', shape: [2, 3], type: 'float64' }]);
    expect([...tensors[0]!.values()]).toEqual([1, 2, 3, 4, 5, 6]);
  });

  it('may hold bfloat16', () => {
    const header = Buffer.from('{"w":{"dtype":"BF16","shape":[2],"data_offsets":[0,4]}}');
    const length = Buffer.alloc(8);
    length.writeBigUInt64LE(BigInt(header.length));
    const file = Buffer.concat([length, header, Buffer.from([0x80, 0x3f, 0x20, 0xc0])]);
    const { tensors } = readTensorFile(written('b.safetensors', file).file);
    expect([...tensors[0]!.values()]).toEqual([1, -2.5]);
  });

  const headed = (header: string, data: number) => {
    const length = Buffer.alloc(8);
    length.writeBigUInt64LE(BigInt(header.length));
    return written(
      'headed.safetensors',
      Buffer.concat([length, Buffer.from(header), Buffer.alloc(data)]),
    );
  };
  const floats = (start: number, end: number) =>
    `{"dtype":"F32","shape":[${(end - start) / 4}],"data_offsets":[${start},${end}]}`;

  it.each([
    [
      'overlap',
      `{"a":${floats(0, 8)},"b":${floats(4, 12)}}`,
      /the tensor b begins at byte 4, and the one before it ends at 8/,
    ],
    [
      'repeat the same bytes',
      `{"a":${floats(0, 12)},"b":${floats(0, 12)}}`,
      /the tensor b begins at byte 0/,
    ],
    [
      'leave bytes out',
      `{"a":${floats(0, 4)},"b":${floats(8, 12)}}`,
      /the tensor b begins at byte 8, and the one before it ends at 4/,
    ],
    ['end early', `{"a":${floats(0, 8)}}`, /its tensors end at byte 8 of 12/],
    [
      'have a name twice',
      `{"a":${floats(0, 4)},"a":${floats(4, 12)}}`,
      /the tensor a begins at byte 4/,
    ],
  ])('whose tensors %s are refused', (_, header, message) => {
    expect(() => readTensorFile(headed(header, 12).file)).toThrow(message);
  });

  it('that are pickles are never executed; two lines of Python convert them', () => {
    const zip = zipSync({
      'model/data.pkl': Uint8Array.of(0x80, 2),
      'model/data/0': new Uint8Array(8),
    });
    for (const bytes of [zip, Uint8Array.of(0x80, 2, 0x8a)]) {
      const { file } = written('model.pt', bytes);
      expect(() => readTensorFile(file)).toThrow(
        expect.objectContaining({
          code: 'invalid-data',
          hint: expect.stringContaining('weights_only=True') as string,
        }) as Error,
      );
    }
  });

  it('that have changed are refused', () => {
    const { file } = saved(pytorch('fc1', 'fc2', 'output'));
    const { sha256 } = readTensorFile(file);
    expect(readTensorFile(file, sha256).tensors).toHaveLength(3);
    writeFileSync(file, safetensorsBytes({ tensors: [tensor('x', [1])], metadata: {} }));
    expect(() => readTensorFile(file, sha256)).toThrow(/has changed/);
  });

  it('that are damaged are refused, naming the tensor', () => {
    const sound = safetensorsBytes({ tensors: pytorch('a', 'b', 'c'), metadata: {} });
    const { file: short } = written('short.safetensors', sound.subarray(0, -4));
    expect(() => readTensorFile(short)).toThrow(/the tensor c\.weight of shape \[4, 3\]/);
    expect(() => readTensorFile(written('no.npz', Buffer.from('PK\x03\x04')).file)).toThrow(
      /no.npz/,
    );
    expect(() => readTensorFile(written('text.txt', Buffer.from('hello world')).file)).toThrow(
      /expected safetensors or npz/,
    );
    expect(() => readTensorFile(path.join(scratch, 'missing.npz'))).toThrow(/is not a file/);
    const wrong = npzArchive([{ name: 'w', type: '<f4', shape: [3], bytes: new Uint8Array(8) }]);
    expect(() => readTensorFile(written('w.npz', wrong).file)).toThrow(/array w: it has 8 bytes/);
  });

  it('whose directory claims billions of arrays are refused at once', () => {
    const sound = Buffer.from(
      npzArchive([{ name: 'w', type: '<f4', shape: [1], bytes: new Uint8Array(4) }]),
    );
    const end = sound.lastIndexOf(Buffer.from('PK\x05\x06', 'latin1'));
    // The locator and the record of zip64, as in archives of more than 65,535 files.
    const record = Buffer.alloc(56);
    record.write('PK\x06\x06', 'latin1');
    record.writeUInt32LE(2 ** 32 - 1, 32);
    record.writeUInt32LE(sound.readUInt32LE(end + 16), 48);
    const locator = Buffer.alloc(20);
    locator.write('PK\x06\x07', 'latin1');
    locator.writeUInt32LE(end, 8);
    const tail = Buffer.from(sound.subarray(end));
    tail.writeUInt16LE(65_535, 8);
    tail.writeUInt32LE(2 ** 32 - 1, 16);
    const claims = Buffer.concat([sound.subarray(0, end), record, locator, tail]);
    expect(() => readTensorFile(written('claims.npz', claims).file)).toThrow(
      /claims\.npz: its directory is damaged/,
    );
  });

  it('in any bytes, are refused or read, and nothing else', () => {
    const sound = safetensorsBytes({ tensors: pytorch('a', 'b', 'c'), metadata: {} });
    const random = rng('fuzzed tensors');
    for (let round = 0; round < 300; round += 1) {
      const bytes = sound.slice();
      for (let change = 0; change < 4; change += 1) bytes[random.below(250)] = random.below(256);
      try {
        readTensorFile(written('fuzzed.safetensors', bytes).file);
      } catch (error) {
        expect(error).toMatchObject({ name: 'WorkbenchError', code: 'invalid-data' });
      }
    }
  });
});
