/**
 * The parsers of all datasets in the registry: each file of a small valid dataset is one target. A new
 * dataset that reads files is covered as soon as the tests have a small one of it.
 */
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { FIXTURES, tinyDatasetChoice } from '../test/main/engine/datasets/tiny-dataset-files.ts';
import { datasets } from '../src/main/engine/datasets/index.ts';
import type { Dataset } from '../src/main/engine/datasets/dataset.ts';
import { loadCifarBinary } from '../src/main/engine/datasets/readers/cifar.ts';
import { decodeDeepImage, decodeImage } from '../src/main/engine/datasets/readers/image.ts';
import type { Choice } from '../src/shared/domain/definition.ts';
import { generate, mutate } from './mutate.ts';
import type { Most, Target } from './targets.ts';
import { TINY_SIZE, writeTinyFiles } from './tiny-cifar.ts';

/** @param folder where the files of all of them are written. */
export function parserTargets(folder: string): Target[] {
  return [
    ...datasetTargets(folder),
    ...imageTargets(),
    folderTarget(path.join(folder, 'pictures')),
    cifarTarget(path.join(folder, 'cifar')),
  ];
}

/** A picture that says to have the most pixels that are allowed takes 256 MB decoded. */
const MOST_FOR_PICTURES: Most = { seconds: 5, megabytes: 768 };

/** One target for each kind of file, by its ending. */
function datasetTargets(root: string): Target[] {
  const targets = new Map<string, Target>();
  for (const definition of datasets.entries) {
    const own: string[] = [];
    const choice = tinyDatasetChoice(definition, (files) => {
      const folder = path.join(root, definition.id, String(own.length));
      own.push(folder);
      mkdirSync(folder, { recursive: true });
      for (const [name, bytes] of Object.entries(files))
        writeFileSync(path.join(folder, name), bytes);
      return folder;
    });
    // It may have made more than its own.
    const named = Object.values(choice).filter((value) => typeof value === 'string');
    const used = own.filter((folder) => named.some((value) => value.startsWith(folder)));
    for (const file of used.flatMap(filesBelow)) {
      const name = `${definition.id}/${kindOf(file)}`;
      // Images have targets of their own, which need no folder for each of them.
      if (targets.has(name) || /\/(png|jpe?g|gif|bmp|tiff?|webp)$/.test(name)) continue;
      targets.set(name, datasetTarget(name, choice, file));
    }
  }
  return [...targets.values()];
}

const filesBelow = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => path.join(folder, name))
    .filter((file) => statSync(file).isFile())
    .toSorted();

/** `csv`; of IDX files, which have no ending, whether they hold images or labels. */
function kindOf(file: string): string {
  const ending = path.extname(file).slice(1).toLowerCase();
  return ending === '' ? path.basename(file).replace(/^[^-]*-/, '') : ending;
}

function datasetTarget(name: string, choice: Choice, file: string): Target {
  const sample = readFileSync(file);
  const definition = datasets.get(choice.id);
  return {
    name,
    make: (random) => (random.below(10) === 0 ? generate(random) : mutate(sample, random)),
    async take(input) {
      writeFileSync(file, input);
      await definition.summarize(choice).catch(() => undefined);
      checkDataset(await definition.load(choice));
    },
    // Every problem has its path and what is allowed.
    hintless: ['invalid-settings'],
  };
}

/** @throws Error if it is not what examples.ts promises. */
function checkDataset({ shape, classes, train, test, validation }: Dataset): void {
  const size = shape.reduce((product, length) => product * length, 1);
  for (const set of [train, test, ...(validation ? [validation] : [])]) {
    if (set.features.length !== set.count * size || set.labels.length !== set.count) {
      throw new Error(`a set of ${set.count} has ${set.features.length} features`);
    }
    if (set.features.some((value) => !Number.isFinite(value))) throw new Error('not finite');
    if (set.labels.some((label) => label < 0 || label >= classes))
      throw new Error('a label too high');
  }
}

/** The fixtures of each format, by its ending. */
function pictures(): ReadonlyMap<string, readonly Buffer[]> {
  const files = [path.join(FIXTURES, 'formats'), path.join(FIXTURES, 'folders')].flatMap(
    filesBelow,
  );
  const byFormat = Map.groupBy(files, (file) => kindOf(file).replace('jpeg', 'jpg'));
  return new Map(
    [...byFormat].map(([format, paths]) => [format, paths.map((file) => readFileSync(file))]),
  );
}

/** The decoders, without a dataset around them. */
function imageTargets(): Target[] {
  return [...pictures()].map(([format, samples]): Target => {
    return {
      name: `image/${format}`,
      make: (random) =>
        random.below(10) === 0
          ? generate(random)
          : mutate(samples[random.below(samples.length)] ?? Buffer.of(), random),
      take: (input) => takeImage(`picture.${format}`, input),
      most: MOST_FOR_PICTURES,
    };
  });
}

/** A folder of pictures, one of which is changed. Its ending is a byte in front of the input. */
function folderTarget(folder: string): Target {
  const samples = [...pictures()];
  const definition = datasets.get('image-folder');
  const choice: Choice = { id: definition.id, folder, width: 6, height: 5, channels: 'grey' };
  const classes = ['one', 'other'].map((name) => path.join(folder, name));
  const [sound] = samples.find(([format]) => format === 'png')?.[1] ?? [];
  for (const each of classes) {
    mkdirSync(each, { recursive: true });
    for (let index = 0; index < 6; index += 1) {
      writeFileSync(path.join(each, `${index}.png`), sound ?? Buffer.of());
    }
  }
  return {
    name: 'image-folder/pictures',
    make: (random) => {
      const which = random.below(samples.length);
      const some = samples[which]?.[1] ?? [];
      const changed =
        random.below(10) === 0
          ? generate(random)
          : mutate(some[random.below(some.length)] ?? Buffer.of(), random);
      return Buffer.concat([Buffer.of(which), changed]);
    },
    async take(input) {
      const file = path.join(
        classes[0] ?? folder,
        `changed.${samples[input[0] ?? 0]?.[0] ?? 'png'}`,
      );
      writeFileSync(file, input.subarray(1));
      try {
        await definition.summarize(choice).catch(() => undefined);
        checkDataset(await definition.load(choice));
      } finally {
        rmSync(file);
      }
    },
    most: MOST_FOR_PICTURES,
    hintless: ['invalid-settings'],
  };
}

async function takeImage(name: string, input: Buffer): Promise<void> {
  const { width, height, bits, pixels } = await decodeImage(name, input);
  if (pixels.length !== width * height * 4) throw new Error('not four bytes for each pixel');
  if (bits !== 16) return;
  const { colours } = await decodeDeepImage(name, input);
  if (colours.length !== width * height * 3) throw new Error('not three numbers for each pixel');
}

/** The binary form of CIFAR-10, in small. */
function cifarTarget(folder: string): Target {
  const file = path.join(writeTinyFiles(folder), 'data_batch_1.bin');
  const sample = readFileSync(file);
  return {
    name: 'cifar-10/bin',
    make: (random) => (random.below(10) === 0 ? generate(random) : mutate(sample, random)),
    async take(input) {
      writeFileSync(file, input);
      checkDataset(await loadCifarBinary('cifar-10', folder, TINY_SIZE));
    },
  };
}
