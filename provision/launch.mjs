/** Starts another program in place of this one. */
import { spawn, spawnSync } from 'node:child_process';
import { constants } from 'node:os';
import { messageOf, ProvisioningError } from './provisioning-error.mjs';

/** @typedef {import('./node-runtime.mjs').NodeRuntime} NodeRuntime */

/** Set for a spawned program, which then ends when its launcher ends: see leash.mjs. */
export const LEASH_VARIABLE = 'TICKET_LEASH';

/** The file descriptor of the pipe between the two. */
const LEASH_DESCRIPTOR = 3;

/** Signals to the launcher that are meant for the program. Windows has only some of them. */
const FORWARDED = /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT', 'SIGUSR2']);

/**
 * Runs `script` on that Node. If the system can (POSIX, Node >= 22.15), this process is replaced and
 * the call never returns: then signals, exit code and terminal need no forwarding, and no parent can
 * die before its child.
 *
 * @param {NodeRuntime} runtime
 * @param {string} script
 * @param {readonly string[]} args
 * @param {object} [options]
 * @param {NodeJS.ProcessEnv} [options.environment]
 * @param {boolean} [options.replace] false always spawns
 * @returns {Promise<number>} the exit code: the program's own, or 128 + n when signal n ended it
 * @throws {ProvisioningError} if the binary doesn't start
 */
export async function launch(runtime, script, args, options = {}) {
  const { environment = process.env, replace = true } = options;
  const given = process.execArgv;
  const nodeArguments = [...given, ...runtime.flags.filter((flag) => !given.includes(flag))];
  try {
    if (replace && process.execve !== undefined && process.platform !== 'win32') {
      assertStarts(runtime.path);
      const argv = [runtime.path, ...nodeArguments, script, ...args];
      process.execve(runtime.path, argv, definedOnly(environment));
    }
    return await spawnOnLeash(runtime.path, nodeArguments, [script, ...args], environment);
  } catch (cause) {
    throw new ProvisioningError(
      `Node ${runtime.version} (${runtime.path}) does not start: ${messageOf(cause)}`,
      'Name a Node that runs on this system with TICKET_NODE=/path/to/node.',
      { cause },
    );
  }
}

/**
 * Checks that a program starts, because a failing `execve` ends the process with a native stack trace.
 *
 * @param {string} command
 */
function assertStarts(command) {
  if (command === process.execPath) return;
  const { error, status } = spawnSync(command, ['--version'], { stdio: 'ignore' });
  if (error) throw error;
  if (status !== 0) throw new Error(`"--version" ends with exit code ${status ?? '?'}`);
}

/**
 * Spawns the program in its own session. Ctrl-C in a terminal goes to all processes in the foreground;
 * this way it reaches the program exactly once, forwarded from here.
 *
 * @param {string} command
 * @param {readonly string[]} nodeArguments
 * @param {readonly string[]} args
 * @param {NodeJS.ProcessEnv} environment
 * @returns {Promise<number>}
 */
function spawnOnLeash(command, nodeArguments, args, environment) {
  const isPosix = process.platform !== 'win32';
  const leash = new URL('./leash.mjs', import.meta.url).href;
  return new Promise((resolve, reject) => {
    const child = spawn(command, [...nodeArguments, '--import', leash, ...args], {
      stdio: ['inherit', 'inherit', 'inherit', 'pipe'],
      detached: isPosix,
      env: { ...environment, [LEASH_VARIABLE]: String(LEASH_DESCRIPTOR) },
    });

    const forward = (/** @type {NodeJS.Signals} */ signal) => {
      // On Windows the console sends the signal to both programs.
      if (isPosix) child.kill(signal);
    };
    /** @type {[NodeJS.Signals, (signal: NodeJS.Signals) => void][]} */
    const handlers = FORWARDED.map((signal) => [signal, forward]);
    if (isPosix) {
      handlers.push(
        // The terminal reports its size and Ctrl-Z only to its own session.
        ['SIGWINCH', forward],
        ['SIGCONT', forward],
        ['SIGTSTP', pause],
      );
    }
    function pause() {
      child.kill('SIGSTOP');
      process.kill(process.pid, 'SIGSTOP');
    }
    for (const [signal, handler] of handlers) process.on(signal, handler);
    const settle = () => {
      for (const [signal, handler] of handlers) process.off(signal, handler);
    };
    child.once('error', (error) => {
      settle();
      reject(error);
    });
    child.once('exit', (code, signal) => {
      settle();
      resolve(code ?? 128 + (signal === null ? 0 : constants.signals[signal]));
    });
  });
}

/**
 * @param {NodeJS.ProcessEnv} environment
 * @returns {Record<string, string>}
 */
function definedOnly(environment) {
  /** @type {Record<string, string>} */
  const defined = {};
  for (const [name, value] of Object.entries(environment)) {
    if (value !== undefined) defined[name] = value;
  }
  return defined;
}
