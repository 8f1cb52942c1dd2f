import { readFile } from 'node:fs/promises';
import { setImmediate } from 'node:timers/promises';
import type { LeftOut } from '../../../../shared/domain/data-summary.ts';
import { WorkbenchError } from '../../../../shared/contract/errors.ts';
import type { ExampleShape } from '../../layers/spec.ts';
import type { Dataset, DatasetSummary, OnReading } from '../dataset.ts';
import { fingerprintOf } from '../fingerprint.ts';
import { holdOut } from '../held-out.ts';
import { allocateExamples, allocateFloatExamples, requireMemory } from '../memory.ts';
import { type OpenFile, openFile, readFully } from './byte-reader.ts';
import { isTiff } from './deep-image.ts';
import {
  decodeDeepImage,
  type DecodedImage,
  decodeImage,
  imageHeaderOf,
  wholeImageHeader,
} from './image.ts';
import { HEADER_BYTES, type ImageHeader } from './image-header.ts';
import type { FoundImages, ImageFile } from './image-folder.ts';
import { type Pixels, resize, resizeFloats } from './resize.ts';

export interface ImageChoice {
  readonly folder: string;
  readonly width?: number | undefined;
  readonly height?: number | undefined;
  readonly channels: 'rgb' | 'grey';
  /** Whether to keep all of the 16 bits of a channel, as floats. */
  readonly isDeep: boolean;
  readonly testFraction: number;
  readonly splitSeed: number;
}

interface Size {
  readonly width: number;
  readonly height: number;
}

