#!/usr/bin/env node
/**
 * What `npm start` runs: the window on Electron where its binary can be had, else the same window in
 * the user's browser; on a machine without a display its address is printed.
 *
 *     npm start -- [--browser] [--data-dir DIRECTORY] [--plugins FOLDER] [options of "ticket serve"]
 */
import { spawn } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { quote, runCommand } from '../provision/command.mjs';
import { withTensorFlowEnvironment } from '../provision/environment.mjs';
import { launch } from '../provision/launch.mjs';
import { findNode, isRunning } from '../provision/node-runtime.mjs';
import {
  cacheDirectory,
  packageDirectory,
  packageManifest,
  PROJECT_DIRECTORY,
  requiredPackageDirectory,
} from '../provision/project.mjs';
import { ProvisioningError } from '../provision/provisioning-error.mjs';
import { inTerminal, provisionInTerminal } from '../provision/terminal.mjs';

/** A network that drops packets instead of refusing them would hold the first start for minutes. */
const DOWNLOAD_MILLISECONDS = 120_000;
/** A download that has failed is not tried again at every start. */
const RETRY_AFTER_MILLISECONDS = 24 * 60 * 60_000;
const BUILD_MILLISECONDS = 5 * 60_000;
/** An Electron that ends so soon, and badly, could not open its window. */
const STILLBORN_MILLISECONDS = 5_000;

const WINDOW = 'out/renderer/index.html';
const DESKTOP = ['out/main/main.cjs', 'out/preload/preload.cjs', WINDOW];
const SOURCES = ['src', 'provision', 'vite.renderer.config.ts', 'electron.vite.config.ts'];

await inTerminal(async () => {
  const runtime = findNode();
  const args = process.argv.slice(2);
  if (!isRunning(runtime)) {
    return launch(runtime, fileURLToPath(import.meta.url), args, {
      environment: withTensorFlowEnvironment(),
    });
  }
  const wantsBrowser = args.includes('--browser');
  const forServe = args.filter((argument) => argument !== '--browser');
  const binary = wantsBrowser || !(await hasDisplay()) ? undefined : await electronBinary();
  if (binary === undefined) {
    await build([WINDOW], 'vite', ['build', '--config', 'vite.renderer.config.ts']);
  } else {
    await build(DESKTOP, 'electron-vite', ['build']);
    await provisionInTerminal(runtime);
    const code = await runElectron(binary, forServe);
    if (code !== undefined) return code;
    process.stderr.write('Electron could not open its window; the browser is opened instead.\n');
  }
  const ticket = path.join(PROJECT_DIRECTORY, 'bin', 'ticket.mjs');
  return launch(runtime, ticket, ['serve', '--open', ...forServe]);
});

async function hasDisplay() {
  const browser = await import('../src/main/hosts/browser/open-browser.ts');
  return browser.hasDisplay();
}

/**
 * The binary of the installed package, downloaded if need be.
 *
 * @returns {Promise<string | undefined>} undefined if it can't be had
 */
async function electronBinary() {
  const directory = packageDirectory('electron');
  if (directory === undefined) return undefined;
  const found = installedBinary(directory);
  if (found !== undefined) return found;
  const version = String(packageManifest(directory)['version']);
  const failure = path.join(cacheDirectory(), `electron-${version}-not-downloaded`);
  const failedAt = statSync(failure, { throwIfNoEntry: false })?.mtimeMs ?? 0;
  if (Date.now() - failedAt < RETRY_AFTER_MILLISECONDS) return undefined;
  process.stderr.write(`Downloading Electron ${version}, once.\n`);
  const installer = path.join(directory, 'install.js');
  const { code, output } = await runCommand(process.execPath, [installer], {
    timeout: DOWNLOAD_MILLISECONDS,
  });
  const binary = installedBinary(directory);
  if (code === 0 && binary !== undefined) return binary;
  mkdirSync(path.dirname(failure), { recursive: true });
  writeFileSync(failure, output);
  process.stderr.write(
    `Electron can't be downloaded here; the window opens in your browser. (Remove ${failure} to try again before tomorrow.)\n`,
  );
  return undefined;
}

/**
 * @param {string} directory of the package
 * @returns {string | undefined}
 */
