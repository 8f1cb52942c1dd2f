/** The system programs that the wheel route needs. */
import { existsSync } from 'node:fs';
import path from 'node:path';
import { runCommand } from './command.mjs';
import { ProvisioningError } from './provisioning-error.mjs';

/** @typedef {import('./command.mjs').CommandOptions} CommandOptions */

/**
 * The versions that the programs report; undefined for missing ones.
 *
 * @typedef {object} Tools
 * @property {string | undefined} python
 * @property {string | undefined} pip
 * @property {{ command: string, version: string } | undefined} compiler
 */

/** The first one found compiles the addon. */
const COMPILERS = ['g++', 'c++', 'clang++'];

/** The names of the missing packages for each package manager. */
const INSTALLERS = [
  { program: 'apt-get', command: 'apt-get install', names: ['python3', 'python3-pip', 'g++'] },
  { program: 'dnf', command: 'dnf install', names: ['python3', 'python3-pip', 'gcc-c++'] },
  { program: 'zypper', command: 'zypper install', names: ['python3', 'python3-pip', 'gcc-c++'] },
  { program: 'pacman', command: 'pacman -S', names: ['python', 'python-pip', 'gcc'] },
];

/**
 * @param {CommandOptions} options
 * @returns {Promise<Tools>}
 */
export async function findTools(options) {
  const python = numberIn(await firstLine('python3', ['--version'], options));
  const pip = numberIn(
    python === undefined
      ? undefined
      : await firstLine('python3', ['-m', 'pip', '--version'], options),
  );
  for (const command of COMPILERS) {
    const version = await firstLine(command, ['--version'], options);
    if (version !== undefined) return { python, pip, compiler: { command, version } };
  }
  return { python, pip, compiler: undefined };
}

/**
 * @param {string} command
 * @param {readonly string[]} args
 * @param {CommandOptions} options
 * @returns {Promise<string | undefined>}
 */
async function firstLine(command, args, options) {
  const { code, output } = await runCommand(command, args, { timeout: 30_000, ...options });
  return code === 0 ? output.trim().split('\n', 1)[0] : undefined;
}

/**
 * @param {string | undefined} text
 * @returns {string | undefined}
 */
function numberIn(text) {
  return /\d+(\.\d+)+/.exec(text ?? '')?.[0] ?? text;
}

/**
 * @param {Tools} tools
 * @param {NodeJS.ProcessEnv} environment
 * @returns {ProvisioningError | undefined} an error that names everything missing; undefined if nothing is
 */
export function missingTools(tools, environment) {
  const isMissing = [
    tools.python === undefined,
    tools.pip === undefined,
    tools.compiler === undefined,
  ];
  const missing = ['python3', 'pip (of python3)', 'a C++ compiler (g++)'].filter(
    (_, index) => isMissing[index],
  );
  if (missing.length === 0) return undefined;
  return new ProvisioningError(
    `TensorFlow can't be set up: ${missing.join(' and ')} ${missing.length === 1 ? 'is' : 'are'} missing.`,
    howToGet(isMissing, environment),
  );
}

/**
 * @param {readonly boolean[]} isMissing
 * @param {NodeJS.ProcessEnv} environment
 * @returns {string}
 */
function howToGet(isMissing, environment) {
  if (process.platform === 'darwin') return 'Run "xcode-select --install", then try again.';
  const folders = (environment['PATH'] ?? '').split(path.delimiter);
  const installer =
    INSTALLERS.find(({ program }) =>
      folders.some((folder) => existsSync(path.join(folder, program))),
    ) ?? INSTALLERS[0];
  const names = installer?.names.filter((_, index) => isMissing[index]) ?? [];
  return `Run "${installer?.command ?? ''} ${names.join(' ')}" as root, then try again.`;
}
