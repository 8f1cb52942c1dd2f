/**
 * A provisioned TensorFlow: a folder in the user's cache with the libraries, the addon, and a manifest
 * that was written last. All references are relative, so the folder can be moved.
 *
 * Every start of the program looks for it, so this module loads nothing that only provisioning needs.
 */
import { existsSync, lstatSync, readlinkSync, statSync } from 'node:fs';
import path from 'node:path';
import { flushFileAsync, writeFileAtomically } from './atomic-file.mjs';
import { filesBelow, sha256Of } from './files.mjs';
import { ProvisioningError } from './provisioning-error.mjs';
import {
  cacheDirectory,
  packageManifest,
  PROJECT_DIRECTORY,
  readJson,
  record,
  requiredPackageDirectory,
} from './project.mjs';

/** @typedef {import('./node-runtime.mjs').NodeRuntime} NodeRuntime */

/** @typedef {'official' | 'wheel'} Route */

/**
 * A file of the installation; `path` is relative to its folder, with `/`.
 *
 * @typedef {{ path: string, bytes: number, sha256: string }} FileRecord
 */
/** @typedef {{ path: string, link: string }} LinkRecord */

/**
 * @typedef {object} Manifest
 * @property {number} schema
 * @property {Route} route where the libraries came from
 * @property {string} tensorflow version that the library reports
 * @property {string} binding path of the addon in the folder
 * @property {string} [system] what it was made for, such as `linux-x64`; earlier versions did not say
 * @property {(FileRecord | LinkRecord)[]} files
 */

/** @typedef {Manifest & { directory: string }} Installation */

/**
 * What an installation is for, and where.
 *
 * @typedef {object} Site
 * @property {string} cache the folder of all installations
 * @property {string} tfjsNode the folder of the package tfjs-node
 * @property {string} system platform and architecture, such as `linux-x64`
 * @property {string} prebuilt where the package has its compiled addon, if it has one
 * @property {readonly Route[]} routes in the order in which they are tried
 * @property {NodeJS.ProcessEnv} environment
 */

/**
 * What a route needs for its work.
 *
 * @typedef {object} RouteContext
 * @property {Site} site
 * @property {NodeRuntime} node
 * @property {AbortSignal | undefined} signal
 * @property {(text: string) => void} note
 * @property {Step} step
 * @property {(bytes: number) => Promise<void>} requireDiskSpace
 */

/**
 * Runs a piece of work and shows it under a label. The work reports the bytes done, out of `total`.
 *
 * @typedef {<T>(label: string, work: (report: (done: number) => void) => Promise<T>, total?: number) => Promise<T>} Step
 */

/**
 * The result of a route: the addon's path in its folder, and the version that it must report.
 *
 * @typedef {{ binding: string, tensorflow?: string }} Provisioned
 */

/**
 * @typedef {object} SiteOptions
 * @property {string} [cacheDir]
 * @property {string} [tfjsNode]
 * @property {string} [system]
 * @property {string} [prebuilt]
 * @property {NodeJS.ProcessEnv} [environment]
 */

/** The name of the list of an installation's files. */
export const MANIFEST = 'manifest.json';

/** The version that the wheel route installs. The official route installs tfjs-node's own. */
export const WHEEL_VERSION = '2.21.0';

/** Increase it when installations are made differently: then older ones are replaced. */
const MANIFEST_SCHEMA = 1;

const ROUTES = /** @type {readonly Route[]} */ (['official', 'wheel']);

/**
 * @param {SiteOptions} [options]
 * @returns {Site}
 * @throws {ProvisioningError} if tfjs-node is not installed, or `TICKET_TENSORFLOW_ROUTE` is not a route
 */
export function siteOf(options = {}) {
  const { environment = process.env, system = `${process.platform}-${process.arch}` } = options;
  return {
    cache: path.join(options.cacheDir ?? cacheDirectory(environment), 'tensorflow'),
    tfjsNode: options.tfjsNode ?? requiredPackageDirectory('@tensorflow/tfjs-node'),
    system,
    prebuilt:
      options.prebuilt ??
      path.join(PROJECT_DIRECTORY, 'resources', 'native', system, 'tfjs_binding.node'),
    routes: routesOf(environment['TICKET_TENSORFLOW_ROUTE']),
    environment,
  };
}

/**
 * @param {string | undefined} forced
 * @returns {readonly Route[]}
 */
