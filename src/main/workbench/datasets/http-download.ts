/** Downloads a file over HTTP into a `.part` file, which a later attempt continues. */
import { createWriteStream, existsSync } from 'node:fs';
import { readFile, rm, stat, writeFile } from 'node:fs/promises';
import http from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { moveFile } from '../../../../provision/atomic-file.mjs';
import { WorkbenchError } from '../../../shared/contract/errors.ts';
import { isPlainObject } from '../../../shared/contract/json.ts';
import { byteCounter, type OnProgress } from './progress.ts';

export interface HttpDownload {
  readonly url: string;
  /** The path of the complete file. Until it is complete, `.part` is appended. */
  readonly path: string;
  /** The size shown in the progress if the server does not tell it. */
  readonly expectedBytes: number;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress: OnProgress;
}

/** The download fails if nothing arrives for this long. What has arrived is kept. */
const STALL_MILLISECONDS = 30_000;

/** The file that a `.part` file belongs to. */
interface PartRecord {
  readonly url: string;
  /** The server's entity tag or date. Without it, only the check of the complete file tells a change. */
  readonly validator: string | undefined;
}

/**
 * @throws WorkbenchError `unavailable` if the server can't be reached, refuses, or stops early. What has
 *   arrived is kept for the next attempt.
 * @throws the signal's reason if it was given.
 */
export async function downloadFile(download: HttpDownload): Promise<void> {
  const { url, path, signal } = download;
  // An earlier attempt completed this file and failed at another one.
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
  moveFile(part, path);
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
    // If the content has changed, the server sends all of it instead of a tail that does not fit.
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

/** The size of the whole content, even if only a part of it is sent. */
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
    const record: unknown = JSON.parse(await readFile(`${part}.json`, 'utf8'));
    if (!isPlainObject(record) || record['url'] !== url) return undefined;
    const { validator } = record;
    return { url, validator: typeof validator === 'string' ? validator : undefined };
  } catch {
    return undefined;
  }
}

/** A weak tag can't be used to continue, because equivalent content may have other bytes. */
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

/** Makes `fetch` use HTTPS_PROXY and the like. */
function useProxyOfEnvironment(): void {
  if (usesProxy) return;
  usesProxy = true;
  http.setGlobalProxyFromEnv();
}

function unavailable(url: string, reason: string, cause?: unknown): WorkbenchError {
  return new WorkbenchError('unavailable', `${url}: ${reason}`, undefined, { cause });
}

/** The message of the cause, because `fetch failed` explains nothing. */
function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? error.cause.message || error.message : error.message;
}
