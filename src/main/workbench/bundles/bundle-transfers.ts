/** Bundles on their way between a browser and the workbench: in parts, as temporary files. */
import { randomUUID } from 'node:crypto';
import {
  appendFileSync,
  closeSync,
  mkdtempSync,
  openSync,
  readSync,
  rmSync,
  statfsSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { WorkbenchError } from '../../../shared/contract/errors.ts';
import { TRANSFER_PART_BYTES } from '../../../shared/contract/records/bundles.ts';
import { BUNDLE_ENDING } from './bundle-format.ts';

/** More than the bundle of any search has; larger ones are merged by their path. */
const MOST_BYTES = 16 * 2 ** 30;

/** What must stay free on the disk. */
const SPARE_BYTES = 256 * 2 ** 20;

/** A few windows may send and fetch at the same time. */
const MOST_TRANSFERS = 8;

/** A window sends or asks for a part every second. One that does not was closed. */
const ABANDONED_MILLISECONDS = 10 * 60_000;

interface Transfer {
  readonly file: string;
  /** How long it will be; of one that is fetched undefined. */
  readonly wanted: number | undefined;
  usedAt: number;
}

export class BundleTransfers {
  readonly #now: () => number;
  readonly #transfers = new Map<string, Transfer>();
  /** Made for the first one. */
  #folder: string | undefined;

  /** @param now Unix time, milliseconds. */
  constructor(now: () => number = Date.now) {
    this.#now = now;
  }

  /**
   * @returns the id of the transfer.
   * @throws WorkbenchError `invalid-argument` if that is too large; `unavailable` if the disk has no room,
   *   or too many are under way.
   */
  beginUpload(bytes: number): string {
    if (bytes > MOST_BYTES) {
      throw new WorkbenchError(
        'invalid-argument',
        `the bundle has ${bytes} bytes; a browser can send at most ${MOST_BYTES}`,
        'Copy it to the machine of the workbench, and merge it there by its path.',
      );
    }
    const { id, file } = this.#begin(bytes);
    writeFileSync(file, '', { flag: 'wx', mode: 0o600 });
    return id;
  }

  /** @throws WorkbenchError `not-found`; `invalid-argument` for more than was announced. */
  add(id: string, part: Uint8Array): void {
    const transfer = this.#find(id);
    const { file, wanted } = transfer;
    if (wanted === undefined || statSync(file).size + part.length > wanted) {
      throw new WorkbenchError('invalid-argument', 'more bytes arrived than the bundle has');
    }
    appendFileSync(file, part);
  }

  /** @returns the file. @throws WorkbenchError `not-found`; `invalid-argument` if parts are missing. */
  uploaded(id: string): string {
    const { file, wanted } = this.#find(id);
    const { size } = statSync(file);
    if (size === wanted) return file;
    throw new WorkbenchError(
      'invalid-argument',
      `${size} bytes of the bundle have arrived; expected ${wanted ?? 'none'}`,
      'Send it again.',
    );
  }

  /** @returns where the bundle is to be written. @throws WorkbenchError `unavailable`. */
  beginDownload(): { readonly id: string; readonly file: string } {
    return this.#begin(undefined);
  }

  /** The next part; empty at the end. @throws WorkbenchError `not-found`. */
  read(id: string, offset: number): Uint8Array<ArrayBuffer> {
    const { file } = this.#find(id);
    const descriptor = openSync(file, 'r');
    try {
      const part = new Uint8Array(TRANSFER_PART_BYTES);
      return part.slice(0, readSync(descriptor, part, 0, part.length, offset));
    } finally {
      closeSync(descriptor);
    }
  }

  /** Removes its file. Twice is harmless. */
  end(id: string): void {
    const transfer = this.#transfers.get(id);
    this.#transfers.delete(id);
    if (transfer) rmSync(transfer.file, { force: true });
  }

  close(): void {
    this.#transfers.clear();
    if (this.#folder) rmSync(this.#folder, { recursive: true, force: true, maxRetries: 5 });
    this.#folder = undefined;
  }

  #begin(wanted: number | undefined): { readonly id: string; readonly file: string } {
    for (const [id, { usedAt }] of this.#transfers) {
      if (this.#now() - usedAt > ABANDONED_MILLISECONDS) this.end(id);
    }
    if (this.#transfers.size >= MOST_TRANSFERS) {
      throw new WorkbenchError(
        'unavailable',
        `${MOST_TRANSFERS} bundles are on their way already`,
        'Wait until one of them has arrived.',
      );
    }
    this.#folder ??= mkdtempSync(path.join(tmpdir(), 'ticket-bundles-'));
    requireRoom(this.#folder, wanted ?? 0);
    const id = randomUUID();
    const file = path.join(this.#folder, `${id}.${BUNDLE_ENDING}`);
    this.#transfers.set(id, { file, wanted, usedAt: this.#now() });
    return { id, file };
  }

  #find(id: string): Transfer {
    const transfer = this.#transfers.get(id);
    if (!transfer) {
      throw new WorkbenchError(
        'not-found',
        'this transfer of a bundle has ended',
        'Begin it again.',
      );
    }
    transfer.usedAt = this.#now();
    return transfer;
  }
}

function requireRoom(folder: string, bytes: number): void {
  const { bavail, bsize } = statfsSync(folder);
  if (bavail * bsize >= bytes + SPARE_BYTES) return;
  throw new WorkbenchError(
    'unavailable',
    `the disk of ${path.dirname(folder)} has no room for the bundle`,
    'Free some space there, or set TMPDIR to a folder on another disk before the workbench starts.',
  );
}
