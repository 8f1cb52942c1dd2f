/** Compiles tfjs-node's addon against TensorFlow's libraries, with the system's C++ compiler. */
import { existsSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { quote, runCommand } from './command.mjs';
import { packageManifest, record, requiredPackageDirectory } from './project.mjs';
import { ProvisioningError } from './provisioning-error.mjs';

/** @typedef {import('./command.mjs').CommandOptions} CommandOptions */
/** @typedef {import('./command.mjs').Outcome} Outcome */
/** @typedef {import('./installation.mjs').RouteContext} RouteContext */
/** @typedef {{ command: string, version: string }} Compiler */

/** The first one found compiles the addon. */
const COMPILERS = ['g++', 'c++', 'clang++'];

/** How each package manager installs a compiler. */
const INSTALLERS = [
  { program: 'apt-get', command: 'apt-get install g++' },
  { program: 'dnf', command: 'dnf install gcc-c++' },
  { program: 'zypper', command: 'zypper install gcc-c++' },
  { program: 'pacman', command: 'pacman -S gcc' },
];

/** The addon's sources in tfjs-node's package. */
const SOURCES = ['binding/tfjs_backend.cc', 'binding/tfjs_binding.cc'];
const QUIET_LOG = fileURLToPath(new URL('quiet-log.cc', import.meta.url));

const COMPILE_TIMEOUT = 10 * 60_000;

/**
 * @param {CommandOptions} options
 * @returns {Promise<Compiler | undefined>}
 */
export async function findCompiler(options) {
  for (const command of COMPILERS) {
    const { code, output } = await runCommand(command, ['--version'], {
      timeout: 30_000,
      ...options,
    });
    const [version] = output.trim().split('\n', 1);
    if (code === 0 && version) return { command, version };
  }
  return undefined;
}

/**
 * @param {NodeJS.ProcessEnv} environment
 * @returns {ProvisioningError}
 */
export function missingCompiler(environment) {
  return new ProvisioningError(
    "TensorFlow can't be set up: a C++ compiler (g++) is missing.",
    howToGetOne(environment),
  );
}

/**
 * @param {NodeJS.ProcessEnv} environment
 * @returns {string}
 */
function howToGetOne(environment) {
  if (process.platform === 'darwin') return 'Run "xcode-select --install", then try again.';
  const folders = (environment['PATH'] ?? '').split(path.delimiter);
  const installer =
    INSTALLERS.find(({ program }) =>
      folders.some((folder) => existsSync(path.join(folder, program))),
    ) ?? INSTALLERS[0];
  return `Run "${installer?.command ?? ''}" as root, then try again.`;
}

/**
 * @param {{ compiler: Compiler, headers: string, libraries: readonly string[], output: string }} what
 * @param {RouteContext} context
 * @returns {Promise<void>}
 * @throws {ProvisioningError} with the compiler's output
 */
export async function compile({ compiler, headers, libraries, output }, context) {
  const { site, signal } = context;
  const nodeApi = path.join(requiredPackageDirectory('node-api-headers'), 'include');
  // The addon finds its libraries next to itself, wherever the cache is.
  const isMac = site.system.startsWith('darwin');
  const linking = isMac
    ? ['-undefined', 'dynamic_lookup', '-Wl,-rpath,@loader_path']
    : ['-Wl,-rpath,$ORIGIN'];
  const args = [
    ...['-std=c++17', '-O2', '-fPIC', '-shared', '-w'],
    `-DNAPI_VERSION=${nodeApiVersion(site.tfjsNode)}`,
    ...['-I', nodeApi, '-I', headers],
    ...SOURCES.map((file) => path.join(site.tfjsNode, file)),
    QUIET_LOG,
    ...libraries,
    ...linking,
    ...['-o', output],
  ];
  await context.step('Compile the addon', async () => {
    const outcome = await runCommand(compiler.command, args, {
      environment: { ...site.environment, TMPDIR: path.dirname(output), LC_ALL: 'C' },
      timeout: COMPILE_TIMEOUT,
      signal,
    });
    if (outcome.code !== 0) throw compileError(compiler.command, outcome);
  });
}

/**
 * @param {string} compiler
 * @param {Outcome} outcome
 * @returns {ProvisioningError}
 */
function compileError(compiler, outcome) {
  if (outcome.output.includes('No space left on device')) {
    return new ProvisioningError(
      'the disk filled up while the TensorFlow addon was being compiled.',
      'Free some space, or choose a folder on another disk with TICKET_CACHE_DIR.',
    );
  }
  const how = outcome.timedOut
    ? `took longer than ${COMPILE_TIMEOUT / 60_000} minutes`
    : `failed (${outcome.signal ?? `exit code ${outcome.code ?? '?'}`})`;
  return new ProvisioningError(
    `compiling the TensorFlow addon with ${compiler} ${how}.\n${quote(compiler, outcome.output)}`,
    'A C++17 compiler with its standard library is needed: g++ 7 or clang++ 5, or newer.',
  );
}

/**
 * The highest version of Node-API that the addon supports. Its folder is named after it.
 *
 * @param {string} tfjsNode
 * @returns {number}
 */
function nodeApiVersion(tfjsNode) {
  const versions = record(packageManifest(tfjsNode)['binary'])['napi_versions'];
  return Math.max(.../** @type {number[]} */ (versions));
}
