import { gzipSync } from 'node:zlib';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type IdxExpectation,
  IMAGES,
  LABELS,
  openIdx,
} from '../../../../../src/main/engine/datasets/readers/idx.ts';
import { WorkbenchError } from '../../../../../src/shared/contract/errors.ts';
import { idxBytes, temporaryFolders } from '../idx-writer.ts';

const folderOf = temporaryFolders();

async function readIdx(bytes: Uint8Array, expected: IdxExpectation) {
  const reader = await openIdx(join(folderOf({ data: bytes }), 'data'), expected);
  try {
    const values = new Uint8Array(reader.dimensions.reduce((product, size) => product * size, 1));
    await reader.read(values);
    await reader.finish();
    return { dimensions: reader.dimensions, values };
  } finally {
    await reader.close();
  }
}

async function errorOf(bytes: Uint8Array, expected: IdxExpectation): Promise<WorkbenchError> {
  const outcome = await readIdx(bytes, expected).catch((error: unknown) => error);
  expect(outcome).toBeInstanceOf(WorkbenchError);
  return outcome as WorkbenchError;
}

interface IdxCase {
  readonly dimensions: number[];
  readonly values: Uint8Array;
  readonly isCompressed: boolean;
}

const idxCase: fc.Arbitrary<IdxCase> = fc
  .array(fc.integer({ min: 1, max: 7 }), { minLength: 1, maxLength: 4 })
  .chain((dimensions) => {
    const length = dimensions.reduce((product, size) => product * size, 1);
    return fc.record({
      dimensions: fc.constant(dimensions),
      values: fc.uint8Array({ minLength: length, maxLength: length }),
      isCompressed: fc.boolean(),
    });
  });

/** Beginnings of files that are not IDX files; two of them are gzip. */
const otherStart = fc.constantFrom([1], [0, 1], [0x1f, 0x8b], [0x1f, 0x8b, 8, 0]);

const pack = (bytes: Buffer, isCompressed: boolean) => (isCompressed ? gzipSync(bytes) : bytes);
const expectationOf = ({ dimensions }: IdxCase) => ({ content: 'values', rank: dimensions.length });

describe('an IDX file', () => {
  it('gives back whatever array was written, gzip or not', async () => {
    await fc.assert(
      fc.asyncProperty(idxCase, async (written) => {
        const bytes = pack(idxBytes(written.dimensions, written.values), written.isCompressed);
        const { dimensions, values } = await readIdx(bytes, expectationOf(written));
        expect(dimensions).toEqual(written.dimensions);
        expect(values).toEqual(written.values);
      }),
    );
  });

  it('is rejected wherever it was cut off', async () => {
    await fc.assert(
      fc.asyncProperty(idxCase, fc.nat(), async (written, place) => {
        const bytes = pack(idxBytes(written.dimensions, written.values), written.isCompressed);
        const { code } = await errorOf(
          bytes.subarray(0, place % bytes.length),
          expectationOf(written),
        );
        expect(code).toBe('invalid-data');
      }),
    );
  });

  it('is rejected for any other byte in its header', async () => {
    await fc.assert(
      fc.asyncProperty(
        idxCase,
        fc.nat(),
        fc.integer({ min: 1, max: 255 }),
        async (written, place, change) => {
          const bytes = idxBytes(written.dimensions, written.values);
          const at = place % (4 + 4 * written.dimensions.length);
          bytes[at]! ^= change;
          // The header with the code of another type is sound; what is wrong is behind it.
          fc.pre(at !== 2 || ![0x09, 0x0b, 0x0c, 0x0d, 0x0e].includes(bytes[at]!));
          const { code } = await errorOf(pack(bytes, written.isCompressed), expectationOf(written));
          expect(code).toBe('invalid-data');
        },
      ),
    );
  });

  it('is never read wrongly from damaged gzip data', async () => {
    await fc.assert(
      fc.asyncProperty(
        idxCase,
        fc.nat(),
        fc.integer({ min: 1, max: 255 }),
        async (written, place, change) => {
          const bytes = gzipSync(idxBytes(written.dimensions, written.values));
          bytes[place % bytes.length]! ^= change;
          const outcome = await readIdx(bytes, expectationOf(written)).catch(
            (error: unknown) => error,
          );
          // Some bytes of a gzip header, its date for one, mean nothing to the content.
          if (outcome instanceof WorkbenchError) return;
          expect(outcome).toEqual({ dimensions: written.dimensions, values: written.values });
        },
      ),
    );
  });

  it('is rejected, and nothing else happens, if it is any other file', async () => {
    await fc.assert(
      fc.asyncProperty(otherStart, fc.uint8Array({ maxLength: 64 }), async (start, rest) => {
        await errorOf(Uint8Array.of(...start, ...rest), IMAGES);
      }),
    );
  });
});

