#!/usr/bin/env node
/** The command `ticket`: runs src/main/hosts/cli on the right Node, with TensorFlow. */
import module from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  applyTensorFlowEnvironment,
  withTensorFlowEnvironment,
} from '../provision/environment.mjs';
import { launch } from '../provision/launch.mjs';
import { findNode, isRunning } from '../provision/node-runtime.mjs';
import { cacheDirectory } from '../provision/project.mjs';
import { messageOf, ProvisioningError, systemCode } from '../provision/provisioning-error.mjs';
import { inTerminal, provisionInTerminal } from '../provision/terminal.mjs';

/** The commands that train. The others also work without TensorFlow. */
const TRAINING = ['search', 'resume', 'bench', 'serve'];

await inTerminal(async () => {
  const args = process.argv.slice(2);
  const runtime = findNode();
  if (!isRunning(runtime) || !applyTensorFlowEnvironment()) {
    return launch(runtime, fileURLToPath(import.meta.url), args, {
      environment: withTensorFlowEnvironment(),
    });
  }
  // Without the cache, half of a short command's time goes into stripping types and compiling.
  module.enableCompileCache(path.join(cacheDirectory(), 'compiled'));
  if (needsTensorFlow(args)) await provisionInTerminal(runtime);
  const { mainOfProcess } = await commandLine();
  return mainOfProcess(args);
});

async function commandLine() {
  try {
    return await import('../src/main/hosts/cli/main.ts');
  } catch (cause) {
    if (systemCode(cause) !== 'ERR_MODULE_NOT_FOUND') throw cause;
    throw new ProvisioningError(
      `a part of the program is not installed: ${messageOf(cause)}`,
      'Run "npm ci" in the project\'s directory.',
      { cause },
    );
  }
}

/**
 * @param {readonly string[]} args
 * @returns {boolean}
 */
function needsTensorFlow(args) {
  const command = args.find(
    (argument, index) => !argument.startsWith('-') && args[index - 1] !== '--plugins',
  );
  const asksForHelp = args.includes('--help') || args.includes('-h');
  return command !== undefined && TRAINING.includes(command) && !asksForHelp;
}
