/**
 * Route 1: tfjs-node's own script downloads libtensorflow and its compiled addon, on machines that can
 * reach its host. The script runs in a copy of the package, because it rewrites package.json and
 * leaves files behind when it fails.
 */
import { existsSync } from 'node:fs';
import { copyFile, cp, mkdir, readdir, rename, rm } from 'node:fs/promises';
import http from 'node:http';
import https from 'node:https';
import path from 'node:path';
import { quote, runCommand } from './command.mjs';
import { bytesBelow } from './files.mjs';
import { packageManifest, record } from './project.mjs';
import { ProvisioningError } from './provisioning-error.mjs';

/** @typedef {import('./installation.mjs').RouteContext} RouteContext */
/** @typedef {import('./installation.mjs').Provisioned} Provisioned */
/** @typedef {import('./installation.mjs').Site} Site */

const ANSWER_TIMEOUT = 4_000;
const DOWNLOAD_TIMEOUT = 15 * 60_000;
const STALL_TIMEOUT = 60_000;
const POLL_AFTER = 500;

/** The parts of the package that the script needs. */
const PARTS = ['package.json', 'scripts', 'binding', 'binding.gyp'];

/**
 * @param {Site} site
 * @returns {string} the address that tfjs-node downloads from
 */
export function officialHost(site) {
  return String(record(packageManifest(site.tfjsNode)['binary'])['host']);
}

/**
 * Whether the host answers in time, through the proxy if one is set.
 *
 * @param {Site} site
 * @returns {Promise<boolean>}
 */
export function officialHostAnswers(site) {
  const host = officialHost(site);
  return new Promise((resolve) => {
    /** @type {http.ClientRequest | undefined} */
    let request;
    const timer = setTimeout(() => {
      settle(false);
    }, ANSWER_TIMEOUT);
    const settle = (/** @type {boolean} */ answers) => {
      clearTimeout(timer);
      resolve(answers);
      request?.destroy();
    };
    try {
      request = probe(new URL(host), proxyOf(site.environment), settle);
      request.on('error', () => {
        settle(false);
      });
      request.end();
    } catch {
      // The host or the proxy is not a valid address.
      settle(false);
    }
  });
}

/**
 * @param {URL} host
 * @param {string | undefined} proxy
 * @param {(answers: boolean) => void} settle
 * @returns {http.ClientRequest}
 */
function probe(host, proxy, settle) {
  if (proxy === undefined) {
    const { request } = host.protocol === 'http:' ? http : https;
    return request(host, { method: 'HEAD' }).on('response', ({ statusCode = 500 }) => {
      settle(statusCode < 500);
    });
  }
  const { hostname, port, username, password } = new URL(proxy);
  const login = Buffer.from(`${decodeURIComponent(username)}:${decodeURIComponent(password)}`);
  return http
    .request({
      hostname,
      port: port || 80,
      method: 'CONNECT',
      path: `${host.hostname}:${host.port || 443}`,
      headers: username ? { 'Proxy-Authorization': `Basic ${login.toString('base64')}` } : {},
    })
    .on('connect', ({ statusCode }, socket) => {
      socket.destroy();
      settle(statusCode === 200);
    })
    .on('response', () => {
      settle(false);
    });
}

/**
 * @param {NodeJS.ProcessEnv} environment
 * @returns {string | undefined} the proxy that tfjs-node would use
 */
function proxyOf(environment) {
  const names = ['HTTPS_PROXY', 'https_proxy', 'HTTP_PROXY', 'http_proxy'];
  return names.map((name) => environment[name]).find(Boolean);
}

/**
 * @param {string} directory an empty folder that receives the libraries and the addon
 * @param {RouteContext} context
 * @returns {Promise<Provisioned>}
 * @throws {ProvisioningError}
 */
