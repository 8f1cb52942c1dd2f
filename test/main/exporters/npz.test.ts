import { execFileSync } from 'node:child_process';
import { inflateRawSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { npz, npzBytes } from '../../../src/main/exporters/npz.ts';
import { readReference, SEARCH, WEIGHTS } from './samples.ts';

/** A zip file by its central directory (PKWARE APPNOTE 4.3.12), independent of what wrote it. */
function unzip(bytes: Uint8Array): { members: Record<string, Buffer>; comment: string } {
  const file = Buffer.from(bytes);
  const end = file.lastIndexOf(Buffer.from([0x50, 0x4b, 5, 6]));
  const members: Record<string, Buffer> = {};
  let at = file.readUInt32LE(end + 16);
  for (let entry = 0; entry < file.readUInt16LE(end + 10); entry += 1) {
    const [nameLength, extraLength, commentLength] = [28, 30, 32].map((field) =>
      file.readUInt16LE(at + field),
    ) as [number, number, number];
    const name = file.toString('utf8', at + 46, at + 46 + nameLength);
    const local = file.readUInt32LE(at + 42);
    const data = local + 30 + file.readUInt16LE(local + 26) + file.readUInt16LE(local + 28);
    const packed = file.subarray(data, data + file.readUInt32LE(at + 20));
    const method = file.readUInt16LE(at + 10);
    members[name] = method === 0 ? packed : inflateRawSync(packed);
    at += 46 + nameLength + extraLength + commentLength;
  }
  const commentLength = file.readUInt16LE(end + 20);
  expect(file.length).toBe(end + 22 + commentLength);
  return { members, comment: file.toString('utf8', end + 22) };
}

describe.each(['weights', 'masks'] as const)('an archive of %s', (label) => {
  test('holds the very arrays that NumPy writes', () => {
    const reference = readReference(label);
    const { members } = unzip(npzBytes(reference));
    expect(Object.keys(members)).toEqual(Object.keys(reference.npy));
    for (const [name, array] of Object.entries(members)) {
      expect([name, array.toString('hex')]).toEqual([name, reference.npy[name]!.toString('hex')]);
    }
  });
});

test('an archive says what it holds in its comment', () => {
  const { comment } = unzip(npz.write.weights!(WEIGHTS));
  expect(JSON.parse(comment)).toMatchObject({ search_id: SEARCH.id, branch: 'ticket' });
});

test('the comment of a search with an endless name still fits', () => {
  const search = { ...SEARCH, name: 'ß'.repeat(100_000) };
  const { comment, members } = unzip(npz.write.masks!({ ...WEIGHTS, search }));
  expect(JSON.parse(comment)).toMatchObject({ search_id: SEARCH.id });
  expect(Object.keys(members)).toEqual(['fc1.kernel.npy', 'fc2.kernel.npy']);
});

test('equal data give equal bytes, whenever and wherever they are written', () => {
  const write = `
    import { npzBytes } from './src/main/exporters/npz.ts';
    const tensors = [{ name: 'a', shape: [2], values: new Float32Array([1, 2]) }];
    process.stdout.write(Buffer.from(npzBytes({ tensors, metadata: {} })).toString('hex'));`;
  const inZone = (zone: string) =>
    execFileSync(process.execPath, ['--input-type=module', '-e', write], {
      env: { ...process.env, TZ: zone },
      encoding: 'utf8',
    });
  expect(inZone('Pacific/Kiritimati')).toBe(inZone('America/Los_Angeles'));
});
