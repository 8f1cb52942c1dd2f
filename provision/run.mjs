/**
 * Runs the programs of npm scripts: `node provision/run.mjs [--no-tensorflow] PROGRAM ARGUMENT…`
 *
 * PROGRAM is a command of one of the project's dependencies, or the path of a script. It runs on the
 * project's Node, with TensorFlow provisioned and its environment set.
 */
import { existsSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { withTensorFlowEnvironment } from './environment.mjs';
import { launch } from './launch.mjs';
import { findNode, isRunning } from './node-runtime.mjs';
import { packageDirectory, packageManifest, PROJECT_DIRECTORY, record } from './project.mjs';
import { ProvisioningError } from './provisioning-error.mjs';
import { EXIT_WRONG_USE, inTerminal, provisionInTerminal } from './terminal.mjs';

const USAGE = 'Usage: node provision/run.mjs [--no-tensorflow] PROGRAM ARGUMENT…';

await inTerminal(async () => {
  const args = process.argv.slice(2);
  const needsTensorFlow = args[0] !== '--no-tensorflow';
  if (!needsTensorFlow) args.shift();
  const program = args.shift();
  if (program === undefined) {
    process.stderr.write(`${USAGE}\n`);
    return EXIT_WRONG_USE;
  }
  const runtime = findNode();
  const script = scriptOf(program);
  if (needsTensorFlow) {
    // An older Node does not know proxies.
    if (!isRunning(runtime)) {
      return launch(runtime, fileURLToPath(import.meta.url), process.argv.slice(2));
    }
    await provisionInTerminal(runtime);
  }
  return launch(runtime, script, args, { environment: withTensorFlowEnvironment() });
});

/**
 * @param {string} program
 * @returns {string}
 */
function scriptOf(program) {
  if (/[/\\]|\.[cm]?[jt]s$/.test(program)) {
    const file = path.resolve(program);
    if (existsSync(file)) return file;
    throw new ProvisioningError(`there is no file ${file}.`, USAGE);
  }
  return commandOfDependency(program);
}

/**
 * @param {string} command
 * @returns {string}
 */
function commandOfDependency(command) {
  const project = packageManifest(PROJECT_DIRECTORY);
  const names = Object.keys({
    ...record(project['dependencies']),
    ...record(project['devDependencies']),
  });
  for (const name of names) {
    const directory = packageDirectory(name);
    if (directory === undefined) continue;
    const { bin } = packageManifest(directory);
    const commands = typeof bin === 'string' ? { [path.posix.basename(name)]: bin } : record(bin);
    const script = commands[command];
    if (typeof script === 'string') return path.join(directory, script);
  }
  throw new ProvisioningError(
    `none of the installed dependencies has a command "${command}".`,
    'Run "npm ci" in the project\'s directory, or give the path of a script.',
  );
}
