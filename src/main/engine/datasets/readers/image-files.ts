import { readFile } from 'node:fs/promises';
import { setImmediate } from 'node:timers/promises';
import type { LeftOut } from '../../../../shared/domain/data-summary.ts';
import { WorkbenchError } from '../../../../shared/contract/errors.ts';
import type { ExampleShape } from '../../layers/spec.ts';
import type { Dataset, DatasetSummary, OnReading } from '../dataset.ts';
import { fingerprintOf } from '../fingerprint.ts';
import { holdOut } from '../held-out.ts';
import { allocateExamples } from '../memory.ts';
import { openFile, readFully } from './byte-reader.ts';
import {
  type DecodedImage,
  decodeImage,
  HEADER_BYTES,
  imageHeaderOf,
  type ImageHeader,
} from './image.ts';
import type { FoundImages, ImageFile } from './image-folder.ts';
import { type Pixels, resize } from './resize.ts';

export interface ImageChoice {
  readonly folder: string;
  readonly width?: number | undefined;
  readonly height?: number | undefined;
  readonly channels: 'rgb' | 'grey';
  readonly testFraction: number;
  readonly splitSeed: number;
}

interface Size {
  readonly width: number;
  readonly height: number;
}

/** An image, and its place in its set. */
interface Placed extends ImageFile {
  readonly set: 'train' | 'test';
  readonly place: number;
}

/** One image is decoded while another is stored. Each takes up to eight bytes a pixel. */
const DECODED_AT_ONCE = 2;

/** Each takes up to 256 kB. */
const HEADERS_AT_ONCE = 32;

/** No sound file of the largest image is larger. */
const MAX_FILE_BYTES = 2 ** 29;

const TELL_EVERY_MILLISECONDS = 5000;

/**
 * Reads the headers of all images, unless the size is given.
 *
 * @throws WorkbenchError `invalid-data` or `not-found` naming file and expectation.
 */
export async function summarizeImages(
  choice: ImageChoice,
  found: FoundImages,
): Promise<DatasetSummary> {
  const size = await sizeOf(choice, found);
  const { train, test } = placesOf(choice, found);
  return {
    shape: shapeOf(choice, size),
    classes: found.classes.length,
    trainExamples: train.length,
    testExamples: test.length,
  };
}

/** @throws WorkbenchError `invalid-data` or `not-found` naming file and expectation. */
export async function loadImages(
  id: string,
  choice: ImageChoice,
  found: FoundImages,
  onReading: OnReading,
): Promise<Dataset> {
  const images = `the ${found.files.length} images of ${choice.folder}`;
  onReading(found.skipped === 0 ? images : `${images}, without ${found.skipped} other files there`);
  const size = await sizeOf(choice, found);
  const shape = shapeOf(choice, size);
  const placed = placesOf(choice, found);
  const sets = {
    train: allocateExamples(choice.folder, placed.train.length, shape),
    test: allocateExamples(choice.folder, placed.test.length, shape),
  };
  const exampleLength = shape.reduce((product, length) => product * length, 1);
  let told = performance.now();
  let read = 0;
  let hasFailed = false;
  const waiting = [...placed.train, ...placed.test].values();
  const readOnes = async (): Promise<void> => {
    for (const { path, label, set, place } of waiting) {
      if (hasFailed) return;
      const { features, labels } = sets[set];
      const pixels = await pixelsOf(path, choice, size).catch((error: unknown) => {
        hasFailed = true;
        throw error;
      });
      features.set(pixels, place * exampleLength);
      labels[place] = label;
      read += 1;
      if (performance.now() - told < TELL_EVERY_MILLISECONDS) continue;
      told = performance.now();
      onReading(`${images}: ${read} are read`);
    }
  };
  await Promise.all(Array.from({ length: DECODED_AT_ONCE }, readOnes));
  const fingerprint = await fingerprintOf(shape, sets.train, sets.test);
  return {
    id,
    shape,
    classes: found.classes.length,
    ...sets,
    fingerprint,
    classNames: found.classes,
    isTestHeldOut: found.test === undefined,
    leftOut: leftOutOf(found),
  };
}

function leftOutOf({ foldersBeside, skipped }: FoundImages): LeftOut[] {
  const others = skipped - foldersBeside.length;
  const folders = foldersBeside.map((name) => ({
    what: `the folder ${JSON.stringify(name)}`,
    count: 1,
    reason: 'only the folders train and test are read',
    setting: 'dataset.folder',
  }));
  if (others === 0) return folders;
  const reason = 'expected PNG and JPEG images in the folders of their classes';
  return [...folders, { what: 'other files and folders', count: others, reason }];
}

