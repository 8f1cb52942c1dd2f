/**
 * Route 2: takes TensorFlow's libraries from its Python wheel, and tfjs-node's addon from the package,
 * or compiles it against the wheel's C headers. Needs no Python; the wheel comes from a package index,
 * or from a file.
 */
import { existsSync } from 'node:fs';
import { copyFile, readdir, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { compile, findCompiler, missingCompiler } from './compiler.mjs';
import { download, downloadedBytes, forgetDownload } from './download.mjs';
import { sha256Of } from './files.mjs';
import { WHEEL_VERSION } from './installation.mjs';
import { findOnIndex, OTHER_INDEX, shown } from './package-index.mjs';
import { packageIndex } from './pip-configuration.mjs';
import { prebuiltAddon } from './prebuilt-addon.mjs';
import { messageOf, ProvisioningError, systemCode } from './provisioning-error.mjs';
import { withZip } from './zip.mjs';

/** @typedef {import('./installation.mjs').RouteContext} RouteContext */
/** @typedef {import('./installation.mjs').Provisioned} Provisioned */
/** @typedef {import('./installation.mjs').Site} Site */

/**
 * A pinned wheel. All Python versions have the same libraries; one of them is pinned.
 *
 * @typedef {object} Wheel
 * @property {string} package its name on the index
 * @property {string} platform the platform tag in its file's name
 * @property {number} bytes
 * @property {string} sha256
 * @property {readonly string[]} libraries in the folder `tensorflow/`; the first needs the second
 * @property {number} libraryBytes unpacked
 */

const LINUX_LIBRARIES = ['libtensorflow_cc.so.2', 'libtensorflow_framework.so.2'];

/** By platform and architecture. No other wheel of this version has a C interface. */
const WHEELS = /** @type {Readonly<Record<string, Wheel>>} */ ({
  'linux-x64': {
    package: 'tensorflow-cpu',
    platform: 'manylinux_2_27_x86_64',
    bytes: 274_000_871,
    sha256: 'dcc8afd32930e42d5296b6ee19078b773706830af4ea97fbe503b9f5e0f820cb',
    libraries: LINUX_LIBRARIES,
    libraryBytes: 853_308_936,
  },
  'linux-arm64': {
    package: 'tensorflow',
    platform: 'manylinux_2_27_aarch64',
    bytes: 281_946_471,
    sha256: 'b07d15737406533898e36c7ef7944b1be18e9028dc521b9229952c537bbc5552',
    libraries: LINUX_LIBRARIES,
    libraryBytes: 883_062_208,
  },
  'darwin-arm64': {
    package: 'tensorflow',
    platform: 'macosx_12_0_arm64',
    bytes: 223_488_205,
    sha256: '56ecd7d47429acbe1df2694d50b75bf9fc3995ac92cb367cd9af6c4780ead712',
    libraries: ['libtensorflow_cc.2.dylib', 'libtensorflow_framework.2.dylib'],
    libraryBytes: 740_805_624,
  },
});

/** The folders of all headers that the addon includes. The wheel has 270 MB of other headers. */
const HEADERS = [
  'tensorflow/include/tensorflow/c/',
  'tensorflow/include/tensorflow/core/platform/',
  'tensorflow/include/tsl/platform/',
  'tensorflow/include/xla/tsl/c/',
];

/** Space for headers, the addon and the file system's overhead. */
const SPARE_BYTES = 64e6;

const BINDING = 'tfjs_binding.node';

/**
 * @param {string} system
 * @returns {Wheel | undefined}
 */
export function wheelFor(system) {
  return WHEELS[system];
}

/**
 * The system that a wheel with this checksum is for.
 *
 * @param {string} sha256
 * @returns {string | undefined} undefined if it is not a pinned one
 */
export function systemOfWheel(sha256) {
  return Object.keys(WHEELS).find((system) => WHEELS[system]?.sha256 === sha256);
}

/**
 * The free space needed during provisioning. The wheel itself is deleted afterwards.
 *
 * @param {Wheel} wheel
 * @param {number} [already] bytes of the wheel that are there
 * @returns {number}
 */
export function bytesNeeded(wheel, already = 0) {
  return Math.max(0, wheel.bytes - already) + wheel.libraryBytes + SPARE_BYTES;
}

/**
 * Where a wheel is downloaded to. The name tells which wheel it is.
 *
 * @param {Wheel} wheel
 * @param {Site} site
 * @returns {string}
 */
export function downloadPlace(wheel, site) {
  const name = `${wheel.package}-${WHEEL_VERSION}-${wheel.platform}-${wheel.sha256.slice(0, 12)}`;
  return path.join(downloadFolder(site), `${name}.whl`);
}

/**
 * @param {Site} site
 * @returns {string}
 */
function downloadFolder(site) {
  return path.join(site.cache, 'downloads');
}

/**
 * Removes downloads of other wheels.
 *
 * @param {Wheel | undefined} wheel the one to keep
 * @param {Site} site
 * @returns {Promise<void>}
 */
export async function removeOtherDownloads(wheel, site) {
  const kept = wheel && path.basename(downloadPlace(wheel, site));
  const names = await readdir(downloadFolder(site)).catch(() => []);
  const others = names.filter((name) => kept === undefined || !name.startsWith(kept));
  for (const name of others) {
    await rm(path.join(downloadFolder(site), name), { recursive: true, force: true });
  }
  if (names.length === others.length) {
    await rm(downloadFolder(site), { recursive: true, force: true });
  }
}

/**
 * @param {Wheel} wheel
 * @param {string} directory an empty folder that receives the libraries and the addon
 * @param {RouteContext} context
 * @param {string} [given] the wheel's file, if it need not be downloaded
 * @returns {Promise<Provisioned>}
 * @throws {ProvisioningError}
 */
export async function provisionFromWheel(wheel, directory, context, given) {
  const { site, signal } = context;
  const prebuilt = prebuiltAddon(site);
  const compiler =
    prebuilt === undefined
      ? await findCompiler({ environment: site.environment, signal })
      : undefined;
  if (prebuilt === undefined && compiler === undefined) throw missingCompiler(site.environment);

  const place = downloadPlace(wheel, site);
  const already = given === undefined ? await downloadedBytes(place) : wheel.bytes;
  await context.requireDiskSpace(bytesNeeded(wheel, already));
  context.note(
    `Setting up TensorFlow ${WHEEL_VERSION} from its Python wheel in ${site.cache}. This happens once.`,
  );
  const archive = given ?? (await fetchWheel(wheel, place, context));
  const work = path.join(directory, 'work');
  const binding = path.join(directory, BINDING);
  await unpack(
    wheel,
    archive,
    { libraries: directory, headers: prebuilt === undefined ? work : undefined },
    context,
  );
  if (compiler) {
    await compile(
      {
        compiler,
        headers: path.join(work, 'tensorflow', 'include'),
        libraries: wheel.libraries.map((name) => path.join(directory, name)),
        output: binding,
      },
      context,
    );
    await rm(work, { recursive: true });
  } else if (prebuilt !== undefined) {
    await copyFile(prebuilt, binding);
  }
  return { binding: BINDING, tensorflow: WHEEL_VERSION };
}

/**
 * Downloads the wheel and checks it. What an earlier attempt has left is continued.
 *
 * @param {Wheel} wheel
 * @param {string} place
 * @param {RouteContext} context
 * @returns {Promise<string>} the wheel's file
 */
async function fetchWheel(wheel, place, context) {
  const isThere = (await downloadedBytes(place)) > 0;
  if (!existsSync(place)) await downloadWheel(wheel, place, context);
  try {
    await checkWheel(wheel, place, context);
  } catch (error) {
    context.signal?.throwIfAborted();
    await forgetDownload(place);
    // A part of an earlier attempt may have been of another file.
    if (isThere) return fetchWheel(wheel, place, context);
    throw error;
  }
  return place;
}

/**
 * @param {Wheel} wheel
 * @param {string} place
 * @param {RouteContext} context
 * @returns {Promise<void>}
 */
async function downloadWheel(wheel, place, { site, signal, step }) {
  const requirement = `${wheel.package} ${WHEEL_VERSION}`;
  await step(
    `Download ${requirement}`,
    async (report) => {
      const index = packageIndex(site.environment);
      const url = await findOnIndex(index, { ...wheel, version: WHEEL_VERSION }, signal);
      try {
        await download({ url, file: place, content: wheel.sha256, signal, onBytes: report });
      } catch (error) {
        signal?.throwIfAborted();
        throw downloadError(requirement, url, error);
      }
    },
    wheel.bytes,
  );
}

/**
 * @param {string} requirement
 * @param {string} url
 * @param {unknown} error
 * @returns {unknown}
 */
function downloadError(requirement, url, error) {
  const cause = error instanceof Error ? error.cause : undefined;
  // Reported with the folder that is full or can't be written.
  if (systemCode(cause) === 'ENOSPC' || systemCode(cause) === 'EDQUOT') return cause;
  return new ProvisioningError(
    `${requirement} can't be downloaded from ${shown(url)}: ${messageOf(error)}.`,
    `What has arrived is kept; try again, and the download continues. Behind a proxy, set HTTPS_PROXY. ${OTHER_INDEX}`,
    { cause: error },
  );
}

/**
 * @param {Wheel} wheel
 * @param {string} archive
 * @param {RouteContext} context
 * @returns {Promise<void>}
 * @throws {ProvisioningError} if it is not the pinned one
 */
async function checkWheel(wheel, archive, context) {
  const { size } = await stat(archive);
  const sha256 = await context.step(
    'Check it',
    (report) => sha256Of(archive, { onBytes: report, signal: context.signal }),
    size,
  );
  if (sha256 === wheel.sha256) return;
  throw new ProvisioningError(
    `the downloaded ${path.basename(archive)} is not the expected file: its SHA-256 is ${sha256}; ` +
      `expected ${wheel.sha256}.`,
    `It was changed or truncated on the way. Try again. ${OTHER_INDEX}`,
  );
}

/**
 * @param {Wheel} wheel
 * @param {string} archive
 * @param {{ libraries: string, headers: string | undefined }} folders
 * @param {RouteContext} context
 * @returns {Promise<void>}
 */
function unpack(wheel, archive, folders, context) {
  return withZip(archive, (zip) => unpackEntries(wheel, zip, folders, context));
}

/**
 * @param {Wheel} wheel
 * @param {import('./zip.mjs').ZipArchive} zip
 * @param {{ libraries: string, headers: string | undefined }} folders
 * @param {RouteContext} context
 * @returns {Promise<void>}
 */
async function unpackEntries(wheel, zip, { libraries: folder, headers }, { step, signal }) {
  const libraries = new Set(wheel.libraries.map((name) => `tensorflow/${name}`));
  const entries = zip.entries.filter(
    ({ fileName }) =>
      libraries.has(fileName) ||
      (headers !== undefined &&
        fileName.endsWith('.h') &&
        HEADERS.some((each) => fileName.startsWith(each))),
  );
  const found = entries.filter(({ fileName }) => libraries.has(fileName)).length;
  if (found !== libraries.size) {
    throw new ProvisioningError(
      `the wheel of ${wheel.package} lacks ${wheel.libraries.join(' or ')}.`,
      'Please report this: the pinned wheel is expected to have them.',
    );
  }
  const total = entries.reduce((sum, { uncompressedSize }) => sum + uncompressedSize, 0);
  await step(
    'Unpack its libraries',
    async (report) => {
      let done = 0;
      const onBytes = (/** @type {number} */ bytes) => {
        done += bytes;
        report(done);
      };
      for (const entry of entries) {
        const destination =
          headers === undefined || libraries.has(entry.fileName)
            ? path.join(folder, path.posix.basename(entry.fileName))
            : path.join(headers, entry.fileName);
        await zip.extract(entry, destination, { onBytes, signal });
      }
    },
    total,
  );
}
