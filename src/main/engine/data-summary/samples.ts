import type { DataSamples } from '../../../shared/domain/data-summary.ts';
import type { Dataset } from '../datasets/examples.ts';
import { resize } from '../datasets/readers/resize.ts';
import type { ChosenExamples } from '../training/training-data.ts';
import type { FeatureFacts } from './feature-facts.ts';

/** Thumbnails are kept with every search. Ten of the largest take 30 kB. */
const THUMBNAILS = 10;
const LONGEST_SIDE = 32;

const ROWS = 5;
const COLUMNS = 8;

/** Thumbnails of training images, or the first rows of a table. */
export function samplesOf(
  dataset: Dataset,
  { trainIndices }: ChosenExamples,
  facts: Pick<FeatureFacts, 'smallest' | 'largest'>,
): DataSamples {
  const { shape } = dataset;
  const [height, width, channels] = shape;
  if (height === undefined || width === undefined || channels === undefined) {
    return rowsOf(dataset, trainIndices);
  }
  const scale = Math.min(1, LONGEST_SIDE / Math.max(height, width));
  const size = {
    width: Math.max(1, Math.round(width * scale)),
    height: Math.max(1, Math.round(height * scale)),
    channels: channels === 3 ? (3 as const) : (1 as const),
  };
  const images = ofEachClass(dataset, trainIndices).map((index) => {
    const image = {
      width,
      height,
      channels: size.channels,
      values: pixelsOf(dataset, index, size.channels, facts),
    };
    const pixels = resize(image, size.width, size.height).values;
    return { name: nameOf(dataset, index), pixels: Uint8Array.from(pixels) };
  });
  return { kind: 'images', ...size, images };
}

/** The first training examples of each class, as many of each as there is room for. */
function ofEachClass({ train, classes }: Dataset, trainIndices: Int32Array): number[] {
  const perClass = Math.max(1, Math.floor(THUMBNAILS / classes));
  const taken = new Map<number, number[]>();
  let full = 0;
  for (const index of trainIndices) {
    const label = train.labels[index]!;
    const members = taken.get(label) ?? [];
    if (members.length === perClass || (members.length === 0 && taken.size === THUMBNAILS))
      continue;
    taken.set(label, [...members, index]);
    if (members.length + 1 === perClass) full += 1;
    if (full === Math.min(classes, THUMBNAILS)) break;
  }
  return [...taken].toSorted(([one], [other]) => one - other).flatMap(([, members]) => members);
}

/** Bytes as they are; floats from the smallest to the largest of the dataset. */
function pixelsOf(
  { train, shape }: Dataset,
  index: number,
  channels: 1 | 3,
  { smallest, largest }: Pick<FeatureFacts, 'smallest' | 'largest'>,
): Uint8Array {
  const [height = 0, width = 0, stored = 1] = shape;
  const first = index * height * width * stored;
  const { features } = train;
  const isBytes = features instanceof Uint8Array;
  const range = largest - smallest || 1;
  const pixels = new Uint8Array(height * width * channels);
  for (let at = 0; at < pixels.length; at += 1) {
    const channel = at % channels;
    const value = features[first + ((at - channel) / channels) * stored + channel]!;
    pixels[at] = isBytes ? value : Math.round(((value - smallest) / range) * 255);
  }
  return pixels;
}

function rowsOf(dataset: Dataset, trainIndices: Int32Array): DataSamples {
  const { train, shape } = dataset;
  const [size = 0] = shape;
  const names = featureNames(dataset, size);
  const columns = names.slice(0, COLUMNS);
  const rows = Array.from(trainIndices.subarray(0, ROWS), (index) => ({
    name: nameOf(dataset, index),
    values: Float32Array.from(train.features.subarray(index * size, index * size + columns.length)),
  }));
  return { kind: 'rows', columns, columnsLeftOut: size - columns.length, rows };
}

/** A feature of a column of words is named `column=word`. */
function featureNames({ columns }: Dataset, size: number): string[] {
  return (
    columns?.flatMap(({ name, words }) => words?.map((word) => `${name}=${word}`) ?? [name]) ??
    Array.from({ length: size }, (_, feature) => String(feature))
  );
}

/** The class that the data give an example, whatever label it is trained with. */
function nameOf({ train, classNames }: Dataset, index: number): string {
  const label = train.labels[index]!;
  return classNames?.[label] ?? String(label);
}
