import type { Dirent } from 'node:fs';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { WorkbenchError } from '../../../../shared/contract/errors.ts';
import { byCodePoint } from '../code-points.ts';
import type { LeftOut } from '../dataset.ts';
import { readFolder } from './folder.ts';
import { LeftOutCounts } from './left-out-counts.ts';

export interface ImageFile {
  readonly path: string;
  readonly label: number;
}

/** Images in the folders of their classes, ordered by class and then by name. */
export interface FoundImages {
  /** Paths of the images of all sets. */
  readonly files: readonly string[];
  /** Names of folders, sorted. The first is class 0. */
  readonly classes: readonly string[];
  readonly train: readonly ImageFile[];
  /** Undefined where a part of the training images is held out as the test set. */
  readonly test: readonly ImageFile[] | undefined;
  /** Undefined unless the folder's own validation set is asked for. */
  readonly validation: readonly ImageFile[] | undefined;
  /** Files and folders that are skipped. Hidden ones don't count. */
  readonly leftOut: readonly LeftOut[];
}

export interface FolderChoice {
  /** Whether to read the folder's own validation set. */
  readonly hasOwnValidation: boolean;
  /** Whether to read other formats also where there are PNG and JPEG images. */
  readonly hasOtherFormats: boolean;
}

const TRAIN = 'train';
const TEST = 'test';

/** Other names of these folders. */
const SPELLINGS = {
  train: /^train(ing)?([ _-]?(set|data|images))?$/i,
  test: /^test(ing)?([ _-]?(set|data|images))?$/i,
  validation: /^(val|valid|validation)([ _-]?(set|data|images))?$/i,
};

const USUAL_FORMATS = /\.(png|jpe?g)$/i;
const OTHER_FORMATS = /\.(bmp|gif|tiff?|webp)$/i;

/** What operating systems leave in folders and archives. */
const HIDDEN = /^(\..*|__MACOSX|Thumbs\.db|desktop\.ini)$/i;

/** A folder of a class can hold all of its images in a folder of this name, as in Tiny ImageNet. */
const INNER_FOLDER = /^images?$/i;

const LAYOUT =
  'A folder holds either train and test with a folder for each class in them, or the folders of the classes themselves.';

/**
 * @param folder Absolute.
 * @throws WorkbenchError `not-found` or `invalid-data` naming the folder and what was expected in it.
 */
export async function findImages(folder: string, choice: FolderChoice): Promise<FoundImages> {
  const top = await listFolder(folder);
  const sets = await setsIn(folder, top);
  const finder = new ClassFinder(choice);
  if (sets === undefined) {
    if (choice.hasOwnValidation) rejectValidation(folder, top.folders);
    const { classes, images } = await finder.find(folder, top);
    return foundOf(classes, images, undefined, undefined, finder.leftOut);
  }
  const inSet = async (name: string, known?: readonly string[]) => {
    const place = join(folder, name);
    return finder.find(place, await listFolder(place), known);
  };
  const train = await inSet(sets.train);
  const test = sets.test === undefined ? undefined : await inSet(sets.test, train.classes);
  const { hasOwnValidation } = choice;
  if (hasOwnValidation && sets.validation === undefined) rejectValidation(folder, top.folders);
  const validation =
    hasOwnValidation && sets.validation !== undefined
      ? await inSet(sets.validation, train.classes)
      : undefined;
  const used = [sets.train, sets.test, sets.validation];
  finder.leftOut.add(LEFT_OUT.beside, top.files.length);
  for (const name of top.folders) {
    if (!used.includes(name)) finder.leftOut.add(folderBeside(name), 1);
  }
  if (!hasOwnValidation && sets.validation !== undefined) {
    const images = await countImages(join(folder, sets.validation));
    finder.leftOut.add(ownValidation(sets.validation), images);
  }
  return foundOf(train.classes, train.images, test?.images, validation?.images, finder.leftOut);
}

const LEFT_OUT = {
  files: { what: 'files', reason: 'their names do not end as those of images do' },
  folders: { what: 'folders', reason: 'they lie within the folders of classes' },
  beside: { what: 'files', reason: 'they lie beside the folders of classes or sets' },
  formats: {
    what: 'BMP, GIF, TIFF or WebP images',
    reason: 'they lie beside PNG or JPEG images',
    setting: 'dataset.otherFormats',
  },
} as const satisfies Record<string, Omit<LeftOut, 'count'>>;

const folderBeside = (name: string): Omit<LeftOut, 'count'> => ({
  what: `the folder ${JSON.stringify(name)}`,
  reason: 'it lies beside the folders of sets, with the name of no set',
});

const ownValidation = (name: string): Omit<LeftOut, 'count'> => ({
  what: `images of the validation folder ${JSON.stringify(name)}`,
  reason: 'validation images are drawn from the training set',
  setting: 'dataset.validationFrom',
});

function foundOf(
  classes: readonly string[],
  train: readonly ImageFile[],
  test: readonly ImageFile[] | undefined,
  validation: readonly ImageFile[] | undefined,
  leftOut: LeftOutCounts,
): FoundImages {
  const files = [...train, ...(test ?? []), ...(validation ?? [])].map(({ path }) => path);
  return { files, classes, train, test, validation, leftOut: leftOut.entries() };
}

/** The names of the folders of sets. */
interface SetFolders {
  readonly train: string;
  readonly test: string | undefined;
  readonly validation: string | undefined;
}

