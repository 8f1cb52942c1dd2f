/** The files of a bundle that its manifest lists. */
import { createHash } from 'node:crypto';
import { MANIFEST_FILE, type Manifest } from './bundle-format.ts';
import { type BundleZip, damaged } from './bundle-zip.ts';

/**
 * Whatever is read has the SHA-256 that the manifest lists, each time. So what is merged is what was
 * checked, also if somebody changes the bundle meanwhile.
 */
export class ListedFiles {
  /** Its path. */
  readonly bundle: string;
  readonly #zip: BundleZip;
  /** By path. */
  readonly #listed: ReadonlyMap<string, Manifest['files'][number]>;

  /** @throws WorkbenchError `invalid-data` if other files are listed than are there. */
  constructor(zip: BundleZip, { files }: Manifest) {
    this.bundle = zip.path;
    this.#zip = zip;
    this.#listed = new Map(files.map((file) => [file.path, file]));
    if (this.#listed.size < files.length) {
      throw damaged(zip.path, `${MANIFEST_FILE} lists a file twice`);
    }
    const unlisted = zip.names.find((name) => name !== MANIFEST_FILE && !this.#listed.has(name));
    if (unlisted !== undefined) {
      throw damaged(zip.path, `it has a file that is not listed: ${unlisted}`);
    }
    for (const { path, bytes } of files) {
      const size = zip.sizeOf(path);
      if (size === undefined) throw damaged(zip.path, `its file ${path} is missing`);
      if (size !== bytes) throw damaged(zip.path, `${path} has ${size} bytes; expected ${bytes}`);
    }
  }

  /** In the order of the manifest. */
  get paths(): Iterable<string> {
    return this.#listed.keys();
  }

  /** Whether a file of this name and content is listed. */
  has(path: string, sha256: string): boolean {
    return this.#listed.get(path)?.sha256 === sha256;
  }

  /** The unpacked size. */
  sizeOf(path: string): number {
    return this.#listed.get(path)?.bytes ?? 0;
  }

  /** @throws WorkbenchError `invalid-data` if it is not listed, or not as it is listed. */
  read(path: string): Uint8Array<ArrayBuffer> {
    const bytes = this.#zip.read(path);
    const expected = this.#listed.get(path)?.sha256;
    const found = createHash('sha256').update(bytes).digest('hex');
    if (found === expected) return bytes;
    throw damaged(this.bundle, `${path} has the SHA-256 ${found}; expected ${expected}`);
  }
}