export async function provisionOfficially(directory, context) {
  const { site } = context;
  const copy = path.join(directory, 'package');
  for (const part of PARTS) {
    const source = path.join(site.tfjsNode, part);
    if (existsSync(source)) await cp(source, path.join(copy, part), { recursive: true });
  }
  const output = await runInstallScript(copy, context);
  const binding = await collect(copy, directory);
  if (binding !== undefined) return { binding };
  throw new ProvisioningError(
    `tfjs-node's own download ended without the addon.\n${quote("tfjs-node's script", output)}`,
    'Try again, or set TICKET_TENSORFLOW_ROUTE=wheel.',
  );
}

/**
 * @param {string} copy
 * @param {RouteContext} context
 * @returns {Promise<string>} the script's output
 */
async function runInstallScript(copy, context) {
  const { site, signal, node } = context;
  const limit = new AbortController();
  const signals = signal === undefined ? [limit.signal] : [signal, limit.signal];
  return context.step('Download TensorFlow by tfjs-node', async (report) => {
    let bytes = 0;
    let moved = Date.now();
    const poll = setInterval(() => {
      void bytesBelow(copy).then(
        (now) => {
          if (now !== bytes) moved = Date.now();
          bytes = now;
          report(now);
          if (Date.now() - moved > STALL_TIMEOUT) limit.abort(stalled());
        },
        () => undefined,
      );
    }, POLL_AFTER);
    try {
      const outcome = await runCommand(node.path, [path.join('scripts', 'install.js')], {
        directory: copy,
        environment: scriptEnvironment(site),
        timeout: DOWNLOAD_TIMEOUT,
        signal: AbortSignal.any(signals),
      });
      if (outcome.timedOut) throw stalled();
      if (outcome.code === 0) return outcome.output;
      throw new ProvisioningError(
        `tfjs-node's own download failed.\n${quote("tfjs-node's script", outcome.output)}`,
        'Try again, or set TICKET_TENSORFLOW_ROUTE=wheel.',
      );
    } finally {
      clearInterval(poll);
    }
  });
}

/** @returns {ProvisioningError} */
function stalled() {
  return new ProvisioningError(
    "tfjs-node's own download has stalled.",
    'Try again when the network is better, or set TICKET_TENSORFLOW_ROUTE=wheel.',
  );
}

/**
 * @param {Site} site
 * @returns {NodeJS.ProcessEnv}
 */
function scriptEnvironment(site) {
  const packages = [];
  for (let folder = site.tfjsNode; folder !== path.dirname(folder); folder = path.dirname(folder)) {
    packages.push(path.join(folder, 'node_modules'));
  }
  return {
    ...site.environment,
    // The copy is outside the project. It finds packages and their commands through these two.
    NODE_PATH: packages.join(path.delimiter),
    PATH: [...packages.map((folder) => path.join(folder, '.bin')), site.environment['PATH']].join(
      path.delimiter,
    ),
    // Without this, node-pre-gyp responds to a failed download by building with node-gyp, which downloads
    // even more. It reads npm's arguments in the form of npm 6.
    npm_config_argv: JSON.stringify({ cooked: ['--fallback-to-build', 'false'] }),
  };
}

/**
 * Keeps the libraries and the addon that the script produced, with their relative paths.
 *
 * @param {string} copy
 * @param {string} directory
 * @returns {Promise<string | undefined>} the addon's path in `directory`
 */
async function collect(copy, directory) {
  const libraries = path.join(copy, 'deps', 'lib');
  const addons = path.join(copy, 'lib');
  if (!existsSync(libraries) || !existsSync(addons)) return undefined;
  const folders = await readdir(addons);
  const folder = folders.find((name) => existsSync(path.join(addons, name, 'tfjs_binding.node')));
  if (folder === undefined) return undefined;
  await mkdir(path.join(directory, 'deps'));
  await rename(libraries, path.join(directory, 'deps', 'lib'));
  await rename(addons, path.join(directory, 'lib'));
  await rm(copy, { recursive: true });
  const library = path.join(directory, 'deps', 'lib', 'tensorflow.dll');
  if (existsSync(library)) {
    // Windows looks next to the addon, but the script may put it into the folder of a newer Node-API.
    await copyFile(library, path.join(directory, 'lib', folder, 'tensorflow.dll'));
  }
  return `lib/${folder}/tfjs_binding.node`;
}
