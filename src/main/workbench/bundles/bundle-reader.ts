/** Opens a bundle, which may come from anyone: everything in it is checked before anything is written. */
import type { z } from 'zod';
import { messageOf, WorkbenchError } from '../../../shared/contract/errors.ts';
import type { BundleProgress } from '../../../shared/contract/records/bundles.ts';
import type { BundledSearch, BundledTraining } from '../../../shared/domain/bundle.ts';
import type { BundledPart } from '../../store/bundle-gathering.ts';
import {
  arrayFile,
  BUNDLE_VERSION,
  LARGEST_JSON,
  largestManifest,
  MANIFEST_FILE,
  type Manifest,
  manifestHead,
  manifestSchema,
  README_FILE,
  searchFile,
  searchSchema,
  trainingSchema,
} from './bundle-format.ts';
import { BundleZip, damaged } from './bundle-zip.ts';
import { replanUnits } from './bundled-analyses.ts';
import { ListedFiles } from './listed-files.ts';
import { problemOfSearch, problemOfTraining } from './search-check.ts';
import { identified } from './training-identities.ts';

/** What it throws ends what it is told of. */
export type OnBundleProgress = (progress: BundleProgress) => void;

/** A bundle that was found sound. */
export interface Bundle {
  readonly manifest: Manifest;
  /** Its searches, for a merge. Trainings and arrays are read when they are wanted. */
  parts(): BundledPart[];
  close(): void;
}

/**
 * @throws WorkbenchError `not-found`; `invalid-data` naming file, place and expectation for whatever is
 *   damaged, of a newer version, or not as this program writes it.
 */
export async function openBundle(
  path: string,
  onProgress: OnBundleProgress = () => undefined,
): Promise<Bundle> {
  const zip = await BundleZip.open(path, () => {
    onProgress({ what: 'checking', fraction: 0 });
  });
  try {
    const manifest = readManifest(zip);
    const files = new ListedFiles(zip, manifest);
    // All bytes are read, then all trainings.
    checkBytes(files, (fraction) => {
      onProgress({ what: 'checking', fraction: fraction / 2 });
    });
    const searches = readSearches(files, manifest);
    checkArrays(files, searches, (fraction) => {
      onProgress({ what: 'checking', fraction: 0.5 + fraction / 2 });
    });
    return {
      manifest,
      parts: () => searches.map((search) => partOf(files, manifest, search)),
      close: () => zip.close(),
    };
  } catch (error) {
    zip.close();
    throw error instanceof WorkbenchError ? error : damaged(path, messageOf(error), error);
  }
}

interface FoundSearch {
  readonly search: BundledSearch;
  /** The files of its trainings, in the order in which they were written. */
  readonly trainings: readonly string[];
}

function partOf(
  files: ListedFiles,
  { hasWeights, createdAt }: Manifest,
  { search, trainings }: FoundSearch,
): BundledPart {
  const withIdentity = identified(search);
  return {
    search,
    trainings: trainings.map((file) => () => withIdentity(readTraining(files, file))),
    readArray: (sha256) => files.read(arrayFile(sha256)),
    withoutWeightsSince: hasWeights ? undefined : createdAt,
    replan: replanUnits,
  };
}

function readManifest(zip: BundleZip): Manifest {
  const size = zip.sizeOf(MANIFEST_FILE);
  if (size === undefined) throw damaged(zip.path, `it has no file ${MANIFEST_FILE}`);
  checkLength(zip.path, MANIFEST_FILE, size, largestManifest(zip.names));
  const value = parseJson(zip.path, MANIFEST_FILE, zip.read(MANIFEST_FILE));
  const { version, workbench } = parse(zip.path, MANIFEST_FILE, manifestHead, value);
  if (version > BUNDLE_VERSION) {
    throw new WorkbenchError(
      'invalid-data',
      `${zip.path} was written by a newer Ticket Workbench (${workbench}): its format is ${version}, and this version reads up to ${BUNDLE_VERSION}`,
      'Update Ticket Workbench here, or export the bundle with this version.',
    );
  }
  return parse(zip.path, MANIFEST_FILE, manifestSchema, value);
}

/** All bytes are as they were written. */
function checkBytes(files: ListedFiles, onFraction: (fraction: number) => void): void {
  const paths = [...files.paths];
  const total = paths.reduce((sum, path) => sum + files.sizeOf(path), 0);
  let checked = 0;
  for (const path of paths) {
    onFraction(total === 0 ? 0 : checked / total);
    files.read(path);
    checked += files.sizeOf(path);
  }
}

function readSearches(files: ListedFiles, manifest: Manifest): FoundSearch[] {
  const trainings = new Map<string, string[]>(manifest.searches.map((id) => [id, []]));
  for (const path of files.paths) {
    const [, id] = /^searches\/([^/]+)\/trainings\//.exec(path) ?? [];
    if (id !== undefined) trainings.get(id)?.push(path);
  }
  return manifest.searches.map((id) => ({
    search: readSearch(files, id),
    trainings: trainings.get(id) ?? [],
  }));
}

function readSearch(files: ListedFiles, id: string): BundledSearch {
  const file = searchFile(id);
  const search = parse(files.bundle, file, searchSchema, readJson(files, file));
  if (search.id !== id) throw damaged(files.bundle, `${file} is the search ${search.id}`);
  const problem = problemOfSearch(search);
  if (problem !== undefined) throw damaged(files.bundle, `${file}: ${problem}`);
  return search;
}

/** Every training can be read, and its arrays are in the bundle. */
function checkArrays(
  files: ListedFiles,
  searches: readonly FoundSearch[],
  onFraction: (fraction: number) => void,
): void {
  const used = new Set<string>([README_FILE]);
  const total = searches.reduce((sum, { trainings }) => sum + trainings.length, 0);
  let checked = 0;
  for (const { search, trainings } of searches) {
    used.add(searchFile(search.id));
    for (const file of trainings) {
      onFraction(checked / total);
      checked += 1;
      used.add(file);
      const training = readTraining(files, file);
      const problem = problemOfTraining(search, training);
      if (problem !== undefined) throw damaged(files.bundle, `${file}: ${problem}`);
      for (const [role, sha256] of Object.entries(training.arrays)) {
        const array = arrayFile(sha256);
        if (!files.has(array, sha256)) {
          throw damaged(files.bundle, `the array ${role} of ${file} is missing`);
        }
        used.add(array);
      }
    }
  }
  const unknown = [...files.paths].find((path) => !used.has(path));
  if (unknown !== undefined) throw damaged(files.bundle, `nothing refers to its file ${unknown}`);
}

function readTraining(files: ListedFiles, file: string): BundledTraining {
  return parse(files.bundle, file, trainingSchema, readJson(files, file));
}

function readJson(files: ListedFiles, file: string): unknown {
  checkLength(files.bundle, file, files.sizeOf(file), LARGEST_JSON);
  return parseJson(files.bundle, file, files.read(file));
}

function checkLength(path: string, file: string, bytes: number, most: number): void {
  if (bytes <= most) return;
  throw damaged(path, `${file} has ${bytes} bytes of text; expected at most ${most}`);
}

function parseJson(path: string, file: string, bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (cause) {
    throw damaged(path, `${file} is not JSON: ${messageOf(cause)}`, cause);
  }
}

function parse<Value>(path: string, file: string, schema: z.ZodType<Value>, value: unknown): Value {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const place = issue?.path.join('.') ?? '';
  throw damaged(
    path,
    `${file}${place === '' ? '' : `, ${place}`}: ${issue?.message ?? 'it is not as expected'}`,
  );
}
