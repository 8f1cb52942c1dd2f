import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { WorkbenchError } from '../../../shared/contract/errors.ts';

export interface StaticFile {
  readonly mediaType: string;
  readonly bytes: Buffer;
  /** Whether the name changes with the content, so that browsers may cache the file. */
  readonly isImmutable: boolean;
}

const MEDIA_TYPES: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.ico': 'image/x-icon',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.webmanifest': 'application/manifest+json',
  '.woff2': 'font/woff2',
};

/**
 * The window's files, read once and looked up by name. A path out of the folder finds nothing, however
 * it is written, because only these names are looked up.
 */
export class StaticFiles {
  readonly #files: ReadonlyMap<string, StaticFile>;

  private constructor(files: ReadonlyMap<string, StaticFile>) {
    this.#files = files;
  }

  /** @throws WorkbenchError `unavailable` if there is no built window in the folder. */
  static read(folder: string): StaticFiles {
    const files = new Map<string, StaticFile>();
    try {
      for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
        const mediaType = MEDIA_TYPES[path.extname(entry.name)];
        if (!entry.isFile() || mediaType === undefined) continue;
        const file = path.join(entry.parentPath, entry.name);
        const name = path.relative(folder, file).split(path.sep).join('/');
        files.set(`/${name}`, {
          mediaType,
          bytes: readFileSync(file),
          isImmutable: name.startsWith('assets/'),
        });
      }
    } catch (cause) {
      throw notBuilt(folder, cause);
    }
    const index = files.get('/index.html');
    if (!index) throw notBuilt(folder);
    files.set('/', index);
    return new StaticFiles(files);
  }

  /** @param name The decoded path of a URL. */
  get(name: string): StaticFile | undefined {
    return this.#files.get(name);
  }
}

function notBuilt(folder: string, cause?: unknown): WorkbenchError {
  return new WorkbenchError(
    'unavailable',
    `there is no built window in ${folder}: it has no index.html`,
    'Build it with: npm run build',
    { cause },
  );
}
