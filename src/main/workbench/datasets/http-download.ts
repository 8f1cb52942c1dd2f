/** Downloads a file over HTTP into a `.part` file that a later attempt continues. */
import { createWriteStream, existsSync } from 'node:fs';
import { readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import http from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { WorkbenchError } from '../../../shared/contract/errors.ts';
import { byteCounter, type OnProgress } from './progress.ts';

export interface HttpDownload {
  readonly url: string;
  /** Path of the complete file. Until then, `.part` is appended. */
  readonly path: string;
  /** For the progress, until the server reports the size. */
  readonly expectedBytes: number;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress: OnProgress;
}

/** A server that is silent for this long is given up. What has arrived is kept. */
const STALL_MILLISECONDS = 30_000;

/** The download that a `.part` file belongs to. */
interface PartRecord {
  readonly url: string;
  /**
   * The server's validator for this content. Without one, only the check of the whole file finds a
   * change.
   */
  readonly validator: string | undefined;
}

/**
 * @throws WorkbenchError `unavailable` if the server can't be reached, refuses, or stops midway;
 *   what has arrived stays for the next attempt. The signal's reason if it was aborted.
 */
export async function downloadFile(download: HttpDownload): Promise<void> {
  const { url, path, signal } = download;
  // Already completed by an earlier attempt, which failed at another file.
  if (existsSync(path)) return;
  useProxyOfEnvironment();
  const part = `${path}.part`;
  const stall = new AbortController();
  const timer = setTimeout(() => {
    stall.abort(new Error(`nothing arrived for ${STALL_MILLISECONDS / 1000} s`));
  }, STALL_MILLISECONDS);
  try {
    const abort = AbortSignal.any([stall.signal, ...(signal ? [signal] : [])]);
    await downloadPart(download, part, abort, () => timer.refresh());
  } catch (cause) {
    if (signal?.aborted) throw cause;
    if (cause instanceof WorkbenchError) throw cause;
    const reason = stall.signal.aborted ? messageOf(stall.signal.reason) : messageOf(cause);
    throw unavailable(url, reason, cause);
  } finally {
    clearTimeout(timer);
  }
  await rename(part, path);
  await rm(`${part}.json`, { force: true });
}

async function downloadPart(
  { url, expectedBytes, path, onProgress }: HttpDownload,
  part: string,
  signal: AbortSignal,
  onBytes: () => void,
): Promise<void> {
  const record = await readRecord(part, url);
  const already = record ? await sizeOf(part) : 0;
  const headers: Record<string, string> = { 'accept-encoding': 'identity' };
  if (record && already > 0) {
    headers['range'] = `bytes=${already}-`;
    // Makes the server send changed content in full, instead of a tail that doesn't fit.
    if (record.validator !== undefined) headers['if-range'] = record.validator;
  }
  const response = await fetch(url, { headers, signal });
  const total = totalOf(response, already);
  if (response.status === 416 && total === already) {
    await response.body?.cancel();
    return;
  }
  if (!response.ok || !response.body) {
    await response.body?.cancel();
    if (response.status === 416) await rm(part, { force: true });
    throw unavailable(url, `the server answered ${response.status} ${response.statusText}`.trim());
  }
  const isContinued = response.status === 206;
  if (isContinued && !contentRangeStartsAt(response, already)) {
    await response.body.cancel();
    throw unavailable(
      url,
      `the server continues at ${response.headers.get('content-range') ?? 'an unknown byte'}; expected byte ${already}`,
    );
  }
  if (!isContinued) await writeRecord(part, url, response);

  const step = `downloading ${path.slice(Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')) + 1)}`;
  const start = isContinued ? already : 0;
  const counter = byteCounter(step, start, total ?? expectedBytes, onProgress);
  let arrived = start;
  const counted = async function* (source: AsyncIterable<Uint8Array>) {
    for await (const piece of source) {
      onBytes();
      arrived += piece.length;
      counter.add(piece.length);
      yield piece;
    }
  };
  await pipeline(
    Readable.fromWeb(response.body),
    counted,
    createWriteStream(part, { flags: isContinued ? 'a' : 'w' }),
    { signal },
  );
  counter.finish();
  if (total !== undefined && arrived !== total) {
    throw unavailable(url, `the connection ended after ${arrived} of ${total} bytes`);
  }
}

/** The size of the whole content, whichever part the response has. */
function totalOf(response: Response, already: number): number | undefined {
  const range = /\/(\d+)$/.exec(response.headers.get('content-range') ?? '')?.[1];
  if (range !== undefined) return Number(range);
  const length = response.headers.get('content-length');
  if (length === null || !response.ok) return undefined;
  return Number(length) + (response.status === 206 ? already : 0);
}

function contentRangeStartsAt(response: Response, byte: number): boolean {
  const start = /^bytes (\d+)-/.exec(response.headers.get('content-range') ?? '')?.[1];
  return Number(start) === byte;
}

/** Undefined if there is nothing to continue. */
async function readRecord(part: string, url: string): Promise<PartRecord | undefined> {
  try {
    const record = JSON.parse(await readFile(`${part}.json`, 'utf8')) as Partial<PartRecord>;
    return record.url === url ? { url, validator: record.validator } : undefined;
  } catch {
    return undefined;
  }
}

/** A weak tag can't be used to continue: content that is only equivalent has other bytes. */
async function writeRecord(part: string, url: string, response: Response): Promise<void> {
  const tag = response.headers.get('etag');
  const isStrong = tag !== null && !tag.startsWith('W/');
  const validator = (isStrong ? tag : response.headers.get('last-modified')) ?? undefined;
  const record: PartRecord = { url, validator };
  await rm(part, { force: true });
  await writeFile(`${part}.json`, JSON.stringify(record));
}

async function sizeOf(path: string): Promise<number> {
  return stat(path).then(
    ({ size }) => size,
    () => 0,
  );
}

let usesProxy = false;

/** Uses HTTPS_PROXY and the like, which fetch ignores by default. */
function useProxyOfEnvironment(): void {
  if (usesProxy) return;
  usesProxy = true;
  http.setGlobalProxyFromEnv();
}

function unavailable(url: string, reason: string, cause?: unknown): WorkbenchError {
  return new WorkbenchError('unavailable', `${url}: ${reason}`, undefined, { cause });
}

/** The underlying cause: `fetch failed` says nothing. */
function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? error.cause.message || error.message : error.message;
}
