/**
 * What a user gives in place of a download: the folder of a finished installation, the pinned wheel, or
 * a folder that holds one of them.
 */
import { existsSync, readdirSync, statSync } from 'node:fs';
import { constants, copyFile, mkdir, stat, symlink } from 'node:fs/promises';
import path from 'node:path';
import { sha256Of } from './files.mjs';
import { MANIFEST, readManifest, verifyInstallation, WHEEL_VERSION } from './installation.mjs';
import { systemOfWheel } from './wheel-route.mjs';
import { messageOf, ProvisioningError, systemCode } from './provisioning-error.mjs';

/** @typedef {import('./installation.mjs').Installation} Installation */
/** @typedef {import('./installation.mjs').Provisioned} Provisioned */
/** @typedef {import('./installation.mjs').RouteContext} RouteContext */
/** @typedef {import('./installation.mjs').Site} Site */
/** @typedef {import('./wheel-route.mjs').Wheel} Wheel */

/**
 * @typedef {{ kind: 'wheel', file: string } | { kind: 'installation', installation: Installation }
 * } GivenSource
 */

/** How deep below a given folder it is looked for: a cache has `tensorflow/` and one folder each. */
const DEPTH = 2;

/**
 * Finds out what a path is.
 *
 * @param {string} given
 * @param {Site} site
 * @param {Wheel | undefined} wheel the pinned one of this system
 * @returns {GivenSource}
 * @throws {ProvisioningError} that names what was found, what was expected and where to get it
 */
export function recognize(given, site, wheel) {
  const place = path.resolve(given);
  const facts = statSync(place, { throwIfNoEntry: false });
  if (facts === undefined) throw unsuitable('there is no file or folder', place, site, wheel);
  if (!facts.isDirectory()) return recognizeFile(place, site, wheel);
  const installations = foldersBelow(place, DEPTH).filter((each) =>
    existsSync(path.join(each, MANIFEST)),
  );
  const wheels = foldersBelow(place, DEPTH - 1).flatMap((each) =>
    filesIn(each).filter((file) => file.endsWith('.whl')),
  );
  /** @type {ProvisioningError | undefined} */
  let problem;
  for (const folder of installations) {
    try {
      return recognizeInstallation(folder, site, wheel);
    } catch (error) {
      if (!(error instanceof ProvisioningError)) throw error;
      // Another one may be suitable.
      problem ??= error;
    }
  }
  const file = wheels.find((each) => statSync(each).size === wheel?.bytes) ?? wheels[0];
  if (file !== undefined) return recognizeFile(file, site, wheel);
  if (problem !== undefined) throw problem;
  throw unsuitable('no installation of TensorFlow and no wheel is in', place, site, wheel);
}

/**
 * @param {string} file
 * @param {Site} site
 * @param {Wheel | undefined} wheel
 * @returns {GivenSource}
 */
function recognizeFile(file, site, wheel) {
  if (file.endsWith('.whl')) {
    if (wheel !== undefined) return { kind: 'wheel', file };
    throw unsuitable(`a wheel can't be used on ${site.system}:`, file, site, wheel);
  }
  if (path.basename(file) === MANIFEST) {
    return recognizeInstallation(path.dirname(file), site, wheel);
  }
  if (/libtensorflow.*\.(tar\.gz|tgz|zip)$/.test(file)) {
    throw unsuitable(
      "an archive of libtensorflow has no addon for Node, which tfjs-node's own download adds:",
      file,
      site,
      wheel,
    );
  }
  throw unsuitable('neither a wheel nor an installation:', file, site, wheel);
}

/**
 * @param {string} directory
 * @param {Site} site
 * @param {Wheel | undefined} wheel
 * @returns {GivenSource}
 */
function recognizeInstallation(directory, site, wheel) {
  const manifest = readManifest(directory);
  if (manifest === undefined || !isSound(manifest)) {
    throw unsuitable(`${MANIFEST} is damaged, or of another version, in`, directory, site, wheel);
  }
  const { route, tensorflow, system } = manifest;
  if (system !== undefined && system !== site.system) {
    throw unsuitable(
      `TensorFlow for ${system}, not for ${site.system}, is in`,
      directory,
      site,
      wheel,
    );
  }
  if (route === 'wheel' && tensorflow !== WHEEL_VERSION) {
    throw unsuitable(
      `TensorFlow ${tensorflow}, not ${WHEEL_VERSION}, is in`,
      directory,
      site,
      wheel,
    );
  }
  return { kind: 'installation', installation: { ...manifest, directory } };
}

/**
 * Whether a manifest, which may come from anywhere, lists files of its own folder only.
 *
 * @param {import('./installation.mjs').Manifest} manifest
 * @returns {boolean}
 */
function isSound({ route, tensorflow, binding, files }) {
  if (!['official', 'wheel'].includes(route) || typeof tensorflow !== 'string') return false;
  if (!Array.isArray(files) || !files.some((file) => file.path === binding)) return false;
  return files.every((file) => {
    if (!isInside(file.path)) return false;
    return 'link' in file
      ? isInside(path.posix.join(path.posix.dirname(file.path), file.link))
      : typeof file.bytes === 'number' && typeof file.sha256 === 'string';
  });
}

