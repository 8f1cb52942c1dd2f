/** Finds the project, its packages and the user's cache. */
import { existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { messageOf, ProvisioningError } from './provisioning-error.mjs';

/** @typedef {Readonly<Record<string, string | undefined>>} Environment */

export const PROJECT_DIRECTORY = fileURLToPath(new URL('..', import.meta.url));

/**
 * Whether this is a package that somebody has installed, not a clone of the sources: a package has no
 * programs that pack it.
 *
 * @param {string} [project]
 * @returns {boolean}
 */
export function isInstalledApplication(project = PROJECT_DIRECTORY) {
  return !existsSync(path.join(project, 'packaging'));
}

const CACHE_NAME = 'ticket-workbench';

/**
 * The directory of an installed package as the project resolves it; undefined if it is not installed.
 *
 * @param {string} name
 * @param {string} [from] the directory of the package that needs it
 * @returns {string | undefined}
 */
export function packageDirectory(name, from = PROJECT_DIRECTORY) {
  for (let directory = path.resolve(from); ; directory = path.dirname(directory)) {
    const candidate = path.join(directory, 'node_modules', name);
    if (existsSync(path.join(candidate, 'package.json'))) return candidate;
    if (directory === path.dirname(directory)) return undefined;
  }
}

/**
 * @param {string} name
 * @param {string} [from]
 * @returns {string}
 * @throws {ProvisioningError} if it is not installed
 */
export function requiredPackageDirectory(name, from) {
  const directory = packageDirectory(name, from);
  if (directory !== undefined) return directory;
  throw new ProvisioningError(
    `the package ${name} is not installed.`,
    'Run "npm ci" in the project\'s directory.',
  );
}

/**
 * @param {string} file
 * @returns {unknown}
 */
export function readJson(file) {
  return JSON.parse(readFileSync(file, 'utf8'));
}

/**
 * A directory's package.json.
 *
 * @param {string} directory
 * @returns {Record<string, unknown>}
 * @throws {ProvisioningError} if it can't be read
 */
export function packageManifest(directory) {
  const file = path.join(directory, 'package.json');
  try {
    return record(readJson(file));
  } catch (cause) {
    throw new ProvisioningError(
      `${file} can't be read: ${messageOf(cause)}`,
      'Run "npm ci" in the project\'s directory.',
      { cause },
    );
  }
}

/**
 * `value` if it is an object, else an empty one. For reading data that others wrote.
 *
 * @param {unknown} value
 * @returns {Record<string, unknown>}
 */
export function record(value) {
  return typeof value === 'object' && value !== null
    ? /** @type {Record<string, unknown>} */ (value)
    : {};
}

/**
 * The folder for this user's provisioned files: `TICKET_CACHE_DIR`, else the system's usual place.
 *
 * @param {Environment} [environment]
 * @param {NodeJS.Platform} [platform]
 * @returns {string} an absolute path
 */
export function cacheDirectory(environment = process.env, platform = process.platform) {
  const chosen = environment['TICKET_CACHE_DIR'];
  if (chosen) return path.resolve(chosen);
  const home = homedir();
  if (platform === 'darwin') return path.join(home, 'Library', 'Caches', CACHE_NAME);
  if (platform === 'win32') {
    const local = environment['LOCALAPPDATA'] ?? path.join(home, 'AppData', 'Local');
    return path.join(local, CACHE_NAME, 'Cache');
  }
  const xdg = environment['XDG_CACHE_HOME'];
  // The XDG specification says to ignore a relative path.
  return path.join(xdg && path.isAbsolute(xdg) ? xdg : path.join(home, '.cache'), CACHE_NAME);
}