/** Undefined where the folders are those of classes. */
async function setsIn(folder: string, { folders }: Listing): Promise<SetFolders | undefined> {
  const validation = oneOf(folder, folders, SPELLINGS.validation);
  if (folders.includes(TRAIN)) {
    return { train: TRAIN, test: folders.includes(TEST) ? TEST : undefined, validation };
  }
  const train = oneOf(folder, folders, SPELLINGS.train);
  if (train === undefined) return undefined;
  // Images in it make it the folder of a class that is called so.
  const { folders: classes, files } = await listFolder(join(folder, train));
  if (classes.length === 0 || files.some((file) => USUAL_FORMATS.test(file))) return undefined;
  return { train, test: oneOf(folder, folders, SPELLINGS.test), validation };
}

function oneOf(folder: string, names: readonly string[], spelling: RegExp): string | undefined {
  const [found, another] = names.filter((name) => spelling.test(name));
  if (another === undefined) return found;
  throw new WorkbenchError(
    'invalid-data',
    `${folder} holds both ${JSON.stringify(found)} and ${JSON.stringify(another)}; expected one of them`,
    'Move one of the two away.',
  );
}

function rejectValidation(folder: string, names: readonly string[]): never {
  const shown = names
    .slice(0, 50)
    .map((name) => JSON.stringify(name))
    .join(', ');
  throw new WorkbenchError(
    'not-found',
    `${folder} holds the folders ${shown || 'none'}; expected train and val, because dataset.validationFrom is own`,
    'The validation set lies in a folder named val, valid or validation, beside train.',
  );
}

/** The content of a folder without hidden files, sorted. */
interface Listing {
  readonly folders: readonly string[];
  readonly files: readonly string[];
}

async function listFolder(folder: string): Promise<Listing> {
  const folders: string[] = [];
  const files: string[] = [];
  for (const entry of await readFolder(folder)) {
    if (HIDDEN.test(entry.name)) continue;
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

/** Images in a folder and in the folders of its classes. */
async function countImages(folder: string, depth = 2): Promise<number> {
  const { folders, files } = await listFolder(folder);
  let count = files.filter((name) => USUAL_FORMATS.test(name) || OTHER_FORMATS.test(name)).length;
  if (depth === 0) return count;
  for (const name of folders) count += await countImages(join(folder, name), depth - 1);
  return count;
}

/** Finds the images of one set after the other, and counts what it skips. */
class ClassFinder {
  readonly #hasOtherFormats: boolean;
  readonly leftOut = new LeftOutCounts();

  constructor({ hasOtherFormats }: FolderChoice) {
    this.#hasOtherFormats = hasOtherFormats;
  }

  /** @param known classes of the training set. By default, the folders' names are the classes. */
  async find(
    folder: string,
    { folders, files }: Listing,
    known: readonly string[] = folders,
  ): Promise<{ classes: readonly string[]; images: ImageFile[] }> {
    if (folders.length === 0) {
      throw new WorkbenchError(
        'not-found',
        `${folder} holds no folders; expected one for each class, with its images in it`,
        LAYOUT,
      );
    }
    this.leftOut.add(LEFT_OUT.beside, files.length);
    const images: ImageFile[] = [];
    for (const name of folders) {
      const label = known.indexOf(name);
      if (label < 0) {
        throw new WorkbenchError(
          'invalid-data',
          `${join(folder, name)}: the class ${name} does not occur in the training set; expected one of ${known.slice(0, 50).join(', ')}`,
          LAYOUT,
        );
      }
      for (const path of await this.#imagesOf(join(folder, name))) images.push({ path, label });
    }
    return { classes: known, images };
  }

  /** The images of a class, sorted by name. */
  async #imagesOf(folder: string): Promise<string[]> {
    const listing = await listFolder(folder);
    if (hasImages(listing)) return this.#imagesIn(folder, listing);
    const [inner, another] = listing.folders.filter((name) => INNER_FOLDER.test(name));
    if (inner !== undefined && another === undefined) {
      const place = join(folder, inner);
      const within = await listFolder(place);
      if (hasImages(within)) {
        this.leftOut.add(LEFT_OUT.files, listing.files.length);
        this.leftOut.add(LEFT_OUT.folders, listing.folders.length - 1);
        return this.#imagesIn(place, within);
      }
    }
    const { files, folders } = listing;
    const shown = folders.slice(0, 5).join(', ');
    throw new WorkbenchError(
      'not-found',
      `${folder} holds no images among ${files.length} files and ${folders.length} folders${shown && ` (${shown})`}; expected files ending in .png, .jpg, .jpeg, .bmp, .gif, .tif, .tiff or .webp`,
      folders.length === 0 ? 'If it is the folder of no class, move it away.' : LAYOUT,
    );
  }

  #imagesIn(folder: string, { folders, files }: Listing): string[] {
    const usual = files.filter((file) => USUAL_FORMATS.test(file));
    const isRead = (file: string): boolean =>
      USUAL_FORMATS.test(file) ||
      ((this.#hasOtherFormats || usual.length === 0) && OTHER_FORMATS.test(file));
    const read = files.filter(isRead);
    const formats = files.filter((file) => OTHER_FORMATS.test(file) && !isRead(file)).length;
    this.leftOut.add(LEFT_OUT.formats, formats);
    this.leftOut.add(LEFT_OUT.files, files.length - read.length - formats);
    this.leftOut.add(LEFT_OUT.folders, folders.length);
    return read.map((file) => join(folder, file));
  }
}

function hasImages({ files }: Listing): boolean {
  return files.some((file) => USUAL_FORMATS.test(file) || OTHER_FORMATS.test(file));
}
