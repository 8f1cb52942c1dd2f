/** Builds the window, and the desktop application around it, from their sources. */
import { mkdirSync, readdirSync, rmSync, statSync } from 'node:fs';
import path from 'node:path';
import { quote, runCommand } from './command.mjs';
import { withLock } from './lock.mjs';
import {
  packageDirectory,
  packageManifest,
  PROJECT_DIRECTORY,
  record,
  requiredPackageDirectory,
} from './project.mjs';
import { messageOf, ProvisioningError } from './provisioning-error.mjs';

/**
 * @typedef {object} BuildOptions
 * @property {string} [project] the project's directory
 * @property {(text: string) => void} [note] is told when a build begins and when it has ended
 */

const BUILD_MILLISECONDS = 5 * 60_000;

const WINDOW_FOLDER = 'out/renderer';
const WINDOW = `${WINDOW_FOLDER}/index.html`;
const DESKTOP = ['out/main/main.cjs', 'out/preload/preload.cjs', WINDOW];
const SOURCES = [
  'src',
  'provision',
  'vite.renderer.config.ts',
  'electron.vite.config.ts',
  'svelte.config.js',
  // Versions of Svelte, Vite and Chart.js.
  'package-lock.json',
];

/**
 * Builds the window if it is missing or older than its sources.
 *
 * @param {BuildOptions} [options]
 * @returns {Promise<string>} the folder of the built window
 * @throws {ProvisioningError} if it can't be built
 */
export async function buildWindow(options = {}) {
  const args = ['build', '--config', 'vite.renderer.config.ts'];
  await build([WINDOW], 'vite', args, options);
  return path.join(options.project ?? PROJECT_DIRECTORY, WINDOW_FOLDER);
}

/**
 * Builds the desktop application if a part of it is missing or older than its sources.
 *
 * @param {BuildOptions} [options]
 * @returns {Promise<void>}
 * @throws {ProvisioningError} if it can't be built
 */
export function buildDesktop(options = {}) {
  return build(DESKTOP, 'electron-vite', ['build'], options);
}

/**
 * @param {readonly string[]} outputs
 * @param {string} tool a package with a command of the same name
 * @param {readonly string[]} args
 * @param {BuildOptions} options
 * @returns {Promise<void>}
 */
async function build(outputs, tool, args, options) {
  const { project = PROJECT_DIRECTORY, note = () => undefined } = options;
  if (isUpToDate(project, outputs)) return;
  const isThere = outputs.every((file) => modifiedAt(project, file) > 0);
  // An installation without the tools for development has the window it came with.
  if (isThere && packageDirectory(tool, project) === undefined) return;
  makeFolder(path.join(project, 'out'));
  await withLock(path.join(project, 'out', 'build.lock'), async () => {
    // Another process may have built it until now.
    if (isUpToDate(project, outputs)) return;
    note('Building the window.');
    await run(project, outputs, tool, args, note);
  });
}

/**
 * @param {string} project
 * @param {readonly string[]} outputs
 * @param {string} tool
 * @param {readonly string[]} args
 * @param {(text: string) => void} note
 * @returns {Promise<void>}
 */
async function run(project, outputs, tool, args, note) {
  const directory = requiredPackageDirectory(tool, project);
  const { bin } = packageManifest(directory);
  const script = typeof bin === 'string' ? bin : record(bin)[tool];
  const outcome = await runCommand(
    process.execPath,
    [path.join(directory, String(script)), ...args],
    {
      directory: project,
      timeout: BUILD_MILLISECONDS,
      // Another value in the user's environment would give a window for development.
      environment: { ...process.env, NODE_ENV: 'production' },
    },
  );
  if (outcome.code === 0) {
    const size = /renderer: .* kB after gzip.*/.exec(outcome.output)?.[0];
    if (size !== undefined) note(`Built the window; ${size}.`);
    return;
  }
  for (const file of outputs) rmSync(path.join(project, file), { force: true });
  const limit = outcome.timedOut ? ` within ${BUILD_MILLISECONDS / 60_000} minutes` : '';
  throw new ProvisioningError(
    `the window can't be built${limit}.\n${quote(tool, outcome.output)}`,
    'If you have changed the sources, correct them. Otherwise run "npm ci" in the project\'s directory. Then try again.',
  );
}

/** @param {string} folder */
function makeFolder(folder) {
  try {
    mkdirSync(folder, { recursive: true });
  } catch (cause) {
    throw new ProvisioningError(
      `the window can't be built: ${messageOf(cause)}`,
      "Run the command as a user who may write into the project's directory.",
      { cause },
    );
  }
}

/**
 * @param {string} project
 * @param {readonly string[]} outputs
 * @returns {boolean}
 */
function isUpToDate(project, outputs) {
  const built = Math.min(...outputs.map((file) => modifiedAt(project, file)));
  return built > Math.max(...SOURCES.map((source) => newestBelow(project, source)));
}

/**
 * @param {string} project
 * @param {string} file relative to the project
 * @returns {number} milliseconds; 0 if the file is missing
 */
function modifiedAt(project, file) {
  return statSync(path.join(project, file), { throwIfNoEntry: false })?.mtimeMs ?? 0;
}

/**
 * @param {string} project
 * @param {string} source a file or folder, relative to the project
 * @returns {number}
 */
function newestBelow(project, source) {
  const place = path.join(project, source);
  if (!statSync(place, { throwIfNoEntry: false })?.isDirectory()) {
    return modifiedAt(project, source);
  }
  const names = readdirSync(place).map((name) => path.join(source, name));
  return Math.max(modifiedAt(project, source), ...names.map((name) => newestBelow(project, name)));
}
