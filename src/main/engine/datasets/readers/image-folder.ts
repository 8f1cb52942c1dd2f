import type { Dirent } from 'node:fs';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { WorkbenchError } from '../../../../shared/contract/errors.ts';
import { byCodePoint } from '../code-points.ts';
import { readFolder } from './folder.ts';

export interface ImageFile {
  readonly path: string;
  readonly label: number;
}

/** Images in the folders of their classes, ordered by class and then by name. */
export interface FoundImages {
  /** Paths of the images of both sets. */
  readonly files: readonly string[];
  /** Names of folders, sorted. The first is class 0. */
  readonly classes: readonly string[];
  readonly train: readonly ImageFile[];
  /** Undefined where a part of the training images is held out as the test set. */
  readonly test: readonly ImageFile[] | undefined;
  /** The number of other files and folders, which are skipped. Hidden ones don't count. */
  readonly skipped: number;
  /** The names of the skipped folders beside train and test. */
  readonly foldersBeside: readonly string[];
}

const TRAIN = 'train';
const TEST = 'test';

const IMAGE_NAME = /\.(png|jpe?g)$/i;

const LAYOUT =
  'A folder holds either train and test with a folder for each class in them, or the folders of the classes themselves.';

/**
 * @param folder Absolute.
 * @throws WorkbenchError `not-found` or `invalid-data` naming the folder and what was expected in it.
 */
export async function findImages(folder: string): Promise<FoundImages> {
  const top = await foldersIn(folder);
  if (!top.names.includes(TRAIN)) {
    const { classes, images, skipped } = await findClasses(folder, top);
    return foundOf(classes, images, undefined, skipped, []);
  }
  const trainFolder = join(folder, TRAIN);
  const train = await findClasses(trainFolder, await foldersIn(trainFolder));
  const foldersBeside = top.names.filter((name) => ![TRAIN, TEST].includes(name));
  const beside = top.others + foldersBeside.length;
  if (!top.names.includes(TEST)) {
    const skipped = beside + train.skipped;
    return foundOf(train.classes, train.images, undefined, skipped, foldersBeside);
  }
  const testFolder = join(folder, TEST);
  const test = await findClasses(testFolder, await foldersIn(testFolder), train.classes);
  const skipped = beside + train.skipped + test.skipped;
  return foundOf(train.classes, train.images, test.images, skipped, foldersBeside);
}

function foundOf(
  classes: readonly string[],
  train: readonly ImageFile[],
  test: readonly ImageFile[] | undefined,
  skipped: number,
  foldersBeside: readonly string[],
): FoundImages {
  const files = [...train, ...(test ?? [])].map(({ path }) => path);
  return { files, classes, train, test, skipped, foldersBeside };
}

/** The content of a folder without hidden files. */
interface Listing {
  /** Names of folders, sorted. */
  readonly names: readonly string[];
  /** The number of files beside them. */
  readonly others: number;
}

async function foldersIn(folder: string): Promise<Listing> {
  const { folders, files } = await listFolder(folder);
  return { names: folders, others: files.length };
}

async function listFolder(folder: string): Promise<{ folders: string[]; files: string[] }> {
  const folders: string[] = [];
  const files: string[] = [];
  for (const entry of await readFolder(folder)) {
    if (entry.name.startsWith('.')) continue;
    ((await isFolder(folder, entry)) ? folders : files).push(entry.name);
  }
  return { folders: folders.toSorted(byCodePoint), files: files.toSorted(byCodePoint) };
}

async function isFolder(folder: string, entry: Dirent): Promise<boolean> {
  if (!entry.isSymbolicLink()) return entry.isDirectory();
  return stat(join(folder, entry.name)).then(
    (found) => found.isDirectory(),
    // A broken link is reported where it is read.
    () => false,
  );
}

/** @param known classes of the training set. By default, the folders' names are the classes. */
async function findClasses(
  folder: string,
  { names, others }: Listing,
  known: readonly string[] = names,
): Promise<{ classes: readonly string[]; images: ImageFile[]; skipped: number }> {
  if (names.length === 0) {
    throw new WorkbenchError(
      'not-found',
      `${folder} holds no folders; expected one for each class, with its images in it`,
      LAYOUT,
    );
  }
  const images: ImageFile[] = [];
  let skipped = others;
  for (const name of names) {
    const label = known.indexOf(name);
    const place = join(folder, name);
    if (label < 0) {
      throw new WorkbenchError(
        'invalid-data',
        `${place}: the class ${name} does not occur in the training set; expected one of ${known.slice(0, 50).join(', ')}`,
        LAYOUT,
      );
    }
    const { folders, files } = await listFolder(place);
    const own = files.filter((file) => IMAGE_NAME.test(file));
    if (own.length === 0) {
      throw new WorkbenchError(
        'not-found',
        `${place} holds no images among ${files.length} files and ${folders.length} folders; expected files ending in .png, .jpg or .jpeg`,
        LAYOUT,
      );
    }
    for (const file of own) images.push({ path: join(place, file), label });
    skipped += files.length - own.length + folders.length;
  }
  return { classes: known, images, skipped };
}
