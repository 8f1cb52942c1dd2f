/** Downloads a file over HTTP into a `.part` file, which a later attempt continues. */
import { createWriteStream, existsSync } from 'node:fs';
import { mkdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import http from 'node:http';
import path from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import tls from 'node:tls';
import { moveFile } from './atomic-file.mjs';
import { record } from './project.mjs';
import { messageOf, systemCode } from './provisioning-error.mjs';

/**
 * @typedef {object} Download
 * @property {string} url
 * @property {string} file the complete file; until it is complete, `.part` is appended
 * @property {string} [content] says what the file holds: a part is continued only for the same content.
 *   Default: the address
 * @property {AbortSignal | undefined} [signal]
 * @property {(arrived: number, total: number | undefined) => void} [onBytes] told of all bytes that are
 *   there, with those of earlier attempts
 * @property {number} [retries] how many times in a row a connection may break without a new byte.
 *   Default: 5
 * @property {number} [retryAfter] milliseconds before the first of these; each later one waits twice as
 *   long
 * @property {number} [stallAfter] milliseconds without a byte after which a connection counts as broken
 */

/** The server refuses: asking again would not help. */
class Refused extends Error {}

const RETRIES = 5;
const RETRY_AFTER = 1_000;
const STALL_AFTER = 30_000;
/** Answers that are often over in a moment: too many requests, and a server or gateway in trouble. */
const PASSING = [408, 425, 429, 500, 502, 503, 504];

/**
 * Downloads a file. A connection that breaks is continued at the byte where it broke. After a failure
 * or an abort, what has arrived is kept for the next call.
 *
 * @param {Download} download
 * @returns {Promise<void>}
 * @throws {Error} that says what failed; the reason of `signal` if it is aborted
 */
export async function download({
  url,
  file,
  content = url,
  signal,
  onBytes = () => undefined,
  retries = RETRIES,
  retryAfter = RETRY_AFTER,
  stallAfter = STALL_AFTER,
}) {
  if (existsSync(file)) return;
  await mkdir(path.dirname(file), { recursive: true });
  const part = `${file}.part`;
  for (let failures = 0; ; failures += 1) {
    signal?.throwIfAborted();
    const before = await sizeOf(part);
    try {
      await downloadRest({ url, part, content, signal, onBytes, stallAfter });
      break;
    } catch (cause) {
      signal?.throwIfAborted();
      const isLasting = cause instanceof Refused || isOfThisMachine(cause);
      if ((await sizeOf(part)) > before) failures = 0;
      if (isLasting || failures >= retries) {
        throw new Error(describeFailure(cause), { cause });
      }
      await pause(retryAfter * 2 ** failures, signal);
    }
  }
  moveFile(part, file);
  await rm(`${part}.json`, { force: true });
}

/**
 * @param {number} milliseconds
 * @param {AbortSignal | undefined} signal
 * @returns {Promise<void>} is over at once if the signal is aborted
 */
function pause(milliseconds, signal) {
  return sleep(milliseconds, undefined, signal === undefined ? {} : { signal }).catch(
    () => undefined,
  );
}

/**
 * Removes what `download` has kept of a file.
 *
 * @param {string} file
 * @returns {Promise<void>}
 */
export async function forgetDownload(file) {
  for (const ending of ['', '.part', '.part.json']) await rm(`${file}${ending}`, { force: true });
}

/**
 * The bytes of a file that have been downloaded.
 *
 * @param {string} file
 * @returns {Promise<number>}
 */
export async function downloadedBytes(file) {
  return (await sizeOf(file)) || sizeOf(`${file}.part`);
}

/**
 * What `fetch` is to be called with: it takes no address with a name and a password.
 *
 * @param {string} address
 * @returns {{ url: URL, headers: Record<string, string> }}
 */
export function requestTo(address) {
  useSystemNetwork();
  const url = new URL(address);
  const { username, password } = url;
  if (username === '') return { url, headers: {} };
  url.username = '';
  url.password = '';
  const login = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  return { url, headers: { authorization: `Basic ${Buffer.from(login).toString('base64')}` } };
}

/**
 * Why a request failed. The message of `fetch` itself explains nothing.
 *
 * @param {unknown} error
 * @returns {string}
 */
export function describeFailure(error) {
  const cause = error instanceof Error ? error.cause : undefined;
  if (!(cause instanceof Error)) return messageOf(error);
  // The attempts at several addresses of one host.
  if (cause instanceof AggregateError) return cause.errors.map(messageOf).join('; ');
  // A proxy's refusal is the cause of a request that was cancelled.
  if (cause.cause instanceof Error) return describeFailure(cause);
  return cause.message || messageOf(error);
}

/**
 * @param {{ url: string, part: string, content: string, signal: AbortSignal | undefined,
 *   onBytes: (arrived: number, total: number | undefined) => void, stallAfter: number }} what
 * @returns {Promise<void>}
 */
async function downloadRest({ url, part, content, signal, onBytes, stallAfter }) {
  const stall = new AbortController();
  const timer = setTimeout(() => {
    stall.abort(new Error(`nothing arrived for ${stallAfter / 1000} s`));
  }, stallAfter);
  const abort = AbortSignal.any([stall.signal, ...(signal ? [signal] : [])]);
  try {
    const already = (await isPartOf(part, content)) ? await sizeOf(part) : 0;
    const { response, start, total } = await request(url, part, content, already, abort);
    if (response === undefined) return;
    let arrived = start;
    onBytes(arrived, total);
    const counted = async function* (/** @type {AsyncIterable<Uint8Array>} */ source) {
      for await (const piece of source) {
        timer.refresh();
        arrived += piece.length;
        onBytes(arrived, total);
        yield piece;
      }
    };
    await pipeline(
      Readable.fromWeb(/** @type {import('node:stream/web').ReadableStream} */ (response.body)),
      counted,
      createWriteStream(part, { flags: start > 0 ? 'a' : 'w' }),
      { signal: abort },
    );
    if (total !== undefined && arrived !== total) {
      throw new Error(`the connection ended after ${arrived} of ${total} bytes`);
    }
  } catch (error) {
    throw stall.signal.aborted ? stall.signal.reason : error;
  } finally {
    clearTimeout(timer);
  }
}

/**
 * Asks for what is missing. A server that knows no ranges, or has other content now, sends everything.
 *
 * @param {string} address
 * @param {string} part
 * @param {string} content
 * @param {number} already bytes
 * @param {AbortSignal} signal
 * @returns {Promise<{ response: Response | undefined, start: number, total: number | undefined }>}
 *   without a response if nothing is missing
 */
async function request(address, part, content, already, signal) {
  const { url, headers } = requestTo(address);
  headers['accept-encoding'] = 'identity';
  if (already > 0) {
    headers['range'] = `bytes=${already}-`;
    const validator = await validatorOf(part);
    if (validator !== undefined) headers['if-range'] = validator;
  }
  const response = await fetch(url, { headers, signal });
  const total = totalOf(response, already);
  if (response.status === 416 && total === already) {
    await response.body?.cancel();
    return { response: undefined, start: already, total };
  }
  if (!response.ok || !response.body) {
    await response.body?.cancel();
    const answer = `the server answered ${response.status} ${response.statusText}`.trim();
    if (response.status === 416) {
      // The part is longer than the file: it is of another one.
      await rm(part, { force: true });
      throw new Error(answer);
    }
    throw PASSING.includes(response.status) ? new Error(answer) : new Refused(answer);
  }
  if (response.status !== 206) {
    await rm(part, { force: true });
    await writeRecord(part, content, response);
    return { response, start: 0, total };
  }
  if (startOf(response) === already) return { response, start: already, total };
  await response.body.cancel();
  const range = response.headers.get('content-range') ?? 'an unknown byte';
  throw new Refused(`the server continues at ${range}; expected byte ${already}`);
}

/**
 * The size of the whole file, also if only a part of it is sent.
 *
 * @param {Response} response
 * @param {number} already bytes
 * @returns {number | undefined}
 */
function totalOf(response, already) {
  const range = /\/(\d+)$/.exec(response.headers.get('content-range') ?? '')?.[1];
  if (range !== undefined) return Number(range);
  const length = response.headers.get('content-length');
  if (length === null || !response.ok) return undefined;
  return Number(length) + (response.status === 206 ? already : 0);
}

/**
 * @param {Response} response
 * @returns {number | undefined} the first byte that it sends
 */
function startOf(response) {
  const start = /^bytes (\d+)-/.exec(response.headers.get('content-range') ?? '')?.[1];
  return start === undefined ? undefined : Number(start);
}

/**
 * Beside a part lies what it is a part of, and the server's entity tag or date of it. A weak tag can't
 * be used to continue, because equivalent content may have other bytes.
 *
 * @param {string} part
 * @param {string} content
 * @param {Response} response
 * @returns {Promise<void>}
 */
async function writeRecord(part, content, response) {
  const tag = response.headers.get('etag');
  const isStrong = tag !== null && !tag.startsWith('W/');
  const validator = (isStrong ? tag : response.headers.get('last-modified')) ?? undefined;
  await writeFile(`${part}.json`, JSON.stringify({ content, validator }));
}

/**
 * @param {string} part
 * @returns {Promise<Record<string, unknown>>} empty if there is none
 */
async function readRecord(part) {
  try {
    return record(JSON.parse(await readFile(`${part}.json`, 'utf8')));
  } catch {
    return {};
  }
}

/**
 * @param {string} part
 * @param {string} content
 * @returns {Promise<boolean>}
 */
async function isPartOf(part, content) {
  return (await readRecord(part))['content'] === content;
}

/**
 * @param {string} part
 * @returns {Promise<string | undefined>}
 */
async function validatorOf(part) {
  const { validator } = await readRecord(part);
  return typeof validator === 'string' ? validator : undefined;
}

/**
 * @param {string} file
 * @returns {Promise<number>} 0 if it is missing
 */
function sizeOf(file) {
  return stat(file).then(
    ({ size }) => size,
    () => 0,
  );
}

/**
 * Whether a failure is about this machine's files, not about the network.
 *
 * @param {unknown} error
 * @returns {boolean}
 */
function isOfThisMachine(error) {
  const codes = ['ENOSPC', 'EDQUOT', 'EACCES', 'EPERM', 'EROFS', 'EIO', 'EFBIG', 'EISDIR'];
  const isOfFile = error instanceof Error && 'path' in error;
  return codes.includes(systemCode(error) ?? '') && (isOfFile || systemCode(error) === 'ENOSPC');
}

let usesSystem = false;

/**
 * Makes `fetch` use HTTPS_PROXY, HTTP_PROXY and NO_PROXY, and trust what the system trusts: a company's
 * proxy has a certificate of its own.
 */
function useSystemNetwork() {
  if (usesSystem) return;
  usesSystem = true;
  // Older Nodes have none of these functions.
  if ('setGlobalProxyFromEnv' in http) http.setGlobalProxyFromEnv();
  if ('setDefaultCACertificates' in tls) {
    tls.setDefaultCACertificates([
      ...tls.getCACertificates('default'),
      ...tls.getCACertificates('system'),
    ]);
  }
}
