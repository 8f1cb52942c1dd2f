import { createHash } from 'node:crypto';
import { stat } from 'node:fs/promises';

/** Files whose size and time are read at once. */
const STATS_AT_ONCE = 256;

/** Keeps values that were computed from files, as long as neither the files nor the settings change. */
export class FileCache<Value> {
  readonly #capacity: number;
  /** In order of use: the last one used comes last. */
  readonly #values = new Map<string, Promise<Value>>();

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  /** @param asked plain data: everything beside the files that the value depends on. */
  async get(asked: unknown, files: readonly string[], make: () => Promise<Value>): Promise<Value> {
    const key = await keyOf(asked, files);
    const value = this.#values.get(key) ?? make();
    this.#values.delete(key);
    this.#values.set(key, value);
    const [oldest = key] = this.#values.keys();
    if (this.#values.size > this.#capacity) this.#values.delete(oldest);
    try {
      return await value;
    } catch (error) {
      // Reading may succeed the next time, for example when the disk is mounted again.
      if (this.#values.get(key) === value) this.#values.delete(key);
      throw error;
    }
  }
}

/** A hash of sizes and times. The contents would have to be read first. */
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
