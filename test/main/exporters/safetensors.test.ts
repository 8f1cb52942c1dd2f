import { describe, expect, test } from 'vitest';
import { safetensors, safetensorsBytes } from '../../../src/main/exporters/safetensors.ts';
import { readReference, SEARCH, WEIGHTS } from './samples.ts';

interface Entry {
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly data_offsets: readonly [number, number];
}

/** A file by the format's description, independent of what wrote it. */
function parse(bytes: Uint8Array) {
  const file = Buffer.from(bytes);
  const headerLength = Number(file.readBigUInt64LE(0));
  const header = JSON.parse(file.toString('utf8', 8, 8 + headerLength)) as Record<string, unknown>;
  const { __metadata__: metadata, ...entries } = header as Record<string, Entry> & {
    __metadata__: Record<string, string>;
  };
  return { headerLength, metadata, entries, data: file.subarray(8 + headerLength) };
}

describe.each(['weights', 'masks'] as const)('a file of %s', (label) => {
  test('is the very file that the safetensors package writes', () => {
    const reference = readReference(label);
    const written = Buffer.from(safetensorsBytes(reference));
    expect(written.toString('latin1')).toBe(reference.safetensors.toString('latin1'));
  });
});

test('the tensors lie without gaps behind an aligned header, by name', () => {
  const { headerLength, entries, data } = parse(safetensors.write.weights!(WEIGHTS));
  expect(headerLength % 8).toBe(0);
  expect(Object.keys(entries)).toEqual(Object.keys(entries).toSorted());
  let end = 0;
  for (const { dtype, shape, data_offsets: offsets } of Object.values(entries)) {
    expect(dtype).toBe('F32');
    expect(offsets[0]).toBe(end);
    end += 4 * shape.reduce((product, size) => product * size, 1);
    expect(offsets[1]).toBe(end);
  }
  expect(data.length).toBe(end);
});

test('masks are booleans', () => {
  const { entries, data } = parse(safetensors.write.masks!(WEIGHTS));
  expect(entries).toEqual({
    'fc1.kernel': { dtype: 'BOOL', shape: [3, 4], data_offsets: [0, 12] },
    'fc2.kernel': { dtype: 'BOOL', shape: [4, 2], data_offsets: [12, 20] },
  });
  expect([...data]).toEqual([1, 1, 0, 1, 1, 0, 1, 1, 0, 1, 1, 0, 1, 1, 0, 1, 1, 0, 1, 1]);
});

test('the metadata say what the file holds, as strings', () => {
  const { metadata } = parse(safetensors.write.weights!(WEIGHTS));
  expect(metadata).toMatchObject({ search_id: SEARCH.id, search_name: SEARCH.name, level: '2' });
  expect(Object.values(metadata).every((value) => typeof value === 'string')).toBe(true);
});

test('begins each tensor at a multiple of its element’s size', () => {
  const bytes = safetensorsBytes({
    tensors: [
      { name: 'a_mask', shape: [3], values: Uint8Array.of(1, 0, 1) },
      { name: 'b_orig', shape: [2], values: Float32Array.of(1, 2) },
    ],
    metadata: {},
  });
  const length = Number(new DataView(bytes.buffer).getBigUint64(0, true));
  const header = JSON.parse(new TextDecoder().decode(bytes.subarray(8, 8 + length))) as unknown;
  expect(header).toMatchObject({
    b_orig: { data_offsets: [0, 8] },
    a_mask: { data_offsets: [8, 11] },
  });
});