function routesOf(forced) {
  if (!forced) return ROUTES;
  const route = ROUTES.find((each) => each === forced);
  if (route) return [route];
  throw new ProvisioningError(
    `TICKET_TENSORFLOW_ROUTE is "${forced}", which is not a route.`,
    `Set it to ${ROUTES.join(' or ')}, or unset it to try both.`,
  );
}

/**
 * @param {Route} route
 * @param {Site} site
 * @returns {string}
 */
export function installationDirectory(route, site) {
  const tfjsVersion = String(packageManifest(site.tfjsNode)['version']);
  const source = route === 'wheel' ? `wheel-${WHEEL_VERSION}` : route;
  return path.join(site.cache, `tfjs-node-${tfjsVersion}-${site.system}-${source}`);
}

/**
 * The finished installation. Checks only its manifest and the sizes of its files; `verifyInstallation`
 * checks their content.
 *
 * @param {Site} [site]
 * @returns {Installation | undefined}
 */
export function findTensorFlow(site = siteOf()) {
  for (const route of site.routes) {
    const directory = installationDirectory(route, site);
    const manifest = readManifest(directory);
    if (manifest?.files.every((file) => isInPlace(directory, file))) {
      return { ...manifest, directory };
    }
  }
  return undefined;
}

/**
 * A finished installation that is no longer whole: a file of its manifest is missing or has another
 * size, or the manifest can't be read.
 *
 * @param {Site} [site]
 * @returns {{ directory: string, problem: string } | undefined} undefined if there is none
 */
export function findDamagedTensorFlow(site = siteOf()) {
  for (const route of site.routes) {
    const directory = installationDirectory(route, site);
    if (!existsSync(directory)) continue;
    const manifest = readManifest(directory);
    if (manifest === undefined) {
      return { directory, problem: `its list of files, ${MANIFEST}, is missing or damaged` };
    }
    const file = manifest.files.find((each) => !isInPlace(directory, each));
    if (file) return { directory, problem: `${file.path} is missing or has another size` };
  }
  return undefined;
}

/**
 * @param {Installation} installation
 * @returns {string} the path of the addon
 */
export function bindingOf(installation) {
  return path.join(installation.directory, installation.binding);
}

/**
 * @param {string} directory
 * @returns {Manifest | undefined} undefined if there is no manifest of this schema
 */
export function readManifest(directory) {
  try {
    const manifest = record(readJson(path.join(directory, MANIFEST)));
    return manifest['schema'] === MANIFEST_SCHEMA
      ? /** @type {Manifest} */ (/** @type {unknown} */ (manifest))
      : undefined;
  } catch {
    return undefined;
  }
}

/**
 * @param {string} directory
 * @param {FileRecord | LinkRecord} file
 * @returns {boolean}
 */
function isInPlace(directory, file) {
  try {
    const place = path.join(directory, file.path);
    if ('link' in file) return readlinkSync(place) === file.link;
    return statSync(place).size === file.bytes;
  } catch {
    return false;
  }
}

/**
 * Compares the content of every file with its recorded checksum.
 *
 * @param {Installation} installation
 * @returns {Promise<string[]>} what is wrong, one sentence for each file
 */
export async function verifyInstallation(installation) {
  const problems = [];
  for (const file of installation.files) {
    const place = path.join(installation.directory, file.path);
    if (!isInPlace(installation.directory, file)) {
      problems.push(`${place} is missing or its size has changed since it was provisioned.`);
    } else if (!('link' in file) && (await sha256Of(place)) !== file.sha256) {
      problems.push(`${place} is damaged: its SHA-256 is not ${file.sha256}.`);
    }
  }
  return problems;
}

/**
 * Writes the manifest of a folder. From then on the folder counts as finished.
 *
 * @param {string} directory
 * @param {{ route: Route, tensorflow: string, binding: string, system: string }} facts
 * @returns {Promise<void>}
 */
export async function writeManifest(directory, facts) {
  /** @type {(FileRecord | LinkRecord)[]} */
  const files = [];
  for (const { path: place, isLink } of await filesBelow(directory)) {
    const relative = path.relative(directory, place).split(path.sep).join('/');
    if (isLink) {
      files.push({ path: relative, link: readlinkSync(place) });
      continue;
    }
    await flushFileAsync(place);
    files.push({ path: relative, bytes: lstatSync(place).size, sha256: await sha256Of(place) });
  }
  /** @type {Manifest} */
  const manifest = { schema: MANIFEST_SCHEMA, ...facts, files };
  writeFileAtomically(path.join(directory, MANIFEST), `${JSON.stringify(manifest, null, 2)}\n`);
}
