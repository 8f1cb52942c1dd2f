import { createCanvas } from '@napi-rs/canvas';
import type { CifarSize } from '../../../../src/main/engine/datasets/readers/cifar.ts';
import { rng } from '../../../../src/shared/rng.ts';

/** CIFAR-10 in small: 2 batches of 6 examples, and as many for the test. */
export const TINY_CIFAR: CifarSize = { batches: 2, examplesPerBatch: 6 };

interface Batch {
  readonly labels: number[];
  /** `[examples, 32 * 32, 3]` */
  readonly pixels: Uint8Array;
}

function batch(name: string): Batch {
  const random = rng('tiny-cifar', name);
  const { examplesPerBatch } = TINY_CIFAR;
  return {
    labels: Array.from({ length: examplesPerBatch }, () => random.below(10)),
    pixels: Uint8Array.from({ length: examplesPerBatch * 1024 * 3 }, () => random.below(256)),
  };
}

const TRAIN = [batch('train 1'), batch('train 2')];
const TEST = batch('test');
const NAMED: readonly (readonly [string, Batch])[] = [
  ['data_batch_1', TRAIN[0]!],
  ['data_batch_2', TRAIN[1]!],
  ['test_batch', TEST],
];

/** What a reader has to find: `[examples, 32, 32, 3]`. */
export const TINY_TRAIN_PIXELS = Buffer.concat(TRAIN.map(({ pixels }) => pixels));
export const TINY_TRAIN_LABELS = TRAIN.flatMap(({ labels }) => labels);

/** The binary form: a label and three planes a record. */
export function tinyCifarBinary(): Record<string, Buffer> {
  return Object.fromEntries(NAMED.map(([name, one]) => [`${name}.bin`, recordsOf(one)]));
}

function recordsOf({ labels, pixels }: Batch): Buffer {
  return Buffer.concat(
    labels.map((label, example) => {
      const own = pixels.subarray(example * 3072, (example + 1) * 3072);
      const planes = [0, 1, 2].map((channel) => own.filter((_, index) => index % 3 === channel));
      return Buffer.concat([Uint8Array.of(label), ...planes]);
    }),
  );
}

/** The sheets of the npm package: an example a row, labels in JSON. */
export function tinyCifarSheets(): Record<string, Buffer> {
  return {
    ...Object.fromEntries(NAMED.map(([name, one]) => [`${name}.png`, sheetOf(one)])),
    'train_lables.json': Buffer.from(JSON.stringify(TINY_TRAIN_LABELS)),
    'test_lables.json': Buffer.from(JSON.stringify(TEST.labels)),
  };
}

function sheetOf({ pixels }: Batch): Buffer {
  return rgbPng(1024, TINY_CIFAR.examplesPerBatch, pixels);
}

/** An opaque image of `[height, width, 3]` bytes. */
function rgbPng(width: number, height: number, pixels: Uint8Array): Buffer {
  const canvas = createCanvas(width, height);
  const context = canvas.getContext('2d');
  const image = context.createImageData(width, height);
  for (let pixel = 0; pixel < width * height; pixel += 1) {
    image.data.set(pixels.subarray(pixel * 3, pixel * 3 + 3), pixel * 4);
    image.data[pixel * 4 + 3] = 255;
  }
  context.putImageData(image, 0, 0);
  return canvas.toBuffer('image/png');
}
