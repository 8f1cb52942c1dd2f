/** Finds a pinned file on a Python package index by the Simple API (PEP 503, PEP 691). */
import { describeFailure, requestTo } from './download.mjs';
import { record } from './project.mjs';
import { ProvisioningError } from './provisioning-error.mjs';

/**
 * @typedef {object} PinnedFile
 * @property {string} package
 * @property {string} version
 * @property {string} platform the platform tag in the file's name
 * @property {string} sha256
 */

/** @typedef {{ name: string, url: string, sha256: string | undefined }} IndexFile */

const JSON_TYPE = 'application/vnd.pypi.simple.v1+json';
const ACCEPTED = `${JSON_TYPE}, application/vnd.pypi.simple.v1+html;q=0.2, text/html;q=0.1`;

/** An index answers with one page. */
const ANSWER_MILLISECONDS = 60_000;

/**
 * @param {string} index the address of the index
 * @param {PinnedFile} wanted
 * @param {AbortSignal | undefined} signal
 * @returns {Promise<string>} the address of the file
 * @throws {ProvisioningError} if the index can't be reached or does not have the file
 */
export async function findOnIndex(index, wanted, signal) {
  const page = `${index}/${normalized(wanted.package)}/`;
  const files = await filesOn(page, signal);
  const file =
    files.find(({ sha256 }) => sha256 === wanted.sha256) ??
    // An index need not tell checksums. The download is checked in any case.
    files.find(({ name, sha256 }) => sha256 === undefined && isNamed(name, wanted));
  if (file) return file.url;
  const prefix = `${wanted.package.replace(/[-.]+/g, '_')}-${wanted.version}-`;
  const others = files.filter(({ name }) => name.startsWith(prefix)).length;
  throw new ProvisioningError(
    `the package index ${shown(index)} does not have the file of ${wanted.package} ${wanted.version} ` +
      `for ${wanted.platform} with the SHA-256 ${wanted.sha256}; of this version it has ` +
      `${others === 0 ? 'no file' : `${others} others`}.`,
    OTHER_INDEX,
  );
}

/** What to do about an index that fails. */
export const OTHER_INDEX =
  'Name another package index with PIP_INDEX_URL, or use a file or folder that you have: ticket tensorflow --from PATH.';

/**
 * An address without its password.
 *
 * @param {string} address
 * @returns {string}
 */
export function shown(address) {
  if (!URL.canParse(address)) return address;
  const url = new URL(address);
  url.username = '';
  url.password = '';
  return url.href.replace(/\/$/, '');
}

/**
 * @param {string} page
 * @param {AbortSignal | undefined} signal
 * @returns {Promise<IndexFile[]>}
 */
async function filesOn(page, signal) {
  const limit = AbortSignal.timeout(ANSWER_MILLISECONDS);
  try {
    const { url, headers } = requestTo(page);
    const response = await fetch(url, {
      headers: { ...headers, accept: ACCEPTED },
      signal: signal === undefined ? limit : AbortSignal.any([signal, limit]),
    });
    if (!response.ok) {
      await response.body?.cancel();
      throw new Error(`it answered ${response.status} ${response.statusText}`.trim());
    }
    const isJson = response.headers.get('content-type')?.includes('json') === true;
    const text = await response.text();
    // An address on the page is relative to where the page came from. It needs the same password.
    const base = withLoginOf(response.url || page, page);
    return isJson ? filesOfJson(JSON.parse(text), base) : filesOfHtml(text, base);
  } catch (cause) {
    signal?.throwIfAborted();
    throw new ProvisioningError(
      `the package index can't be read: ${shown(page)}: ${describeFailure(cause)}`,
      `Connect this machine to the network once (behind a proxy, set HTTPS_PROXY). ${OTHER_INDEX}`,
      { cause },
    );
  }
}

/**
 * @param {string} address
 * @param {string} page an address that may have a name and a password
 * @returns {URL}
 */
function withLoginOf(address, page) {
  const base = new URL(address);
  const { host, username, password } = new URL(page);
  if (base.host === host) Object.assign(base, { username, password });
  return base;
}

/**
 * @param {unknown} answer
 * @param {URL} base
 * @returns {IndexFile[]}
 */
function filesOfJson(answer, base) {
  const { files } = record(answer);
  if (!Array.isArray(files)) throw new Error('its answer has no list of files');
  return files.map(record).flatMap(({ filename, url, hashes }) => {
    const sha256 = record(hashes)['sha256'];
    if (typeof filename !== 'string' || typeof url !== 'string') return [];
    return [
      {
        name: filename,
        url: resolved(url, base),
        sha256: typeof sha256 === 'string' ? sha256 : undefined,
      },
    ];
  });
}

/** A link on a page of PEP 503: the checksum is in the fragment of the address. */
const LINK = /<a\b[^>]*\bhref\s*=\s*(?:"([^"]*)"|'([^']*)')[^>]*>([^<]*)</gi;

/**
 * @param {string} page
 * @param {URL} base
 * @returns {IndexFile[]}
 */
function filesOfHtml(page, base) {
  return [...page.matchAll(LINK)].map(([, double, single, name = '']) => {
    const address = (double ?? single ?? '').replaceAll('&amp;', '&');
    const [url = '', fragment = ''] = address.split('#');
    return {
      name: name.trim(),
      url: resolved(url, base),
      sha256: /\bsha256=([0-9a-f]{64})\b/i.exec(fragment)?.[1]?.toLowerCase(),
    };
  });
}

/**
 * @param {string} address may be relative
 * @param {URL} base
 * @returns {string} with the login of `base` if both are on one host
 */
function resolved(address, base) {
  const url = new URL(address, base);
  if (url.host === base.host && url.username === '') {
    Object.assign(url, { username: base.username, password: base.password });
  }
  return url.href;
}

/**
 * @param {string} name the name of a wheel: `package-version-python-abi-platforms.whl`
 * @param {PinnedFile} wanted
 * @returns {boolean}
 */
function isNamed(name, wanted) {
  const [distribution = '', version, python, , platforms = ''] = name
    .replace(/\.whl$/, '')
    .split('-');
  return (
    normalized(distribution) === normalized(wanted.package) &&
    version === wanted.version &&
    python === 'cp312' &&
    platforms.split('.').includes(wanted.platform)
  );
}

/**
 * The name of a package as PEP 503 compares it.
 *
 * @param {string} name
 * @returns {string}
 */
function normalized(name) {
  return name.replace(/[-_.]+/g, '-').toLowerCase();
}