/** Both sets, ordered by class and then by name. */
function placesOf(
  { folder, testFraction, splitSeed }: ImageChoice,
  { train, test }: FoundImages,
): { train: Placed[]; test: Placed[] } {
  const placedIn = (set: Placed['set'], images: readonly ImageFile[]): Placed[] =>
    images.map((image, place) => ({ ...image, set, place }));
  if (test) return { train: placedIn('train', train), test: placedIn('test', test) };
  const labels = Int32Array.from(train, ({ label }) => label);
  const held = holdOut(folder, labels, testFraction, splitSeed);
  const picked = (indices: Int32Array) => Array.from(indices, (index) => train[index]!);
  return {
    train: placedIn('train', picked(held.train)),
    test: placedIn('test', picked(held.test)),
  };
}

function shapeOf({ channels }: ImageChoice, { width, height }: Size): ExampleShape {
  return [height, width, channels === 'grey' ? 1 : 3];
}

async function sizeOf({ width, height }: ImageChoice, { files }: FoundImages): Promise<Size> {
  if (width !== undefined && height !== undefined) return { width, height };
  if (width !== undefined || height !== undefined) {
    const [missing, given] = width === undefined ? ['width', 'height'] : ['height', 'width'];
    throw new WorkbenchError(
      'invalid-settings',
      `dataset.${missing} is missing; expected a number of pixels, because there is dataset.${given}`,
    );
  }
  let first: Size | undefined;
  for (let start = 0; start < files.length; start += HEADERS_AT_ONCE) {
    const some = files.slice(start, start + HEADERS_AT_ONCE);
    const sizes = await Promise.all(some.map(headerOfFile));
    first ??= sizes[0]!;
    for (const [index, size] of sizes.entries()) checkSize(some[index]!, size, files[0]!, first);
  }
  return first!;
}

function checkSize(path: string, size: Size, firstPath: string, first: Size): void {
  if (size.width === first.width && size.height === first.height) return;
  throw new WorkbenchError(
    'invalid-data',
    `${path}: the image has ${sizeText(size)} pixels; expected ${sizeText(first)}, as ${firstPath}`,
    'Give dataset.width and dataset.height to have all images brought to one size.',
  );
}

const sizeText = ({ width, height }: Size) => `${height} × ${width}`;

/** Enough for the header of a PNG image. That of a JPEG image may come after other segments. */
const SHORT_HEADER_BYTES = 64;

async function headerOfFile(path: string): Promise<ImageHeader> {
  const file = await openFile(path);
  try {
    const bytes = Buffer.alloc(Math.min(file.size, HEADER_BYTES));
    const start = bytes.subarray(0, SHORT_HEADER_BYTES);
    await readFully(file, start, 0);
    const isJpeg = start.length >= 2 && start.readUInt16BE(0) === 0xffd8;
    if (isJpeg) await readFully(file, bytes.subarray(start.length), start.length);
    return imageHeaderOf(path, isJpeg ? bytes : start);
  } finally {
    await file.handle.close();
  }
}

async function pixelsOf(path: string, choice: ImageChoice, size: Size): Promise<Uint8Array> {
  const file = await openFile(path);
  await file.handle.close();
  if (file.size > MAX_FILE_BYTES) {
    throw new WorkbenchError(
      'invalid-data',
      `${path}: the file has ${file.size} bytes; expected at most ${MAX_FILE_BYTES}`,
    );
  }
  const decoded = await decodeImage(path, await readFile(path));
  const image = choice.channels === 'grey' ? greyOf(decoded) : coloursOf(decoded);
  const isSame = image.width === size.width && image.height === size.height;
  if (isSame) return image.values;
  // Each step takes long for a photograph. Between them, other work gets its turn.
  await setImmediate();
  return resize(image, size.width, size.height).values;
}

/** Drops the opacity, which is 255 after decoding. */
function coloursOf({ width, height, pixels }: DecodedImage): Pixels {
  const values = new Uint8Array(width * height * 3);
  for (let from = 0, to = 0; from < pixels.length; from += 4, to += 3) {
    values[to] = pixels[from]!;
    values[to + 1] = pixels[from + 1]!;
    values[to + 2] = pixels[from + 2]!;
  }
  return { width, height, channels: 3, values };
}

/** Luma of ITU-R BT.601 with weights in multiples of 2^-16, rounded as in Pillow's `convert('L')`. */
function greyOf({ width, height, pixels }: DecodedImage): Pixels {
  const values = new Uint8Array(width * height);
  for (let from = 0, to = 0; from < pixels.length; from += 4, to += 1) {
    const luma = pixels[from]! * 19_595 + pixels[from + 1]! * 38_470 + pixels[from + 2]! * 7471;
    values[to] = (luma + 0x8000) >> 16;
  }
  return { width, height, channels: 1, values };
}
