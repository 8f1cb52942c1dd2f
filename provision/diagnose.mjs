/** What `ticket doctor` reports: facts, and how to fix what is wrong. */
import { findCompiler, missingCompiler } from './compiler.mjs';
import { freeBytes } from './files.mjs';
import {
  bindingOf,
  findDamagedTensorFlow,
  findTensorFlow,
  siteOf,
  verifyInstallation,
} from './installation.mjs';
import { findNode, MINIMUM_NODE } from './node-runtime.mjs';
import { officialHostAnswers } from './official-route.mjs';
import { cacheDirectory } from './project.mjs';
import { prebuiltAddon } from './prebuilt-addon.mjs';
import { messageOf, ProvisioningError } from './provisioning-error.mjs';
import { describeDamage, lackOfSpace, loadedVersion, noRoute } from './tensorflow.mjs';
import { bytesNeeded, wheelFor } from './wheel-route.mjs';

/** @typedef {import('./installation.mjs').Site} Site */
/** @typedef {import('./installation.mjs').SiteOptions} SiteOptions */
/** @typedef {import('./node-runtime.mjs').NodeRuntime} NodeRuntime */
/** @typedef {import('./compiler.mjs').Compiler} Compiler */
/** @typedef {import('./wheel-route.mjs').Wheel} Wheel */

/** @typedef {{ message: string, hint: string }} Problem */

/**
 * @typedef {object} TensorFlowFacts
 * @property {'official' | 'wheel'} route
 * @property {string} version
 * @property {string} directory
 * @property {boolean} isIntact whether every file has its checksum
 * @property {boolean} loads whether it loads and computes in a separate process
 */

/**
 * @typedef {object} Diagnosis
 * @property {{ running: string, minimum: string, chosen: ChosenNode | null }} node versions of Node: of
 *   this process, the minimum, and the one that programs run on
 * @property {TensorFlowFacts | null} tensorflow null if it is not provisioned
 * @property {boolean} isTensorFlowDamaged whether it was provisioned, and files are missing or cut
 * @property {string | null} compiler the version of the C++ compiler for provisioning from the wheel; null
 *   if missing
 * @property {{ directory: string, freeBytes: number | null, neededBytes: number | null }} cache;
 *   `neededBytes` is for provisioning from the wheel; null if there is no wheel
 * @property {Problem[]} problems what is broken, or would prevent the setup of TensorFlow
 */

/** @typedef {{ path: string, version: string, source: NodeRuntime['source'] }} ChosenNode */

/**
 * Checks everything and repairs nothing. Takes seconds, because it reads all provisioned files.
 *
 * @param {SiteOptions} [options]
 * @returns {Promise<Diagnosis>} also for a broken installation
 */
export async function diagnose(options = {}) {
  const { environment = process.env, system = `${process.platform}-${process.arch}` } = options;
  /** @type {Problem[]} */
  const problems = [];
  const chosen = attempt(() => findNode({ environment }), problems);
  const wheel = wheelFor(system);
  const compiler = await findCompiler({ environment });
  const directory = options.cacheDir ?? cacheDirectory(environment);
  const free = await freeBytes(directory);
  const tensorflow = await diagnoseTensorFlow(options, chosen, problems);
  const damaged =
    tensorflow === null ? attempt(() => findDamagedTensorFlow(siteOf(options)), []) : undefined;
  if (damaged) {
    problems.push({
      message: describeDamage(damaged),
      hint: 'The next search sets it up again, which needs the network once.',
    });
  }
  if (tensorflow === null && (damaged || problems.length === 0)) {
    const obstacle = await obstacleTo({ site: siteOf(options), compiler, wheel, free });
    if (obstacle) problems.push(problemOf(obstacle, ''));
  }
  return {
    node: {
      running: process.versions.node,
      minimum: MINIMUM_NODE,
      chosen: chosen ? { path: chosen.path, version: chosen.version, source: chosen.source } : null,
    },
    tensorflow,
    isTensorFlowDamaged: damaged !== undefined,
    compiler: compiler?.version ?? null,
    cache: {
      directory,
      freeBytes: free,
      neededBytes: wheel ? bytesNeeded(wheel) : null,
    },
    problems,
  };
}

/**
 * @param {SiteOptions} options
 * @param {NodeRuntime | undefined} node
 * @param {Problem[]} problems receives the problems found
 * @returns {Promise<Diagnosis['tensorflow']>}
 */
async function diagnoseTensorFlow(options, node, problems) {
  const site = attempt(() => siteOf(options), problems);
  const installation = site && attempt(() => findTensorFlow(site), problems);
  if (!site || !installation) return null;
  const damages = await verifyInstallation(installation);
  const again = `Remove ${installation.directory}; the next search sets it up again.`;
  for (const message of damages) problems.push({ message, hint: again });
  let loads = false;
  if (node) {
    try {
      await loadedVersion(bindingOf(installation), { node, environment: site.environment });
      loads = true;
    } catch (error) {
      problems.push(problemOf(error, again));
    }
  }
  return {
    route: installation.route,
    version: installation.tensorflow,
    directory: installation.directory,
    isIntact: damages.length === 0,
    loads,
  };
}

/**
 * What would prevent the setup of TensorFlow now.
 *
 * @param {{ site: Site, compiler: Compiler | undefined, wheel: Wheel | undefined, free: number | null }} facts
 * @returns {Promise<ProvisioningError | undefined>}
 */
async function obstacleTo({ site, compiler, wheel, free }) {
  if (site.routes.includes('official') && (await officialHostAnswers(site))) return undefined;
  if (wheel === undefined || !site.routes.includes('wheel')) return noRoute(site);
  if (compiler === undefined && prebuiltAddon(site) === undefined) {
    return missingCompiler(site.environment);
  }
  return lackOfSpace(site.cache, bytesNeeded(wheel), free);
}

/**
 * @template T
 * @param {() => T} look
 * @param {Problem[]} problems
 * @returns {T | undefined}
 */
function attempt(look, problems) {
  try {
    return look();
  } catch (error) {
    problems.push(problemOf(error, 'Run "npm ci" in the project\'s directory.'));
    return undefined;
  }
}

/**
 * @param {unknown} error
 * @param {string} hint for an error that has none
 * @returns {Problem}
 */
function problemOf(error, hint) {
  return {
    message: messageOf(error),
    hint: error instanceof ProvisioningError ? error.hint : hint,
  };
}
