import { join, resolve } from 'node:path';
import { WorkbenchError } from '../../../../shared/contract/errors.ts';
import { readFolder } from './folder.ts';
import type { IdxPaths } from './idx-files.ts';

/** `emnist-letters-test-images-idx3-ubyte.gz`, `t10k-labels.idx1-ubyte`, `qmnist-train-labels-idx2-int`… */
const FILE_NAME =
  /^(?:(?<prefix>.+)[-_.])?(?<set>train|t10k|test)[-_.](?<content>images|labels)[-_.]idx[\w-]*(?:\.gz)?$/i;

/** A file with a name of MNIST's scheme. */
interface Candidate {
  readonly name: string;
  /** The part of the name before the set; usually empty. */
  readonly prefix: string;
  readonly role: keyof IdxPaths;
}

const USUAL_NAMES: Readonly<Record<keyof IdxPaths, string>> = {
  trainImages: 'train-images-idx3-ubyte',
  trainLabels: 'train-labels-idx1-ubyte',
  testImages: 't10k-images-idx3-ubyte',
  testLabels: 't10k-labels-idx1-ubyte',
};

/** A message lists at most this many names of other files. */
const NAMES_SHOWN = 12;

/**
 * Finds the four files by their names.
 *
 * @param folder Absolute, or relative to the working directory.
 * @throws WorkbenchError `not-found` if a file is missing, `invalid-data` if there are two of a kind.
 */
export async function findIdxFiles(folder: string, prefix: string): Promise<IdxPaths> {
  const place = resolve(folder);
  const names = await fileNames(place);
  const all = names.flatMap(candidateOf);
  const candidates = prefix === '' ? all : all.filter((candidate) => candidate.prefix === prefix);
  checkOneDataset(place, candidates);
  const pathOf = (role: keyof IdxPaths): string => {
    const [found, another] = candidates.filter((candidate) => candidate.role === role);
    if (!found) return rejectMissing(place, prefix, role, names);
    if (another) {
      throw new WorkbenchError(
        'invalid-data',
        `${place} holds both ${found.name} and ${another.name}; expected one of them`,
        'Move one of the two away.',
      );
    }
    return join(place, found.name);
  };
  return {
    trainImages: pathOf('trainImages'),
    trainLabels: pathOf('trainLabels'),
    testImages: pathOf('testImages'),
    testLabels: pathOf('testLabels'),
  };
}

async function fileNames(folder: string): Promise<string[]> {
  const entries = await readFolder(folder);
  return entries.flatMap((entry) => (entry.isDirectory() ? [] : [entry.name])).toSorted();
}

function candidateOf(name: string): Candidate[] {
  const { prefix = '', set, content } = FILE_NAME.exec(name)?.groups ?? {};
  if (set === undefined || content === undefined) return [];
  const setOfRole = set.toLowerCase() === 'train' ? 'train' : 'test';
  const contentOfRole = content.toLowerCase() === 'images' ? 'Images' : 'Labels';
  return [{ name, prefix, role: `${setOfRole}${contentOfRole}` }];
}

function checkOneDataset(folder: string, candidates: readonly Candidate[]): void {
  const prefixes = [...new Set(candidates.map(({ prefix }) => prefix))];
  if (prefixes.length < 2) return;
  const shown = prefixes.map((prefix) => prefix || '(none)').join(', ');
  throw new WorkbenchError(
    'invalid-data',
    `${folder} holds files of several datasets, whose names begin with ${shown}; expected one`,
    'Choose one with dataset.prefix, or give it a folder of its own.',
  );
}

function rejectMissing(
  folder: string,
  prefix: string,
  role: keyof IdxPaths,
  names: readonly string[],
): never {
  const expected = prefix === '' ? USUAL_NAMES[role] : `${prefix}-${USUAL_NAMES[role]}`;
  const more = names.length > NAMES_SHOWN ? `, and ${names.length - NAMES_SHOWN} more` : '';
  const found =
    names.length === 0 ? 'no files' : `${names.slice(0, NAMES_SHOWN).join(', ')}${more}`;
  throw new WorkbenchError(
    'not-found',
    `${folder} holds ${found}; expected a file ${expected}, or ${expected}.gz`,
    'In the name of a test file, "test" does as well as "t10k".',
  );
}
