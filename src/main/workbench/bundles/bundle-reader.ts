/** Opens a bundle, which may come from anyone: everything in it is checked before anything is written. */
import { createHash } from 'node:crypto';
import type { z } from 'zod';
import { messageOf, WorkbenchError } from '../../../shared/contract/errors.ts';
import type { BundleProgress } from '../../../shared/contract/records/bundles.ts';
import type { BundledSearch, BundledTraining } from '../../../shared/domain/bundle.ts';
import type { BundledPart } from '../../store/bundle-merge.ts';
import {
  arrayFile,
  BUNDLE_VERSION,
  MANIFEST_FILE,
  type Manifest,
  manifestHead,
  manifestSchema,
  searchFile,
  searchSchema,
  trainingSchema,
} from './bundle-format.ts';
import { BundleZip, damaged } from './bundle-zip.ts';
import { problemOfSearch, problemOfTraining } from './search-check.ts';
import { identified } from './training-identities.ts';

export type OnBundleProgress = (progress: BundleProgress) => void;

/** More text than the largest file has. Parsed, it takes some ten times as much memory. */
const LARGEST_JSON = 2 ** 25;

/** A bundle that was found sound. */
export interface Bundle {
  readonly manifest: Manifest;
  /** Its searches, for a merge. Trainings and arrays are read when they are wanted. */
  parts(): Generator<BundledPart>;
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
  const zip = await BundleZip.open(path);
  try {
    const manifest = readManifest(zip);
    checkFiles(zip, manifest, (fraction) => {
      onProgress({ what: 'checking', fraction });
    });
    const searches = manifest.searches.map((id) => readSearch(zip, manifest, id));
    checkArrays(zip, manifest, searches);
    return {
      manifest,
      *parts() {
        // Each is read twice: to be compared, and to be added.
        const total = 2 * searches.reduce((sum, { files }) => sum + files.length, 0);
        let taken = 0;
        const onTaken = (): void => {
          taken += 1;
          onProgress({ what: 'merging', fraction: taken / total });
        };
        for (const { search, files } of searches) {
          const withIdentity = identified(search);
          yield {
            search,
            trainings: {
              *[Symbol.iterator]() {
                for (const file of files) {
                  yield withIdentity(readTraining(zip, file));
                  onTaken();
                }
              },
            },
            readArray: (sha256) => zip.read(arrayFile(sha256)),
            withoutWeightsSince: manifest.hasWeights ? undefined : manifest.createdAt,
          };
        }
      },
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
  readonly files: readonly string[];
}

function readManifest(zip: BundleZip): Manifest {
  if (zip.sizeOf(MANIFEST_FILE) === undefined) {
    throw damaged(zip.path, `it has no file ${MANIFEST_FILE}`);
  }
  const value = readJson(zip, MANIFEST_FILE);
  const { version, workbench } = parse(zip, MANIFEST_FILE, manifestHead, value);
  if (version > BUNDLE_VERSION) {
    throw new WorkbenchError(
      'invalid-data',
      `${zip.path} was written by a newer Ticket Workbench (${workbench}): its format is ${version}, and this version reads up to ${BUNDLE_VERSION}`,
      'Update Ticket Workbench here, or export the bundle with this version.',
    );
  }
  return parse(zip, MANIFEST_FILE, manifestSchema, value);
}

/** Every file is listed, everything that is listed is there, and all bytes are as they were written. */
function checkFiles(
  zip: BundleZip,
  { files }: Manifest,
  onProgress: (fraction: number) => void,
): void {
  const listed = new Set(files.map(({ path }) => path));
  if (listed.size < files.length) throw damaged(zip.path, `${MANIFEST_FILE} lists a file twice`);
  const unlisted = zip.names.find((name) => name !== MANIFEST_FILE && !listed.has(name));
  if (unlisted !== undefined)
    throw damaged(zip.path, `it has a file that is not listed: ${unlisted}`);
  const total = files.reduce((sum, { bytes }) => sum + bytes, 0);
  let checked = 0;
  for (const { path, bytes, sha256 } of files) {
    const size = zip.sizeOf(path);
    if (size === undefined) throw damaged(zip.path, `its file ${path} is missing`);
    if (size !== bytes) throw damaged(zip.path, `${path} has ${size} bytes; expected ${bytes}`);
    const found = createHash('sha256').update(zip.read(path)).digest('hex');
    if (found !== sha256) {
      throw damaged(zip.path, `${path} has the SHA-256 ${found}; expected ${sha256}`);
    }
    checked += bytes;
    onProgress(total === 0 ? 1 : checked / total);
  }
}

function readSearch(zip: BundleZip, manifest: Manifest, id: string): FoundSearch {
  const file = searchFile(id);
  const search = parse(zip, file, searchSchema, readJson(zip, file));
  if (search.id !== id) throw damaged(zip.path, `${file} is the search ${search.id}`);
  const problem = problemOfSearch(search);
  if (problem !== undefined) throw damaged(zip.path, `${file}: ${problem}`);
  const folder = `searches/${id}/trainings/`;
  const files = manifest.files.flatMap(({ path }) => (path.startsWith(folder) ? [path] : []));
  return { search, files };
}

/** Every training can be read, and its arrays are in the bundle. */
function checkArrays(zip: BundleZip, { files }: Manifest, searches: readonly FoundSearch[]): void {
  const known = new Map(files.map(({ path, sha256 }) => [path, sha256]));
  const used = new Set<string>();
  for (const { search, files: trainings } of searches) {
    used.add(searchFile(search.id));
    for (const file of trainings) {
      used.add(file);
      const training = readTraining(zip, file);
      const problem = problemOfTraining(search, training);
      if (problem !== undefined) throw damaged(zip.path, `${file}: ${problem}`);
      for (const [role, sha256] of Object.entries(training.arrays)) {
        const array = arrayFile(sha256);
        if (known.get(array) !== sha256) {
          throw damaged(zip.path, `the array ${role} of ${file} is missing`);
        }
        used.add(array);
      }
    }
  }
  const unknown = files.find(({ path }) => !used.has(path) && path !== 'README.md');
  if (unknown) throw damaged(zip.path, `nothing refers to its file ${unknown.path}`);
}

function readTraining(zip: BundleZip, file: string): BundledTraining {
  return parse(zip, file, trainingSchema, readJson(zip, file));
}

function readJson(zip: BundleZip, file: string): unknown {
  const size = zip.sizeOf(file) ?? 0;
  if (size > LARGEST_JSON) throw damaged(zip.path, `${file} has ${size} bytes of text`);
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(zip.read(file)));
  } catch (cause) {
    if (cause instanceof WorkbenchError) throw cause;
    throw damaged(zip.path, `${file} is not JSON: ${messageOf(cause)}`, cause);
  }
}

function parse<Value>(
  zip: BundleZip,
  file: string,
  schema: z.ZodType<Value>,
  value: unknown,
): Value {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const place = issue?.path.join('.') ?? '';
  throw damaged(
    zip.path,
    `${file}${place === '' ? '' : `, ${place}`}: ${issue?.message ?? 'it is not as expected'}`,
  );
}
