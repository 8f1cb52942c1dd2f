/** Serves the window's files under a scheme of their own, because file:// can reach every file. */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { WorkbenchError } from '../../../shared/contract/errors.ts';

export const SCHEME = 'ticket';
const HOST = 'workbench';
export const WINDOW_ADDRESS = `${SCHEME}://${HOST}/`;

const MEDIA_TYPES: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.woff2': 'font/woff2',
};

/** The page can load only its own files, and can communicate only through the bridge. */
const SECURITY_HEADERS: Readonly<Record<string, string>> = {
  'Content-Security-Policy': [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "font-src 'self'",
    "img-src 'self' data: blob:",
    "connect-src 'self'",
    "form-action 'none'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ].join('; '),
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
};

export interface FileResponse {
  readonly status: 200 | 400 | 404 | 405;
  readonly headers: Readonly<Record<string, string>>;
  readonly bytes: Buffer;
}

/** Whether an address belongs to the window. */
export function isWindowAddress(address: string): boolean {
  try {
    const { protocol, host } = new URL(address);
    return protocol === `${SCHEME}:` && host === HOST;
  } catch {
    return false;
  }
}

/** Files are read once and looked up by name, so no address can reach any other file. */
export class WindowFiles {
  readonly #files = new Map<string, { readonly mediaType: string; readonly bytes: Buffer }>();

  /** @throws WorkbenchError `unavailable` if there is no built window in the folder. */
  constructor(folder: string) {
    try {
      this.#read(folder, '/');
    } catch (cause) {
      throw notBuilt(folder, cause);
    }
    const index = this.#files.get('/index.html');
    if (!index) throw notBuilt(folder);
    this.#files.set('/', index);
  }

  respond(method: string, address: string): FileResponse {
    if (method !== 'GET' && method !== 'HEAD')
      return textResponse(405, 'Only GET and HEAD are allowed.');
    const name = isWindowAddress(address) ? pathOf(address) : undefined;
    if (name === undefined) return textResponse(400, 'This address can’t be read.');
    const file = this.#files.get(name);
    if (!file) return textResponse(404, 'There is no such file.');
    return {
      status: 200,
      headers: { ...SECURITY_HEADERS, 'Content-Type': file.mediaType },
      bytes: method === 'HEAD' ? Buffer.alloc(0) : file.bytes,
    };
  }

  // The Node of the oldest Electron that the window is tested in has no `recursive` option.
  #read(folder: string, name: string): void {
    for (const entry of readdirSync(folder, { withFileTypes: true })) {
      const file = path.join(folder, entry.name);
      if (entry.isDirectory()) this.#read(file, `${name}${entry.name}/`);
      const mediaType = MEDIA_TYPES[path.extname(entry.name)];
      if (!entry.isFile() || mediaType === undefined) continue;
      this.#files.set(`${name}${entry.name}`, { mediaType, bytes: readFileSync(file) });
    }
  }
}

function pathOf(address: string): string | undefined {
  try {
    return decodeURIComponent(new URL(address).pathname);
  } catch {
    return undefined;
  }
}

function textResponse(status: 400 | 404 | 405, text: string): FileResponse {
  return {
    status,
    headers: { ...SECURITY_HEADERS, 'Content-Type': 'text/plain; charset=utf-8' },
    bytes: Buffer.from(`${text}\n`),
  };
}

function notBuilt(folder: string, cause?: unknown): WorkbenchError {
  return new WorkbenchError(
    'unavailable',
    `there is no built window in ${folder}: it has no index.html`,
    'Build it with: npm run build:electron',
    { cause },
  );
}
