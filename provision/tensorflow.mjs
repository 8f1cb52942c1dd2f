/**
 * Makes TensorFlow's addon loadable: from the cache, else from a folder or file that is given, else
 * through tfjs-node's own download, else from the Python wheel. Idempotent. A new installation is made in
 * a separate folder, which is renamed once it is complete, has been loaded and has its manifest.
 */
import { randomUUID } from 'node:crypto';
import { existsSync, mkdirSync } from 'node:fs';
import { mkdir, readdir, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { flushFolder } from './atomic-file.mjs';
import { quote, runCommand } from './command.mjs';
import { freeBytes } from './files.mjs';
import { withTensorFlowEnvironment } from './environment.mjs';
import {
  findDamagedTensorFlow,
  findTensorFlow,
  installationDirectory,
  siteOf,
  writeManifest,
} from './installation.mjs';
import { withLock } from './lock.mjs';
import { findNode } from './node-runtime.mjs';
import { officialHost, officialHostAnswers, provisionOfficially } from './official-route.mjs';
import { isInstalledApplication, record } from './project.mjs';
import { checkGivenWheel, copyInstallation, recognize } from './given-source.mjs';
import { savePrebuiltAddon } from './prebuilt-addon.mjs';
import { messageOf, ProvisioningError, systemCode } from './provisioning-error.mjs';
import { megabytes } from './terminal-line.mjs';
import { provisionFromWheel, removeOtherDownloads, wheelFor } from './wheel-route.mjs';

/** @typedef {import('./installation.mjs').Installation} Installation */
/** @typedef {import('./installation.mjs').Provisioned} Provisioned */
/** @typedef {import('./installation.mjs').Route} Route */
/** @typedef {import('./installation.mjs').RouteContext} RouteContext */
/** @typedef {import('./installation.mjs').Site} Site */
/** @typedef {import('./installation.mjs').SiteOptions} SiteOptions */
/** @typedef {import('./installation.mjs').Step} Step */
/** @typedef {import('./node-runtime.mjs').NodeRuntime} NodeRuntime */
/** @typedef {import('./progress.mjs').OnProgress} OnProgress */
/** @typedef {import('./wheel-route.mjs').Wheel} Wheel */

/**
 * @typedef {object} EnsureOptions
 * @property {NodeRuntime} [node] the Node that will load it
 * @property {OnProgress} [onProgress]
 * @property {AbortSignal} [signal]
 * @property {Wheel} [wheel] a wheel to use instead of the pinned one
 * @property {string} [from] a folder or file to take it from, instead of a download
 * @property {boolean} [prefersWheel] whether the wheel comes before tfjs-node's own download, which can't
 *   be paused. Default: in an installed application
 */

const LOAD_TIMEOUT = 2 * 60_000;
const UNFINISHED = '.unfinished-';

/**
 * @param {EnsureOptions & SiteOptions} [options]
 * @returns {Promise<Installation>}
 * @throws {ProvisioningError} that says what is missing and how to get it
 * @throws the reason of `signal` if it is aborted; only what has been downloaded stays
 */
export async function ensureTensorFlow(options = {}) {
  const site = siteOf(options);
  const existing = findTensorFlow(site);
  if (existing) return existing;
  const { signal, onProgress = () => undefined } = options;
  const note = (/** @type {string} */ text) => {
    onProgress({ type: 'note', text });
  };
  const damaged = findDamagedTensorFlow(site);
  if (damaged) note(`${describeDamage(damaged)} Setting it up again.`);
  try {
    mkdirSync(site.cache, { recursive: true });
    return await withLock(
      lockOf(site),
      // Another process may have set it up in the meantime.
      async () => findTensorFlow(site) ?? (await provision(site, options)),
      {
        signal,
        onWait: () => {
          note('Another process is setting up TensorFlow; waiting for it.');
        },
      },
    );
  } catch (error) {
    signal?.throwIfAborted();
    const described = describedError(error, site);
    if (!damaged || !(described instanceof ProvisioningError)) throw described;
    throw new ProvisioningError(
      `${describeDamage(damaged)} It can't be set up again: ${described.message}`,
      described.hint,
      { cause: described },
    );
  }
}

/**
 * The lock under which an installation is made or removed.
 *
 * @param {Site} site
 * @returns {string}
 */
export function lockOf(site) {
  return path.join(site.cache, 'provisioning.lock');
}

/**
 * Removes TensorFlow and what was downloaded of it. Programs that have loaded it keep it.
 *
 * @param {SiteOptions} [options]
 * @returns {Promise<string[]>} the folders that were removed
 */
export async function removeTensorFlow(options = {}) {
  const site = siteOf(options);
  if (!existsSync(site.cache)) return [];
  return withLock(
    lockOf(site),
    async () => {
      const folders = site.routes
        .map((route) => installationDirectory(route, site))
        .filter((folder) => existsSync(folder));
      for (const folder of folders) await rm(folder, { recursive: true });
      await removeOtherDownloads(undefined, site);
      await removeUnfinished(site);
      return folders;
    },
    {
      onWait: () => {
        throw new ProvisioningError(
          'another process is setting TensorFlow up.',
          'Wait until it has finished, or stop it.',
        );
      },
    },
  );
}

/**
 * Compiles the addon for the package of the application, which needs no compiler then. TensorFlow is
 * set up from the wheel for that, if it is not yet.
 *
 * @param {string} output the addon's file
 * @param {EnsureOptions & SiteOptions} [options]
 * @returns {Promise<void>}
 */
export async function compileAddon(output, options = {}) {
  const environment = { ...(options.environment ?? process.env), TICKET_TENSORFLOW_ROUTE: 'wheel' };
  const installation = await ensureTensorFlow({ ...options, environment });
  await savePrebuiltAddon(installation, siteOf({ ...options, environment }), output);
}

/**
 * @param {{ directory: string, problem: string }} damage
 * @returns {string} a sentence
 */
export function describeDamage({ directory, problem }) {
  return `TensorFlow in ${directory} is damaged: ${problem}.`;
}

/**
 * @param {Site} site
 * @param {EnsureOptions} options
 * @returns {Promise<Installation>}
 */
async function provision(site, options) {
  const { signal, onProgress = () => undefined } = options;
  await removeUnfinished(site);
  /** @type {RouteContext} */
  const context = {
    site,
    node: options.node ?? findNode({ environment: site.environment }),
    signal,
    note: (text) => {
      onProgress({ type: 'note', text });
    },
    step: stepsOf(onProgress),
    requireDiskSpace: async (bytes) => {
      const lack = lackOfSpace(site.cache, bytes, await freeBytes(site.cache));
      if (lack) throw lack;
    },
  };
  const wheel = options.wheel ?? wheelFor(site.system);
  await removeOtherDownloads(wheel, site);
  if (options.from !== undefined) {
    const installation = await provisionFrom(options.from, wheel, context);
    await removeOtherDownloads(undefined, site);
    return installation;
  }
  const { prefersWheel = isInstalledApplication() } = options;
  const isWheelFirst = prefersWheel && wheel !== undefined && site.routes.includes('wheel');
  if (!isWheelFirst && (await shouldTryOfficial(site, onProgress))) {
    try {
      return await make('official', context, (directory) =>
        provisionOfficially(directory, context),
      );
    } catch (error) {
      signal?.throwIfAborted();
      if (!site.routes.includes('wheel') || wheel === undefined) throw error;
      context.note(`${messageOf(error)}\nUsing the libraries of the Python wheel instead.`);
    }
  }
  if (wheel === undefined) throw noRoute(site);
  const installation = await make('wheel', context, (directory) =>
    provisionFromWheel(wheel, directory, context),
  );
  await removeOtherDownloads(undefined, site);
  return installation;
}

/**
 * @param {string} from
 * @param {Wheel | undefined} wheel
 * @param {RouteContext} context
 * @returns {Promise<Installation>}
 */
async function provisionFrom(from, wheel, context) {
  const source = recognize(from, context.site, wheel);
  if (source.kind === 'installation') {
    const { installation } = source;
    return make(installation.route, context, (directory) =>
      copyInstallation(installation, directory, context),
    );
  }
  if (wheel === undefined) throw noRoute(context.site);
  await checkGivenWheel(source.file, wheel, context);
  return make('wheel', context, (directory) =>
    provisionFromWheel(wheel, directory, context, source.file),
  );
}

/**
 * @param {Site} site
 * @param {OnProgress} onProgress
 * @returns {Promise<boolean>}
 */
async function shouldTryOfficial(site, onProgress) {
  if (!site.routes.includes('official')) return false;
  if (!site.routes.includes('wheel')) return true;
  onProgress({ type: 'step', label: "Look for tfjs-node's own download", state: 'running' });
  const answers = await officialHostAnswers(site);
  if (!answers) onProgress({ type: 'note', text: "tfjs-node's own download can't be reached." });
  return answers;
}

/**
 * @param {Site} site
 * @returns {ProvisioningError}
 */
export function noRoute(site) {
  return site.routes.includes('official')
    ? new ProvisioningError(
        `TensorFlow for ${site.system} is only available through tfjs-node's own download, and its host ` +
          `(${new URL(officialHost(site)).host}) does not answer.`,
        'Connect this machine to the open internet once (behind a proxy, set HTTPS_PROXY).',
      )
    : new ProvisioningError(
        `there is no TensorFlow wheel with libraries for ${site.system}.`,
        "Unset TICKET_TENSORFLOW_ROUTE, so that tfjs-node's own download is tried.",
      );
}

/**
 * Makes an installation next to its final place and moves it there once it works.
 *
 * @param {Route} route
 * @param {RouteContext} context
 * @param {(directory: string) => Promise<Provisioned>} recipe
 * @returns {Promise<Installation>}
 */
async function make(route, context, recipe) {
  const place = installationDirectory(route, context.site);
  const unfinished = `${place}${UNFINISHED}${randomUUID()}`;
  try {
    await mkdir(unfinished);
    const { binding, tensorflow: expected } = await recipe(unfinished);
    const tensorflow = await context.step('Load it', () =>
      loadedVersion(path.join(unfinished, binding), {
        node: context.node,
        environment: context.site.environment,
        signal: context.signal,
      }),
    );
    if (expected !== undefined && tensorflow !== expected) {
      throw new ProvisioningError(
        `TensorFlow reports version ${tensorflow}; expected ${expected}.`,
        'Please report this, with the output of "npm run ticket -- doctor".',
      );
    }
    await context.step('Record its checksums', () =>
      writeManifest(unfinished, { route, tensorflow, binding, system: context.site.system }),
    );
    context.signal?.throwIfAborted();
    await moveInto(unfinished, place);
  } finally {
    await rm(unfinished, { recursive: true, force: true });
  }
  const installation = findTensorFlow(context.site);
  if (installation) return installation;
  throw new ProvisioningError(
    `${place} changed during the setup of TensorFlow.`,
    'Does something clean that folder? Choose another one with TICKET_CACHE_DIR.',
  );
}

/**
 * Loads the addon in a separate process and computes something with it.
 *
 * @param {string} binding
 * @param {{ node: NodeRuntime, environment: NodeJS.ProcessEnv, signal?: AbortSignal | undefined }} options
 * @returns {Promise<string>} TensorFlow's version
 * @throws {ProvisioningError} if it doesn't load or gives a wrong result
 */
export async function loadedVersion(binding, { node, environment, signal }) {
  const script = fileURLToPath(new URL('./load-check.mjs', import.meta.url));
  const outcome = await runCommand(node.path, [script, binding], {
    environment: withTensorFlowEnvironment(environment),
    timeout: LOAD_TIMEOUT,
    signal,
  });
  if (outcome.code === 0) {
    const answer = record(JSON.parse(outcome.output.trim().split('\n').at(-1) ?? ''));
    return String(answer['tensorflow']);
  }
  if (outcome.signal === 'SIGILL') {
    throw new ProvisioningError(
      'this processor lacks instructions TensorFlow is compiled for (AVX).',
      'A machine with a newer processor is needed; in a virtual machine, pass the processor through.',
    );
  }
  const how = outcome.timedOut
    ? `does not load within ${LOAD_TIMEOUT / 1000} s`
    : `does not load (${outcome.signal ?? `exit code ${outcome.code ?? '?'}`})`;
  throw new ProvisioningError(
    `TensorFlow was set up, but ${how}.\n${quote('Node', outcome.output)}`,
    'Its libraries need Linux with glibc 2.27 and libstdc++ of GCC 8, or newer, or macOS 12.',
  );
}

/**
 * @param {string} finished
 * @param {string} place
 * @returns {Promise<void>}
 */
async function moveInto(finished, place) {
  // An existing folder must be incomplete, or it would have been found. Programs that loaded it keep it.
  const old = `${place}${UNFINISHED}${randomUUID()}`;
  try {
    await rename(place, old);
  } catch (error) {
    if (systemCode(error) !== 'ENOENT') throw error;
  }
  await rename(finished, place);
  flushFolder(path.dirname(place));
  await rm(old, { recursive: true, force: true });
}

/**
 * Removes what killed processes left behind.
 *
 * @param {Site} site
 * @returns {Promise<void>}
 */
async function removeUnfinished(site) {
  for (const name of await readdir(site.cache)) {
    if (!name.includes(UNFINISHED)) continue;
    await rm(path.join(site.cache, name), { recursive: true, force: true });
  }
}

/**
 * @param {OnProgress} onProgress
 * @returns {Step}
 */
function stepsOf(onProgress) {
  return async (label, work, total) => {
    const known = total === undefined ? {} : { total };
    /** @type {{ done?: number }} */
    let latest = {};
    let isOver = false;
    onProgress({ type: 'step', label, state: 'running', ...known });
    try {
      const result = await work((done) => {
        // Work that polls a folder may report after its end.
        if (isOver) return;
        latest = { done };
        onProgress({ type: 'step', label, state: 'running', done, ...known });
      });
      isOver = true;
      const all = total === undefined ? latest : { done: total };
      onProgress({ type: 'step', label, state: 'done', ...all });
      return result;
    } catch (error) {
      isOver = true;
      onProgress({ type: 'step', label, state: 'failed' });
      throw error;
    }
  };
}

/**
 * @param {string} directory
 * @param {number} needed bytes
 * @param {number | null} free bytes; null if the system does not report it
 * @returns {ProvisioningError | undefined}
 */
export function lackOfSpace(directory, needed, free) {
  if (free === null || free >= needed) return undefined;
  return new ProvisioningError(
    `setting up TensorFlow needs ${megabytes(needed)} in ${directory}; ${megabytes(free)} are free.`,
    'Free some space, or choose a folder on another disk with TICKET_CACHE_DIR.',
  );
}

/**
 * @param {unknown} error
 * @param {Site} site
 * @returns {unknown}
 */
function describedError(error, site) {
  switch (systemCode(error)) {
    case 'ENOSPC':
    case 'EDQUOT':
      return new ProvisioningError(
        `the disk of ${site.cache} filled up during the setup of TensorFlow.`,
        'Free some space, or choose a folder on another disk with TICKET_CACHE_DIR.',
        { cause: error },
      );
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
    case 'ENOTDIR':
    case 'EEXIST':
      return new ProvisioningError(
        `the cache ${site.cache} can't be written: ${messageOf(error)}`,
        'Make that folder writable, or choose another one with TICKET_CACHE_DIR.',
        { cause: error },
      );
    default:
      return error;
  }
}