/** An image, and its place in its set. */
interface Placed extends ImageFile {
  readonly set: 'train' | 'test' | 'validation';
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
  const { train, test, validation } = placesOf(choice, found);
  return {
    shape: shapeOf(choice, size),
    classes: found.classes.length,
    trainExamples: train.length,
    testExamples: test.length,
    ...(found.validation && { validationExamples: validation.length }),
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
  const skipped = found.leftOut.reduce((sum, { count }) => sum + count, 0);
  onReading(skipped === 0 ? images : `${images}, without ${skipped} other files there`);
  const size = await sizeOf(choice, found);
  const shape = shapeOf(choice, size);
  const placed = placesOf(choice, found);
  const allocate = choice.isDeep ? allocateFloatExamples : allocateExamples;
  const sets = {
    train: allocate(choice.folder, placed.train.length, shape),
    test: allocate(choice.folder, placed.test.length, shape),
    validation: allocate(choice.folder, placed.validation.length, shape),
  };
  let halved = 0;
  const exampleLength = shape.reduce((product, length) => product * length, 1);
  let told = performance.now();
  let read = 0;
  let hasFailed = false;
  const waiting = [...placed.train, ...placed.test, ...placed.validation].values();
  const readOnes = async (): Promise<void> => {
    for (const { path, label, set, place } of waiting) {
      if (hasFailed) return;
      const { features, labels } = sets[set];
      const { values, isHalved } = await pixelsOf(path, choice, size).catch((error: unknown) => {
        hasFailed = true;
        throw error;
      });
      if (isHalved) halved += 1;
      features.set(values, place * exampleLength);
      labels[place] = label;
      read += 1;
      if (performance.now() - told < TELL_EVERY_MILLISECONDS) continue;
      told = performance.now();
      onReading(`${images}: ${read} are read`);
    }
  };
  await Promise.all(Array.from({ length: DECODED_AT_ONCE }, readOnes));
  const { train, test } = sets;
  const validation = found.validation && sets.validation;
  return {
    id,
    shape,
    classes: found.classes.length,
    train,
    test,
    ...(validation && { validation }),
    leftOut: [...found.leftOut, ...(halved === 0 ? [] : [halvedImages(halved)])],
    fingerprint: await fingerprintOf(shape, train, test, validation),
    classNames: found.classes,
    isTestHeldOut: found.test === undefined,
  };
}

function halvedImages(count: number): LeftOut {
  return {
    what: 'lower halves of the bits of images',
    count,
    reason: 'of 16 bits a channel, the upper 8 are kept',
    setting: 'dataset.depth',
  };
}

/** The sets, ordered by class and then by name. */
function placesOf(
  { folder, testFraction, splitSeed }: ImageChoice,
  { train, test, validation = [] }: FoundImages,
): Record<Placed['set'], Placed[]> {
  const placedIn = (set: Placed['set'], images: readonly ImageFile[]): Placed[] =>
    images.map((image, place) => ({ ...image, set, place }));
  const own = placedIn('validation', validation);
  if (test)
    return { train: placedIn('train', train), test: placedIn('test', test), validation: own };
  const labels = Int32Array.from(train, ({ label }) => label);
  const held = holdOut(folder, labels, testFraction, splitSeed);
  const picked = (indices: Int32Array) => Array.from(indices, (index) => train[index]!);
  return {
    train: placedIn('train', picked(held.train)),
    test: placedIn('test', picked(held.test)),
    validation: own,
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
    if (isTiff(start)) return await wholeImageHeader(path, await readWhole(file));
    const isJpeg = start.length >= 2 && start.readUInt16BE(0) === 0xffd8;
    if (isJpeg) await readFully(file, bytes.subarray(start.length), start.length);
    return imageHeaderOf(path, isJpeg ? bytes : start);
  } finally {
    await file.handle.close();
  }
}

/** The file is closed by whoever opened it. */
async function readWhole({ path, size }: OpenFile): Promise<Buffer> {
  if (size > MAX_FILE_BYTES) {
    throw new WorkbenchError(
      'invalid-data',
      `${path}: the file has ${size} bytes; expected at most ${MAX_FILE_BYTES}`,
    );
  }
  requireMemory(path, 'the file takes', size);
  return readFile(path);
}

interface ReadPixels {
  /** `[height, width, channels]`. */
  readonly values: Uint8Array | Float32Array;
  /** Whether the file has 16 bits a channel, half of them lost. */
  readonly isHalved: boolean;
}

async function pixelsOf(path: string, choice: ImageChoice, size: Size): Promise<ReadPixels> {
  const file = await openFile(path);
  await file.handle.close();
  const bytes = await readWhole(file);
  if (choice.isDeep)
    return { values: await deepPixels(path, bytes, choice, size), isHalved: false };
  const decoded = await decodeImage(path, bytes);
  const isHalved = decoded.bits === 16;
  const image = choice.channels === 'grey' ? greyOf(decoded) : coloursOf(decoded);
  const isSame = image.width === size.width && image.height === size.height;
  if (isSame) return { values: image.values, isHalved };
  // Each step takes long for a photograph. Between them, other work gets its turn.
  await setImmediate();
  return { values: resize(image, size.width, size.height).values, isHalved };
}

async function deepPixels(
  path: string,
  bytes: Buffer,
  choice: ImageChoice,
  size: Size,
): Promise<Float32Array> {
  const { width, height, colours } = await decodeDeepImage(path, bytes);
  const isGrey = choice.channels === 'grey';
  const values = isGrey ? deepGreyOf(colours) : colours;
  const image = { width, height, channels: isGrey ? 1 : 3, values };
  if (width === size.width && height === size.height) return values;
  await setImmediate();
  return resizeFloats(image, size.width, size.height).values;
}

/** Luma as in `greyOf`, without rounding to whole numbers. Three equal channels stay as they are. */
function deepGreyOf(colours: Float32Array): Float32Array {
  const values = new Float32Array(colours.length / 3);
  for (let from = 0, to = 0; to < values.length; from += 3, to += 1) {
    const luma = colours[from]! * 19_595 + colours[from + 1]! * 38_470 + colours[from + 2]! * 7471;
    values[to] = luma / 65_536;
  }
  return values;
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