/**
 * @param {unknown} name
 * @returns {boolean} whether it is a path below a folder that it is relative to
 */
function isInside(name) {
  if (typeof name !== 'string' || name === '' || name.includes('\\')) return false;
  return !path.isAbsolute(name) && path.posix.normalize(name).split('/')[0] !== '..';
}

/**
 * Copies a finished installation.
 *
 * @param {Installation} installation
 * @param {string} directory an empty folder
 * @param {RouteContext} context
 * @returns {Promise<Provisioned>}
 * @throws {ProvisioningError} if a file is damaged
 */
export async function copyInstallation(installation, directory, context) {
  const { step, signal, requireDiskSpace, note } = context;
  const bytes = installation.files.reduce(
    (sum, file) => sum + ('link' in file ? 0 : file.bytes),
    0,
  );
  await requireDiskSpace(bytes);
  note(`Copying TensorFlow ${installation.tensorflow} from ${installation.directory}.`);
  await step(
    'Copy it',
    async (report) => {
      let done = 0;
      for (const file of installation.files) {
        signal?.throwIfAborted();
        const source = path.join(installation.directory, file.path);
        const destination = path.join(directory, file.path);
        await mkdir(path.dirname(destination), { recursive: true });
        try {
          if ('link' in file) await symlink(file.link, destination);
          // Where the file system can, it shares the bytes instead of copying them.
          else await copyFile(source, destination, constants.COPYFILE_FICLONE);
        } catch (cause) {
          throw damagedCopy(installation, messageOf(cause), cause);
        }
        if (!('link' in file)) report((done += file.bytes));
      }
    },
    bytes,
  );
  const problems = await step('Check it', () => verifyInstallation({ ...installation, directory }));
  if (problems.length > 0) throw damagedCopy(installation, problems.join(' '));
  const { binding, tensorflow } = installation;
  return { binding, tensorflow };
}

/**
 * @param {Installation} installation
 * @param {string} problem
 * @param {unknown} [cause]
 * @returns {unknown}
 */
function damagedCopy({ directory, tensorflow }, problem, cause) {
  if (['ENOSPC', 'EDQUOT'].includes(systemCode(cause) ?? '')) return cause;
  return new ProvisioningError(
    `the installation of TensorFlow ${tensorflow} in ${directory} is damaged: ${problem}`,
    'Copy it again from a machine where "ticket doctor" finds no problem.',
    { cause },
  );
}

/**
 * @param {string} file
 * @param {Wheel} wheel
 * @param {RouteContext} context
 * @returns {Promise<void>}
 * @throws {ProvisioningError} if it is not the pinned wheel
 */
export async function checkGivenWheel(file, wheel, context) {
  const { size } = await stat(file);
  const sha256 = await context.step(
    'Check it',
    (report) => sha256Of(file, { onBytes: report, signal: context.signal }),
    size,
  );
  if (sha256 === wheel.sha256) return;
  const other = systemOfWheel(sha256);
  const what =
    other === undefined
      ? `a wheel with another content (${size} bytes, SHA-256 ${sha256}):`
      : `the wheel for ${other}, not for ${context.site.system}:`;
  throw unsuitable(what, file, context.site, wheel);
}

/**
 * @param {string} found what is wrong with it, to be followed by the path
 * @param {string} place
 * @param {Site} site
 * @param {Wheel | undefined} wheel
 * @returns {ProvisioningError}
 */
function unsuitable(found, place, site, wheel) {
  const folder = `the folder of a finished installation for ${site.system}`;
  if (wheel === undefined) {
    return new ProvisioningError(
      `${found} ${place}. Expected: ${folder}.`,
      `Copy the folder tensorflow from the cache of another machine of this kind ("ticket tensorflow" names it there).`,
    );
  }
  return new ProvisioningError(
    `${found} ${place}. Expected: ${folder} with TensorFlow ${WHEEL_VERSION}, or the wheel of ` +
      `${wheel.package} ${WHEEL_VERSION} for CPython 3.12 and ${wheel.platform} ` +
      `(${wheel.bytes} bytes, SHA-256 ${wheel.sha256}).`,
    'Get the wheel on a machine with a network: pip download --no-deps --only-binary=:all: ' +
      `--python-version 3.12 --platform ${wheel.platform} ${wheel.package}==${WHEEL_VERSION}. Or copy ` +
      'the folder tensorflow from the cache of another machine ("ticket tensorflow" names it there).',
  );
}

/**
 * A folder and those below it, down to a depth.
 *
 * @param {string} folder
 * @param {number} depth
 * @returns {string[]}
 */
function foldersBelow(folder, depth) {
  if (depth === 0) return [folder];
  return [
    folder,
    ...entriesOf(folder)
      .filter((entry) => entry.isDirectory())
      .flatMap((entry) => foldersBelow(path.join(folder, entry.name), depth - 1)),
  ];
}

/**
 * @param {string} folder
 * @returns {string[]}
 */
function filesIn(folder) {
  return entriesOf(folder)
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(folder, entry.name));
}

/**
 * @param {string} folder
 * @returns {import('node:fs').Dirent[]}
 */
function entriesOf(folder) {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch {
    // Not for this user.
    return [];
  }
}
