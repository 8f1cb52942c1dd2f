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
import {
  inTerminal,
  provisionForWindow,
  provisionInTerminal,
  setsUpByItself,
} from '../provision/terminal.mjs';

/**
 * The commands that need TensorFlow from the start. Searches need it only on the dense engine, and ask
 * for it themselves (src/main/hosts/cli/provide-tensorflow.ts).
 */
const NEEDING = /** @type {const} */ ({ bench: 'training', serve: 'window' });

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
  const need = needOf(args);
  if (need !== undefined && setsUpByItself(need)) {
    await (need === 'window' ? provisionForWindow(runtime) : provisionInTerminal(runtime));
  }
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
 * @returns {'training' | 'window' | undefined} what TensorFlow is needed for
 */
function needOf(args) {
  const command = args.find(
    (argument, index) => !argument.startsWith('-') && args[index - 1] !== '--plugins',
  );
  const asksForHelp = args.includes('--help') || args.includes('-h');
  if (asksForHelp || (command !== 'bench' && command !== 'serve')) return undefined;
  return NEEDING[command];
}
