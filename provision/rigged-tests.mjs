/** Runs slow tests that need more than a clone has: an Electron, a screen, an installed package. */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { PROJECT_DIRECTORY, requiredPackageDirectory } from './project.mjs';

/**
 * @param {string} tests a file of tests, or the beginning of its path
 * @param {NodeJS.ProcessEnv} environment tells the tests what they were given, or why not
 * @param {readonly string[]} [wrapper] the command that runs the tests
 * @returns {Promise<number>} the exit code
 */
export function runSlowTests(tests, environment, wrapper = []) {
  const vitest = path.join(requiredPackageDirectory('vitest'), 'vitest.mjs');
  const [command = process.execPath, ...args] = [
    ...wrapper,
    ...[process.execPath, vitest, 'run', '--project', 'slow', tests],
  ];
  const child = spawn(command, args, {
    cwd: PROJECT_DIRECTORY,
    stdio: 'inherit',
    env: { ...process.env, ...environment },
  });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => {
      resolve(code ?? 1);
    });
  });
}

/**
 * The Debian packages of the programs that are not on the `PATH`.
 *
 * @param {Readonly<Record<string, string>>} programs each with its package
 * @returns {string[]}
 */
export function packagesOfMissing(programs) {
  const folders = (process.env['PATH'] ?? '').split(path.delimiter);
  return Object.entries(programs)
    .filter(([program]) => !folders.some((folder) => existsSync(path.join(folder, program))))
    .map(([, name]) => name);
}
