/** What is known about TensorFlow on this machine, and what setting it up would need. */
import { downloadedBytes } from './download.mjs';
import { bytesBelow, freeBytes } from './files.mjs';
import {
  findDamagedTensorFlow,
  findTensorFlow,
  installationDirectory,
  siteOf,
} from './installation.mjs';
import { isLocked } from './lock.mjs';
import { officialHost } from './official-route.mjs';
import { shown } from './package-index.mjs';
import { packageIndex } from './pip-configuration.mjs';
import { prebuiltAddon } from './prebuilt-addon.mjs';
import { lockOf } from './tensorflow.mjs';
import { bytesNeeded, downloadPlace, wheelFor } from './wheel-route.mjs';

/** @typedef {import('./installation.mjs').Route} Route */
/** @typedef {import('./installation.mjs').Site} Site */
/** @typedef {import('./installation.mjs').SiteOptions} SiteOptions */
/** @typedef {import('./wheel-route.mjs').Wheel} Wheel */

/**
 * @typedef {object} SetupNeeds
 * @property {string} source the host that it would be downloaded from
 * @property {number | undefined} downloadBytes undefined if only the download itself tells
 * @property {number} downloadedBytes how many of them are there already
 * @property {number | undefined} diskBytes what it occupies afterwards
 * @property {number | undefined} neededBytes the free space that setting it up takes
 * @property {number | undefined} freeBytes undefined if the system does not report it
 * @property {boolean} needsCompiler whether the package has no addon that fits
 */

/**
 * @typedef {object} SetupStatus
 * @property {'installed' | 'damaged' | 'missing'} state
 * @property {string} directory where it is, or would be
 * @property {string | undefined} version
 * @property {Route | undefined} route
 * @property {number | undefined} bytes what it occupies
 * @property {string | undefined} problem what is damaged
 * @property {boolean} isBusy whether a process is setting it up, or removing it, now
 * @property {SetupNeeds} needs
 */

/**
 * @param {SiteOptions & { wheel?: Wheel }} [options]
 * @returns {Promise<SetupStatus>}
 */
export async function setupStatus(options = {}) {
  const site = siteOf(options);
  const wheel = site.routes.includes('wheel')
    ? (options.wheel ?? wheelFor(site.system))
    : undefined;
  const found = findTensorFlow(site);
  const damaged = found ? undefined : findDamagedTensorFlow(site);
  const planned = installationDirectory(wheel ? 'wheel' : 'official', site);
  const place = found ?? damaged;
  return {
    state: found ? 'installed' : damaged ? 'damaged' : 'missing',
    directory: place?.directory ?? planned,
    version: found?.tensorflow,
    route: found?.route,
    bytes: place && (await bytesBelow(place.directory)),
    problem: damaged?.problem,
    isBusy: isLocked(lockOf(site)),
    needs: wheel ? await needsOfWheel(wheel, site) : await needsOfOfficial(site),
  };
}

/**
 * @param {Wheel} wheel
 * @param {Site} site
 * @returns {Promise<SetupNeeds>}
 */
async function needsOfWheel(wheel, site) {
  const already = Math.min(wheel.bytes, await downloadedBytes(downloadPlace(wheel, site)));
  return {
    source: hostOf(shown(packageIndex(site.environment))),
    downloadBytes: wheel.bytes,
    downloadedBytes: already,
    diskBytes: wheel.libraryBytes,
    neededBytes: bytesNeeded(wheel, already),
    freeBytes: (await freeBytes(site.cache)) ?? undefined,
    needsCompiler: prebuiltAddon(site) === undefined,
  };
}

/**
 * @param {Site} site
 * @returns {Promise<SetupNeeds>}
 */
async function needsOfOfficial(site) {
  return {
    source: hostOf(officialHost(site)),
    downloadBytes: undefined,
    downloadedBytes: 0,
    diskBytes: undefined,
    neededBytes: undefined,
    freeBytes: (await freeBytes(site.cache)) ?? undefined,
    needsCompiler: false,
  };
}

/**
 * @param {string} address
 * @returns {string}
 */
function hostOf(address) {
  return URL.canParse(address) ? new URL(address).host : address;
}