function installedBinary(directory) {
  const pathFile = path.join(directory, 'path.txt');
  if (!existsSync(pathFile)) return undefined;
  const binary = path.join(directory, 'dist', readFileSync(pathFile, 'utf8'));
  return existsSync(binary) ? binary : undefined;
}

/**
 * Builds what is older than its sources, or not there.
 *
 * @param {readonly string[]} outputs
 * @param {string} tool a package with a command of its own name
 * @param {readonly string[]} args
 */
async function build(outputs, tool, args) {
  const built = Math.min(...outputs.map((file) => modifiedAt(file)));
  if (built > Math.max(...SOURCES.map((source) => newestBelow(source)))) return;
  const directory = requiredPackageDirectory(tool);
  const { bin } = packageManifest(directory);
  const script = typeof bin === 'string' ? bin : /** @type {Record<string, string>} */ (bin)[tool];
  const outcome = await runCommand(
    process.execPath,
    [path.join(directory, String(script)), ...args],
    { directory: PROJECT_DIRECTORY, timeout: BUILD_MILLISECONDS },
  );
  if (outcome.code === 0) {
    const size = /renderer: .* kB after gzip.*/.exec(outcome.output)?.[0];
    if (size !== undefined) process.stderr.write(`Built the window; ${size}.\n`);
    return;
  }
  for (const file of outputs) rmSync(path.join(PROJECT_DIRECTORY, file), { force: true });
  throw new ProvisioningError(
    `the window can't be built.\n${quote(tool, outcome.output)}`,
    'Run "npm ci" in the project\'s directory, then try again.',
  );
}

/**
 * @param {string} file relative to the project
 * @returns {number} milliseconds; 0 if there is none
 */
function modifiedAt(file) {
  return statSync(path.join(PROJECT_DIRECTORY, file), { throwIfNoEntry: false })?.mtimeMs ?? 0;
}

/**
 * @param {string} source a file or folder, relative to the project
 * @returns {number}
 */
function newestBelow(source) {
  const place = path.join(PROJECT_DIRECTORY, source);
  if (!statSync(place, { throwIfNoEntry: false })?.isDirectory()) return modifiedAt(source);
  const names = readdirSync(place).map((name) => path.join(source, name));
  return Math.max(modifiedAt(source), ...names.map((name) => newestBelow(name)));
}

/**
 * @param {readonly string[]} args
 * @param {string} flag
 * @returns {string | undefined} the value of `--flag value` or `--flag=value`
 */
function optionIn(args, flag) {
  const joined = args.find((argument) => argument.startsWith(`${flag}=`));
  if (joined !== undefined) return joined.slice(flag.length + 1);
  const at = args.indexOf(flag);
  return at < 0 ? undefined : args[at + 1];
}

/**
 * @param {string} binary
 * @param {readonly string[]} args
 * @returns {Promise<number | undefined>} the exit code; undefined if it never came to live
 */
function runElectron(binary, args) {
  // Root has no system sandbox, and Electron refuses to start without being told.
  const asRoot = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
  const dataDirectory = optionIn(args, '--data-dir');
  const plugIns = optionIn(args, '--plugins');
  const startedAt = Date.now();
  const child = spawn(binary, [...asRoot, PROJECT_DIRECTORY], {
    stdio: 'inherit',
    env: {
      ...withTensorFlowEnvironment(),
      ...(dataDirectory === undefined ? {} : { TICKET_DATA_DIR: path.resolve(dataDirectory) }),
      ...(plugIns === undefined ? {} : { TICKET_PLUGINS: path.resolve(plugIns) }),
    },
  });
  for (const signal of /** @type {const} */ (['SIGTERM', 'SIGHUP'])) {
    process.on(signal, () => child.kill(signal));
  }
  // The terminal has told Electron as well.
  process.on('SIGINT', () => undefined);
  return new Promise((resolve) => {
    child.once('error', () => {
      resolve(undefined);
    });
    child.once('exit', (code) => {
      const isStillborn = code !== 0 && Date.now() - startedAt < STILLBORN_MILLISECONDS;
      resolve(isStillborn ? undefined : (code ?? 1));
    });
  });
}
