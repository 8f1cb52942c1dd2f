import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';

/** An IDX file: magic number, dimensions, values. */
export function idxBytes(
  dimensions: readonly number[],
  values: ArrayLike<number>,
  typeCode = 0x08,
): Buffer {
  const header = Buffer.alloc(4 + 4 * dimensions.length);
  header.set([0, 0, typeCode, dimensions.length]);
  for (const [index, size] of dimensions.entries()) header.writeUInt32BE(size, 4 + 4 * index);
  return Buffer.concat([header, Uint8Array.from(values)]);
}

export interface TinyFiles {
  readonly trainImages: Buffer;
  readonly trainLabels: Buffer;
  readonly testImages: Buffer;
  readonly testLabels: Buffer;
}

/** Six training and three test images of 2 × 3, labelled 0, 1, 2. */
export function tinyFiles(): TinyFiles {
  const images = (count: number) =>
    idxBytes(
      [count, 2, 3],
      Uint8Array.from({ length: count * 6 }, (_, index) => (index * 37) % 256),
    );
  return {
    trainImages: images(6),
    trainLabels: idxBytes([6], [0, 1, 2, 0, 1, 2]),
    testImages: images(3),
    testLabels: idxBytes([3], [2, 1, 0]),
  };
}

/** Files by name, as in most datasets. */
export function usualNames(files: TinyFiles): Record<string, Buffer> {
  return {
    'train-images-idx3-ubyte': files.trainImages,
    'train-labels-idx1-ubyte': files.trainLabels,
    't10k-images-idx3-ubyte': files.testImages,
    't10k-labels-idx1-ubyte': files.testLabels,
  };
}

/** A folder for this test file, gone after it; the result makes a new folder in it of these files. */
export function temporaryFolders(): (files: Readonly<Record<string, Uint8Array>>) => string {
  const root = mkdtempSync(join(tmpdir(), 'ticket-datasets-'));
  afterAll(() => {
    rmSync(root, { recursive: true });
  });
  let made = 0;
  return (files) => {
    made += 1;
    const folder = join(root, String(made));
    mkdirSync(folder);
    for (const [name, bytes] of Object.entries(files)) writeFileSync(join(folder, name), bytes);
    return folder;
  };
}
