/** Bundles on their way between a browser and the workbench: in parts, as temporary files. */
import { randomUUID } from 'node:crypto';
import { type FileHandle, mkdir, open, rm, statfs } from 'node:fs/promises';
import path from 'node:path';
import { WorkbenchError } from '../../../shared/contract/errors.ts';
import {
  LARGEST_TRANSFER_BYTES,
  TRANSFER_PART_BYTES,
} from '../../../shared/contract/records/bundles.ts';
import { REMOVAL } from '../removal.ts';
import { BUNDLE_ENDING } from './bundle-format.ts';
import { transferFolder } from './transfer-folder.ts';

/** What must stay free on the disk. */
const SPARE_BYTES = 256 * 2 ** 20;

/** A few windows may send and fetch at the same time. */
const MOST_TRANSFERS = 8;

/** A window sends or asks for a part every second. One that does not was closed. */
const ABANDONED_MILLISECONDS = 10 * 60_000;

type Kind = 'upload' | 'download';

interface Transfer {
  readonly id: string;
  readonly kind: Kind;
  readonly file: string;
  /** As many as were announced; 0 while a download is written. */
  bytes: number;
  /** Those that are in the file. */
  arrivedBytes: number;
  /** Opened for the first part. */
  handle: FileHandle | undefined;
  /** Whether a call reads or writes its file, or a thread does. */
  isInUse: boolean;
  /** Unix time, milliseconds. */
  usedAt: number;
}

export interface TransferOptions {
  /** Unix time, milliseconds. */
  now?(): number;
  /** Bytes that are free on the disk of a folder. */
  freeBytes?(folder: string): Promise<number>;
  /** Called once for a file that can't be removed. Nobody has to wait for that. */
  onError?(error: unknown): void;
}

export class BundleTransfers {
  readonly #folder: string;
  readonly #now: () => number;
  readonly #freeBytes: (folder: string) => Promise<number>;
  readonly #onError: (error: unknown) => void;
  readonly #transfers = new Map<string, Transfer>();
  /** Files that could not be removed. */
  readonly #left = new Set<string>();

  /** @param directory the data directory. */
  constructor(directory: string, options: TransferOptions = {}) {
    this.#folder = transferFolder(directory);
    this.#now = options.now ?? Date.now;
    this.#freeBytes = options.freeBytes ?? freeBytesOf;
    this.#onError = options.onError ?? (() => undefined);
  }

  /**
   * @returns the id of the transfer.
   * @throws WorkbenchError `invalid-argument` if that is too large; `unavailable` if the disk has no room
   *   for it and for what else is announced, or too many are under way.
   */
  async beginUpload(bytes: number): Promise<string> {
    if (bytes > LARGEST_TRANSFER_BYTES) {
      throw new WorkbenchError(
        'invalid-argument',
        `the bundle has ${bytes} bytes; a browser can send at most ${LARGEST_TRANSFER_BYTES}`,
        'Copy it to the machine of the workbench, and merge it there by its path.',
      );
    }
    const { id } = await this.#begin('upload', bytes);
    return id;
  }