describe('a defect of an IDX file', () => {
  const image = idxBytes([2, 1, 2], [1, 2, 3, 4]);

  it('that it holds labels instead of images is recognised', async () => {
    const error = await errorOf(idxBytes([2], [0, 1]), IMAGES);
    expect(error.message).toContain(
      'byte 0: the magic number is 0x00000801 (unsigned bytes in 1 dimension); expected 0x00000803 (unsigned bytes in 3 dimensions)',
    );
    expect(error.hint).toContain('The file holds labels');
    expect((await errorOf(image, LABELS)).hint).toContain('The file holds images');
  });

  it('that it has too many dimensions names them, and the type of its values', async () => {
    const error = await errorOf(idxBytes([1, 1, 1, 1, 1], [0, 0, 0, 0], 0x0d), IMAGES);
    expect(error.message).toContain('0x00000d05 (32-bit floats in 5 dimensions)');
    expect(error.hint).toContain('Files of images have 3 or 4 dimensions');
  });

  it('that it is something else says what it looks like', async () => {
    expect((await errorOf(Buffer.from('PK\u0003\u0004 archive'), IMAGES)).hint).toContain('zip');
    const page = await errorOf(Buffer.from('<!DOCTYPE html>'), IMAGES);
    expect(page.message).toContain('the magic number is 0x3c21444f (not an IDX file)');
    expect(page.hint).toContain('web page');
  });

  it('that it ends too early names both lengths', async () => {
    expect((await errorOf(image.subarray(0, 18), IMAGES)).message).toMatch(
      /data, byte 18: the file ends here; expected 20 bytes, for its header promises 16 bytes of header and 2 × 1 × 2 of images$/,
    );
    expect((await errorOf(gzipSync(image.subarray(0, 18)), IMAGES)).message).toMatch(
      /data \(decompressed\), byte 18: the file ends here; expected 20 bytes/,
    );
    expect((await errorOf(image.subarray(0, 9), IMAGES)).message).toContain(
      'byte 9: the file ends within its header; expected 16 bytes of header',
    );
  });

  it('that it goes on after the last value names the place', async () => {
    const longer = Buffer.concat([image, Buffer.from('more')]);
    expect((await errorOf(longer, IMAGES)).message).toContain(
      'byte 20: the file goes on for 4 bytes; expected its end',
    );
    expect((await errorOf(gzipSync(longer), IMAGES)).message).toContain(
      '(decompressed), byte 20: the file goes on; expected its end',
    );
  });

  it('that it holds nothing names the dimension', async () => {
    expect((await errorOf(idxBytes([0, 28, 28], []), IMAGES)).message).toContain(
      'byte 4: the file holds no images; expected at least 1',
    );
    expect((await errorOf(idxBytes([2, 28, 0], []), IMAGES)).message).toContain(
      'byte 12: dimension 3 of the images is 0; expected at least 1',
    );
  });

  it('that its header promises too much shows before anything is allocated', async () => {
    const huge = idxBytes([0xffffffff, 0xffffffff, 0xffffffff], [1, 2, 3, 4]);
    expect((await errorOf(huge, IMAGES)).message).toContain(
      // (2³² − 1)³ + 16
      'byte 20: the file ends here; expected 79228162458924105385300197391 bytes',
    );
    expect((await errorOf(gzipSync(huge), IMAGES)).message).toMatch(
      /byte 4: its header promises .*; expected at most \d+ bytes, which is all that can come out/,
    );
  });

  it('that its gzip data is damaged or cut off names the place', async () => {
    const packed = gzipSync(image);
    const cut = packed.subarray(0, packed.length - 3);
    expect((await errorOf(cut, IMAGES)).message).toContain(
      `byte ${cut.length}: the gzip data ends here`,
    );
    packed[packed.length - 8]! ^= 1;
    expect((await errorOf(packed, IMAGES)).message).toMatch(
      /the gzip data is damaged in the 65536 bytes from byte 0 on \(incorrect data check\)/,
    );
    const followed = Buffer.concat([gzipSync(image), Buffer.from('more')]);
    expect((await errorOf(followed, IMAGES)).message).toContain('the gzip data is damaged');
  });

  it('that it is missing or no file is told before it is opened', async () => {
    const folder = folderOf({});
    await expect(openIdx(join(folder, 'missing'), IMAGES)).rejects.toMatchObject({
      code: 'not-found',
      message: `There is no file ${join(folder, 'missing')}`,
    });
    await expect(openIdx(folder, IMAGES)).rejects.toMatchObject({
      code: 'invalid-data',
      message: `${folder} is not a file; expected a file of data`,
    });
  });
});
