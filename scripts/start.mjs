#!/usr/bin/env node
/**
 * `npm start`: opens the window in Electron if its binary is available, else in the user's browser. On
 * a machine without a display it prints the window's address.
 *
 *     npm start -- [--browser] [--data-dir DIRECTORY] [--plugins FOLDER] [options of "ticket serve"]
 */
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { runCommand } from '../provision/command.mjs';
import { withTensorFlowEnvironment } from '../provision/environment.mjs';
import { launch } from '../provision/launch.mjs';
import { findNode, isRunning } from '../provision/node-runtime.mjs';
import {
  cacheDirectory,
  packageDirectory,
  packageManifest,
  PROJECT_DIRECTORY,
} from '../provision/project.mjs';
import { inTerminal, provisionForWindow } from '../provision/terminal.mjs';
import { buildDesktop } from '../provision/window-build.mjs';

/** Limits the wait on networks that drop packets instead of refusing them. */
const DOWNLOAD_MILLISECONDS = 120_000;
/** A failed download is not retried at every start. */
const RETRY_AFTER_MILLISECONDS = 24 * 60 * 60_000;
/** If Electron fails within this time, it could not open its window. */
const FAILED_START_MILLISECONDS = 5_000;

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
  if (binary !== undefined) {
    await buildDesktop({ note: (text) => process.stderr.write(`${text}\n`) });
    await provisionForWindow(runtime);
    const code = await runElectron(binary, forServe);
    if (code !== undefined) return code;
    process.stderr.write('Electron could not open its window; opening the browser instead.\n');
  }
  const ticket = path.join(PROJECT_DIRECTORY, 'bin', 'ticket.mjs');
  return launch(runtime, ticket, ['serve', '--open', ...forServe]);
});

async function hasDisplay() {
  const browser = await import('../src/main/hosts/browser/open-browser.ts');
  return browser.hasDisplay();
}

/**
 * The binary of the installed package, downloaded if necessary.
 *
 * @returns {Promise<string | undefined>} undefined if it can't be downloaded
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
  process.stderr.write(`Downloading Electron ${version}. This happens once.\n`);
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
 * @param {string} directory the directory of the package
 * @returns {string | undefined}
 */
function installedBinary(directory) {
  const pathFile = path.join(directory, 'path.txt');
  if (!existsSync(pathFile)) return undefined;
  const binary = path.join(directory, 'dist', readFileSync(pathFile, 'utf8'));
  return existsSync(binary) ? binary : undefined;
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
 * @returns {Promise<number | undefined>} the exit code; undefined if Electron could not start
 */
function runElectron(binary, args) {
  // Root has no system sandbox, and Electron refuses to start unless it is told so.
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
  // The terminal sends SIGINT to Electron too.
  process.on('SIGINT', () => undefined);
  return new Promise((resolve) => {
    child.once('error', () => {
      resolve(undefined);
    });
    child.once('exit', (code) => {
      const hasFailedToStart = code !== 0 && Date.now() - startedAt < FAILED_START_MILLISECONDS;
      resolve(hasFailedToStart ? undefined : (code ?? 1));
    });
  });
}
