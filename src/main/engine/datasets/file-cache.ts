import { createHash } from 'node:crypto';
import { stat } from 'node:fs/promises';

/** Asked of the file system at a time. */
const STATS_AT_ONCE = 256;

/** What was made of files, kept as long as neither they nor what was asked of them change. */
export class FileCache<Value> {
  readonly #capacity: number;
  /** The one that was asked for last comes last. */
  readonly #values = new Map<string, Promise<Value>>();

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  /** @param asked plain data: all that the value follows from beside the files. */
  async get(asked: unknown, files: readonly string[], make: () => Promise<Value>): Promise<Value> {
    const key = await keyOf(asked, files);
    const value = this.#values.get(key) ?? make();
    this.#values.delete(key);
    this.#values.set(key, value);
    const [oldest] = this.#values.keys();
    if (this.#values.size > this.#capacity) this.#values.delete(oldest!);
    try {
      return await value;
    } catch (error) {
      // What could not be read may be read the next time: the disk may be back.
      if (this.#values.get(key) === value) this.#values.delete(key);
      throw error;
    }
  }
}

/** Sizes and times in place of contents, which would have to be read for it. */
async function keyOf(asked: unknown, files: readonly string[]): Promise<string> {
  const hash = createHash('sha256').update(JSON.stringify(asked));
  for (let start = 0; start < files.length; start += STATS_AT_ONCE) {
    const stats = await Promise.all(
      files.slice(start, start + STATS_AT_ONCE).map(async (file) => {
        const found = await stat(file, { bigint: true }).catch(() => undefined);
        return [file, found?.size, found?.mtimeNs].map(String);
      }),
    );
    hash.update(JSON.stringify(stats));
  }
  return hash.digest('hex');
}
