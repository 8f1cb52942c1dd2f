/** Provisioning on the command line: progress, signals, errors and exit codes. */
import { constants } from 'node:os';
import { plainMessage } from './plain-text.mjs';
import { terminalProgress } from './progress.mjs';
import { ProvisioningError } from './provisioning-error.mjs';
import { findTensorFlow } from './installation.mjs';
import { isInstalledApplication } from './project.mjs';
import { standardStream } from './standard-stream.mjs';

/** @typedef {import('./node-runtime.mjs').NodeRuntime} NodeRuntime */

const EXIT_FAILED = 1;
export const EXIT_WRONG_USE = 2;

/** The user pressed Ctrl-C, or the process was told to stop, during provisioning. */
export class Interrupted extends Error {
  /** @param {NodeJS.Signals} signal */
  constructor(signal) {
    super('Stopped. What was downloaded is kept, and the next setup continues it.');
    /** @readonly */
    this.exitCode = 128 + constants.signals[signal];
  }
}

/**
 * Runs the main function of a command and sets the exit code from what it returns or throws.
 *
 * @param {() => Promise<number>} main
 * @returns {Promise<void>}
 */
export async function inTerminal(main) {
  // From here on, losing the reader of either ends nothing.
  standardStream(process.stdout);
  standardStream(process.stderr);
  try {
    const code = await main();
    // The program may have set an exit code itself.
    if (code !== 0) process.exitCode = code;
  } catch (error) {
    if (error instanceof Interrupted) {
      process.stderr.write(`${error.message}\n`);
      process.exitCode = error.exitCode;
      return;
    }
    if (!(error instanceof ProvisioningError)) throw error;
    process.stderr.write(`error: ${plainMessage(error.message)}\n${plainMessage(error.hint)}\n`);
    process.exitCode = EXIT_FAILED;
  }
}

/**
 * Whether a command sets TensorFlow up by itself, before it does its work. In a clone it does. An
 * installed application downloads nothing that nobody asked for: its window has a page for it, and a
 * command that trains does it only where somebody sees the progress.
 *
 * @param {'window' | 'training'} command what the command is for
 * @param {object} [place]
 * @param {boolean} [place.isInstalled]
 * @param {boolean} [place.isTerminal]
 * @returns {boolean}
 */
export function setsUpByItself(
  command,
  {
    isInstalled = isInstalledApplication(),
    isTerminal = process.stderr.isTTY && process.stdin.isTTY,
  } = {},
) {
  return !isInstalled || (command === 'training' && isTerminal);
}

/**
 * As `provisionInTerminal`, for the window: it opens also where TensorFlow can't be set up now.
 *
 * @param {NodeRuntime} runtime
 * @returns {Promise<void>}
 * @throws {Interrupted} if it was stopped
 */
export async function provisionForWindow(runtime) {
  try {
    await provisionInTerminal(runtime);
  } catch (error) {
    if (!(error instanceof ProvisioningError)) throw error;
    process.stderr.write(
      `${plainMessage(error.message)}\n${plainMessage(error.hint)}\n` +
        'The window opens without TensorFlow: searches on the sparse engine run, and a page of the window sets TensorFlow up.\n',
    );
  }
}

/**
 * Makes TensorFlow loadable. Takes a few milliseconds if it already is.
 *
 * @param {NodeRuntime} runtime the Node that will load it
 * @param {string} [from] a folder or file to take it from, instead of a download
 * @returns {Promise<void>}
 * @throws {ProvisioningError} that says what is missing
 * @throws {Interrupted} if it was stopped
 */
export async function provisionInTerminal(runtime, from) {
  if (findTensorFlow()) return;
  const { ensureTensorFlow } = await import('./tensorflow.mjs');
  const stop = new AbortController();
  const progress = terminalProgress(process.stderr);
  const signals = /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP']);
  const handlers = signals.map((signal) => {
    const handler = () => {
      stop.abort(new Interrupted(signal));
    };
    process.on(signal, handler);
    return /** @type {const} */ ([signal, handler]);
  });
  try {
    await ensureTensorFlow({
      node: runtime,
      signal: stop.signal,
      onProgress: progress.show,
      ...(from === undefined ? {} : { from }),
    });
  } finally {
    progress.end();
    for (const [signal, handler] of handlers) process.off(signal, handler);
  }
}
