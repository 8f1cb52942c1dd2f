/** Writes bundles. Entry by entry, so that memory does not grow with the number of trainings. */
import { createHash } from 'node:crypto';
import { createWriteStream, statSync } from 'node:fs';
import path from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { ZipFile } from 'yazl';
import { WorkbenchError } from '../../../shared/contract/errors.ts';
import type { BundledTraining, WrittenBundle } from '../../../shared/domain/bundle.ts';
import type { TrainingKey } from '../../../shared/domain/training.ts';
import { writeExportAsync } from '../../exporters/write-file.ts';
import type { Store } from '../../store/store.ts';
import { WORKBENCH_VERSION } from '../environment.ts';
import {
  arrayFile,
  BUNDLE_FORMAT,
  BUNDLE_VERSION,
  isWeights,
  type Manifest,
  MANIFEST_FILE,
  README_FILE,
  searchFile,
  trainingFile,
} from './bundle-format.ts';
import { bundleReadme } from './bundle-readme.ts';
import type { OnBundleProgress } from './bundle-reader.ts';

export interface BundleRequest {
  readonly searchIds: readonly string[];
  /** Counted from 0. Default: all of them. */
  readonly replicates?: readonly number[] | undefined;
  readonly withWeights: boolean;
}

/** The earliest time that a zip entry can have. */
const ENTRY_TIME = new Date(1980, 0, 1);

/** Weights hardly shrink; a higher level only takes longer. */
const OPTIONS = { mtime: ENTRY_TIME, compressionLevel: 1 };

/**
 * @param stopped ends it.
 * @throws WorkbenchError `not-found`; `store-failed` if something of a search is damaged; `interrupted` if
 *   it was stopped; as `writeExport` for the file. Then no file is left.
 */
export async function writeBundle(
  store: Store,
  file: string,
  request: BundleRequest & { readonly overwrite: boolean },
  onProgress: OnBundleProgress = () => undefined,
  stopped?: AbortSignal,
): Promise<WrittenBundle> {
  let trainings = 0;
  const written = await writeExportAsync(
    file,
    async (unfinished) => {
      const zip = new ZipFile();
      const failed = new Promise<never>((_resolve, reject) => zip.on('error', reject));
      trainings = addEntries(zip, store, request, (fraction) => {
        if (stopped?.aborted)
          throw new WorkbenchError('interrupted', 'the bundle was not written: it was stopped');
        onProgress({ what: 'writing', fraction });
      });
      zip.end();
      await Promise.race([pipeline(zip.outputStream, createWriteStream(unfinished)), failed]);
    },
    { overwrite: request.overwrite },
  );
  return { path: path.resolve(written), bytes: statSync(written).size, trainings };
}

/**
 * @param onEntry told how much is written, 0..1; what it throws ends the writing.
 * @returns how many trainings there are.
 */
function addEntries(
  zip: ZipFile,
  store: Store,
  request: BundleRequest,
  onEntry: (fraction: number) => void,
): number {
  const files: Manifest['files'] = [];
  let entries = 0;
  let written = 0;
  /** The first entries are written before all are known. */
  let areKnown = false;
  /** Made when its turn comes; the manifest is the last. */
  const add = (name: string, make: () => Uint8Array, isListed = true): void => {
    entries += 1;
    zip.addReadStreamLazy(name, OPTIONS, (give) => {
      try {
        const bytes = make();
        if (isListed) {
          const sha256 = createHash('sha256').update(bytes).digest('hex');
          files.push({ path: name, bytes: bytes.length, sha256 });
        }
        written += 1;
        if (areKnown) onEntry(written / entries);
        give(null, Readable.from([bytes], { objectMode: false }));
      } catch (error) {
        give(error, Readable.from([]));
      }
    });
  };
  const arrays = new Set<string>();
  let trainings = 0;
  add(README_FILE, () => textBytes(bundleReadme(store, request.searchIds, request.withWeights)));
  for (const id of request.searchIds) {
    const search = store.bundled.search(id);
    add(searchFile(id), () => jsonBytes(search));
    for (const [index, key] of keysOf(store, id, request).entries()) {
      const read = () => withArrays(store.bundled.training(id, key), request.withWeights);
      for (const sha256 of Object.values(read().arrays)) arrays.add(sha256);
      // Read again when its turn comes: the measurements of all trainings together may not fit in memory.
      add(trainingFile(id, key, index), () => jsonBytes(read()));
      trainings += 1;
    }
  }
  for (const sha256 of arrays) add(arrayFile(sha256), () => store.bundled.array(sha256));
  const manifest = (): Manifest => ({
    format: BUNDLE_FORMAT,
    version: BUNDLE_VERSION,
    workbench: WORKBENCH_VERSION,
    createdAt: Date.now(),
    searches: [...request.searchIds],
    hasWeights: request.withWeights,
    files,
  });
  add(MANIFEST_FILE, () => jsonBytes(manifest()), false);
  areKnown = true;
  return trainings;
}

function keysOf(store: Store, id: string, { replicates }: BundleRequest): TrainingKey[] {
  const keys = store.bundled.keys(id);
  if (!replicates) return keys;
  const missing = replicates.find((each) => !keys.some(({ replicate }) => replicate === each));
  if (missing !== undefined) {
    throw new WorkbenchError(
      'not-found',
      `the search ${id} has no finished trainings of replicate ${missing + 1}`,
      `Run "ticket show ${id}" for what it has.`,
    );
  }
  return keys.filter(({ replicate }) => replicates.includes(replicate));
}

function withArrays(training: BundledTraining, withWeights: boolean): BundledTraining {
  if (withWeights) return training;
  const arrays = Object.entries(training.arrays).filter(([role]) => !isWeights(role));
  return { ...training, arrays: Object.fromEntries(arrays) };
}

function jsonBytes(value: unknown): Uint8Array {
  return textBytes(`${JSON.stringify(value, null, 1)}\n`);
}

function textBytes(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}
