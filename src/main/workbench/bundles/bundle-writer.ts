/** Writes bundles. Entry by entry, so that memory does not grow with the number of trainings. */
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createWriteStream, statSync } from 'node:fs';
import path from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { ZipFile } from 'yazl';
import { WorkbenchError } from '../../../shared/contract/errors.ts';
import type { WrittenBundle } from '../../../shared/domain/bundle.ts';
import { describeTraining } from '../../../shared/domain/training.ts';
import { writeExportAsync } from '../../exporters/write-file.ts';
import type { Store } from '../../store/store.ts';
import { WORKBENCH_VERSION } from '../environment.ts';
import {
  type BundleContents,
  type BundleRequest,
  checkSize,
  checkText,
  contentsOf,
  jsonBytes,
} from './bundle-contents.ts';
import {
  arrayFile,
  BUNDLE_FORMAT,
  BUNDLE_VERSION,
  type Manifest,
  MANIFEST_FILE,
  README_FILE,
  searchFile,
  trainingFile,
} from './bundle-format.ts';
import { bundleReadme } from './bundle-readme.ts';
import type { OnBundleProgress } from './bundle-reader.ts';
import { mostUnpacked } from './bundle-zip.ts';

export type { BundleRequest };

/** The earliest time that a zip entry can have. */
const ENTRY_TIME = new Date(1980, 0, 1);

/** Weights hardly shrink; a higher level only takes longer. */
const OPTIONS = { mtime: ENTRY_TIME, compressionLevel: 1 };

/**
 * @param onProgress what it throws ends the writing.
 * @throws WorkbenchError `not-found`; `store-failed` if something of a search is damaged;
 *   `invalid-argument` for more than a bundle can hold; as `writeExport` for the file. Then no file is left.
 */
export async function writeBundle(
  store: Store,
  file: string,
  request: BundleRequest & { readonly overwrite: boolean },
  onProgress: OnBundleProgress = () => undefined,
): Promise<WrittenBundle> {
  let trainings = 0;
  const written = await writeExportAsync(
    file,
    async (unfinished) => {
      const contents = contentsOf(store, request, () => {
        onProgress({ what: 'writing', fraction: 0 });
      });
      const entries = new Entries((fraction) => {
        onProgress({ what: 'writing', fraction });
      });
      addEntries(entries, store, request, contents);
      await entries.write(unfinished, request.mostBytes);
      trainings = contents.searches.reduce((sum, each) => sum + each.trainings.length, 0);
    },
    { overwrite: request.overwrite },
  );
  return { path: path.resolve(written), bytes: statSync(written).size, trainings };
}

function addEntries(
  entries: Entries,
  store: Store,
  { searchIds, withWeights }: BundleRequest,
  { searches, arrays }: BundleContents,
): void {
  const bundled = searches.map(({ search }) => search);
  entries.add(README_FILE, () => textBytes(bundleReadme(bundled, withWeights)));
  for (const { search, trainings } of searches) {
    const { id } = search;
    entries.add(searchFile(id), () => jsonBytes(search));
    for (const [index, { key, arrays: ownArrays }] of trainings.entries()) {
      // Read when its turn comes: the measurements of all trainings together may not fit in memory.
      entries.add(trainingFile(id, key, index), () =>
        checkText(
          `${describeTraining(key)} of the search ${id}`,
          jsonBytes({ ...store.bundled.training(id, key), arrays: ownArrays }),
        ),
      );
    }
  }
  for (const sha256 of arrays) entries.add(arrayFile(sha256), () => store.bundled.array(sha256));
  entries.end((files) => ({
    format: BUNDLE_FORMAT,
    version: BUNDLE_VERSION,
    workbench: WORKBENCH_VERSION,
    createdAt: Date.now(),
    searches: [...searchIds],
    hasWeights: withWeights,
    files,
  }));
}

interface Entry {
  readonly name: string;
  readonly make: () => Uint8Array;
}

/** The files of a bundle, each made when its turn comes. */
class Entries {
  readonly #zip = new ZipFile();
  readonly #failed = new Promise<never>((_resolve, reject) => this.#zip.on('error', reject));
  readonly #onFraction: (fraction: number) => void;
  readonly #entries: Entry[] = [];
  readonly #files: Manifest['files'] = [];
  /** What yazl knows of those that are written. */
  readonly #written: unknown[] = [];
  #made = 0;
  #bytes = 0;

  /** @param onFraction told how much is made, 0..1; what it throws ends the writing. */
  constructor(onFraction: (fraction: number) => void) {
    this.#onFraction = onFraction;
  }

  add(name: string, make: () => Uint8Array): void {
    this.#entries.push({
      name,
      make: () => {
        const bytes = make();
        const sha256 = createHash('sha256').update(bytes).digest('hex');
        this.#files.push({ path: name, bytes: bytes.length, sha256 });
        return bytes;
      },
    });
  }

  /** Adds the manifest, which is the last file because it lists all others. */
  end(manifestOf: (files: Manifest['files']) => Manifest): void {
    // Without indentation: it may list hundreds of thousands of files.
    const make = () => textBytes(`${JSON.stringify(manifestOf(this.#files))}\n`);
    this.#entries.push({ name: MANIFEST_FILE, make });
  }

  async write(file: string, mostBytes = Infinity): Promise<void> {
    const output = createWriteStream(file);
    const closed = once(output, 'close').catch(() => undefined);
    const written = pipeline(this.#zip.outputStream, output);
    this.#addNext(() => {
      checkSize(output.bytesWritten, mostBytes);
    });
    try {
      await Promise.race([written, this.#failed]);
    } finally {
      // A file of the bundle that can't be made ends neither the pipeline nor its output. The output must be
      // closed before its file is removed or renamed.
      output.destroy();
      await Promise.allSettled([written, closed]);
    }
    checkSize(output.bytesWritten, mostBytes);
    const most = mostUnpacked(output.bytesWritten);
    if (this.#bytes <= most) return;
    throw new WorkbenchError(
      'invalid-argument',
      `the bundle unpacks to ${this.#bytes} bytes; one of its size may unpack to at most ${most}`,
      'Export fewer searches, or leave weights out.',
    );
  }

  /**
   * For each file, yazl looks through all of its entries, which would take minutes for a hundred thousand. So
   * it gets one after another, and those that are written are set aside until its directory lists them.
   *
   * @param check called before each; what it throws ends the writing.
   */
  #addNext(check: () => void): void {
    const zip = this.#zip as unknown as { entries: unknown[] };
    const entry = this.#entries[this.#made];
    if (!entry) {
      zip.entries = [...this.#written, ...zip.entries];
      this.#zip.end();
      return;
    }
    this.#zip.addReadStreamLazy(entry.name, OPTIONS, (give) => {
      // Its turn has come, so all others are written.
      for (const written of zip.entries.splice(0, zip.entries.length - 1))
        this.#written.push(written);
      try {
        check();
        const bytes = entry.make();
        this.#bytes += bytes.length;
        this.#made += 1;
        this.#onFraction(this.#made / this.#entries.length);
        give(null, Readable.from([bytes], { objectMode: false }));
      } catch (error) {
        give(error, Readable.from([]));
        return;
      }
      this.#addNext(check);
    });
  }
}

function textBytes(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}