  /**
   * @param offset as many bytes as have arrived: a part can be neither repeated nor left out. One that
   *   could not be written can be sent again.
   * @throws WorkbenchError `not-found`; `invalid-argument` for another offset, or more than was announced;
   *   `unavailable` if the disk is full; `conflict` while another call uses the transfer.
   */
  async add(id: string, offset: number, part: Uint8Array): Promise<void> {
    const transfer = this.#find(id, 'upload');
    const { bytes, arrivedBytes } = transfer;
    if (offset !== arrivedBytes) {
      throw new WorkbenchError(
        'invalid-argument',
        `a part of the bundle has the offset ${offset}; expected ${arrivedBytes}, as many bytes as have arrived`,
        'Send the bundle again.',
      );
    }
    if (offset + part.length > bytes) {
      throw new WorkbenchError(
        'invalid-argument',
        `more bytes arrived than the bundle has: ${offset + part.length}; expected ${bytes}`,
        'Send the bundle again.',
      );
    }
    await this.#use(transfer, async (handle) => {
      await writeAll(handle, part, offset);
      transfer.arrivedBytes += part.length;
    });
  }

  /**
   * Gives a bundle that has arrived to `work`. Nobody else can use it meanwhile, and then it is gone.
   *
   * @throws WorkbenchError `not-found`; `invalid-argument` if parts are missing; `conflict` while another
   *   call uses the transfer; as `work`.
   */
  async take<Value>(id: string, work: (file: string) => Promise<Value>): Promise<Value> {
    const transfer = this.#find(id, 'upload');
    const { bytes, arrivedBytes } = transfer;
    if (arrivedBytes < bytes) {
      throw new WorkbenchError(
        'invalid-argument',
        `${arrivedBytes} bytes of the bundle have arrived; expected ${bytes}`,
        'Send it again.',
      );
    }
    return this.#keep(transfer, async () => {
      try {
        return await work(transfer.file);
      } finally {
        this.#transfers.delete(id);
      }
    });
  }

  /**
   * Writes a bundle that is to be fetched.
   *
   * @param write writes at most `LARGEST_TRANSFER_BYTES`.
   * @throws WorkbenchError `unavailable` if the disk has no room, or too many are under way; as `write`.
   */
  async beginDownload<Written extends { readonly bytes: number }>(
    write: (file: string) => Promise<Written>,
  ): Promise<{ readonly transfer: string; readonly written: Written }> {
    const transfer = await this.#begin('download', 0);
    try {
      const written = await this.#keep(transfer, () => write(transfer.file));
      transfer.bytes = written.bytes;
      transfer.arrivedBytes = written.bytes;
      return { transfer: transfer.id, written };
    } catch (error) {
      await this.end(transfer.id);
      throw error;
    }
  }

  /**
   * The next part; empty at the end.
   *
   * @throws WorkbenchError `not-found`; `conflict` while another call uses the transfer.
   */
  async read(id: string, offset: number): Promise<Uint8Array<ArrayBuffer>> {
    return this.#use(this.#find(id, 'download'), async (handle) => {
      const part = new Uint8Array(TRANSFER_PART_BYTES);
      const { bytesRead } = await handle.read(part, 0, part.length, offset);
      return part.slice(0, bytesRead);
    });
  }

  /** Removes its file, or leaves that to whoever uses it. Twice is harmless. */
  async end(id: string): Promise<void> {
    const transfer = this.#transfers.get(id);
    this.#transfers.delete(id);
    if (transfer && !transfer.isInUse) await this.#remove(transfer);
  }

  /** Ends those whose window was closed, and removes what could not be removed before. */
  async sweep(): Promise<void> {
    const now = this.#now();
    for (const { id, isInUse, usedAt } of [...this.#transfers.values()]) {
      if (!isInUse && now - usedAt > ABANDONED_MILLISECONDS) await this.end(id);
    }
    for (const file of [...this.#left]) await this.#removeFile(file);
  }

  async close(): Promise<void> {
    const transfers = [...this.#transfers.values()];
    this.#transfers.clear();
    for (const transfer of transfers) await this.#remove(transfer);
    // What is left of it is removed by a later workbench.
    await this.#removeFile(this.#folder);
  }

  async #begin(kind: Kind, bytes: number): Promise<Transfer> {
    if (this.#transfers.size >= MOST_TRANSFERS) {
      throw new WorkbenchError(
        'unavailable',
        `${MOST_TRANSFERS} bundles are on their way already`,
        'Wait until one of them has arrived.',
      );
    }
    const id = randomUUID();
    const transfer: Transfer = {
      id,
      kind,
      file: path.join(this.#folder, `${id}.${BUNDLE_ENDING}`),
      bytes,
      arrivedBytes: 0,
      handle: undefined,
      isInUse: false,
      usedAt: this.#now(),
    };
    // From here on others leave its room free.
    this.#transfers.set(id, transfer);
    try {
      await mkdir(this.#folder, { recursive: true, mode: 0o700 });
      await this.#requireRoom();
    } catch (error) {
      this.#transfers.delete(id);
      throw this.#explained(error);
    }
    return transfer;
  }

  /** For everything that was announced and has not arrived. */
  async #requireRoom(): Promise<void> {
    const free = await this.#freeBytes(this.#folder);
    const announced = [...this.#transfers.values()].reduce(
      (sum, { bytes, arrivedBytes }) => sum + bytes - arrivedBytes,
      0,
    );
    if (free < announced + SPARE_BYTES) throw this.#noRoom();
  }

  #explained(error: unknown): unknown {
    return isFull(error) ? this.#noRoom(error) : error;
  }

  #noRoom(cause?: unknown): WorkbenchError {
    return new WorkbenchError(
      'unavailable',
      `the disk of the data directory has no room for the bundle, which is kept in ${this.#folder} until it has arrived`,
      'Free some space there. A bundle that lies on the machine of the workbench can be merged by its path without a copy, and one that is exported can be written to a path on another disk.',
      { cause },
    );
  }

  /** Works with the open file. */
  #use<Value>(transfer: Transfer, work: (handle: FileHandle) => Promise<Value>): Promise<Value> {
    return this.#keep(transfer, async () => {
      try {
        const flags = transfer.kind === 'upload' ? 'wx' : 'r';
        transfer.handle ??= await open(transfer.file, flags, 0o600);
        return await work(transfer.handle);
      } catch (error) {
        throw this.#explained(error);
      }
    });
  }

  /** One call at a time uses a transfer, and nothing removes its file meanwhile. */
  async #keep<Value>(transfer: Transfer, work: () => Promise<Value>): Promise<Value> {
    if (transfer.isInUse) {
      throw new WorkbenchError(
        'conflict',
        'this bundle is in use: a part of it is on its way, or it is merged already',
        'Wait until that has ended.',
      );
    }
    transfer.isInUse = true;
    try {
      return await work();
    } finally {
      transfer.isInUse = false;
      transfer.usedAt = this.#now();
      // It was ended meanwhile.
      if (!this.#transfers.has(transfer.id)) await this.#remove(transfer);
    }
  }

  /** Never fails: what has come of a merge counts, not what has become of its file. */
  async #remove({ handle, file }: Transfer): Promise<void> {
    await handle?.close().catch(this.#onError);
    await this.#removeFile(file);
  }

  async #removeFile(file: string): Promise<void> {
    try {
      await rm(file, REMOVAL);
      this.#left.delete(file);
    } catch (error) {
      if (!this.#left.has(file)) this.#onError(error);
      this.#left.add(file);
    }
  }

  #find(id: string, kind: Kind): Transfer {
    const transfer = this.#transfers.get(id);
    if (transfer?.kind === kind) return transfer;
    throw new WorkbenchError('not-found', 'this transfer of a bundle has ended', 'Begin it again.');
  }
}

async function writeAll(handle: FileHandle, bytes: Uint8Array, offset: number): Promise<void> {
  let written = 0;
  while (written < bytes.length) {
    const left = bytes.subarray(written);
    // A disk that is nearly full takes a piece of them.
    const { bytesWritten } = await handle.write(left, 0, left.length, offset + written);
    written += bytesWritten;
  }
}

async function freeBytesOf(folder: string): Promise<number> {
  const { bavail, bsize } = await statfs(folder);
  return bavail * bsize;
}

/** Whether a system's error says that a disk, or what a user may take of it, is full. */
function isFull(error: unknown): boolean {
  return (
    error instanceof Error && 'code' in error && ['ENOSPC', 'EDQUOT'].includes(String(error.code))
  );
}
