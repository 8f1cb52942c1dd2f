/** Runs a program to its end and keeps its output. */
import { spawn } from 'node:child_process';
import { systemCode } from './provisioning-error.mjs';

/**
 * @typedef {object} Outcome
 * @property {number | null} code exit code; null if a signal ended the program or it didn't start
 * @property {NodeJS.Signals | null} signal
 * @property {string} output both streams together
 * @property {string} answer standard output alone
 * @property {string} complaints standard error alone
 * @property {boolean} isMissing whether there is no such program
 * @property {boolean} timedOut
 */

/**
 * @typedef {object} CommandOptions
 * @property {NodeJS.ProcessEnv} [environment]
 * @property {string} [directory]
 * @property {number} [timeout] milliseconds
 * @property {AbortSignal | undefined} [signal]
 * @property {boolean} [shell] whether a shell finds the program: on Windows some are shell scripts
 */

/** Enough for any message. The limit keeps endless output from filling the memory. */
const KEPT_CHARACTERS = 64 * 1024;

/**
 * @param {string} command
 * @param {readonly string[]} args
 * @param {CommandOptions} [options]
 * @returns {Promise<Outcome>}
 * @throws the reason of `signal` if it was aborted
 */
export function runCommand(command, args, options = {}) {
  const { environment = process.env, directory, timeout, signal, shell = false } = options;
  signal?.throwIfAborted();
  return new Promise((resolve, reject) => {
    const isPosix = process.platform !== 'win32';
    const child = spawn(command, args, {
      cwd: directory,
      env: environment,
      stdio: ['ignore', 'pipe', 'pipe'],
      // Its own process group, so that its child processes can be killed with it.
      detached: isPosix,
      shell,
    });
    const guard = isPosix && child.pid !== undefined ? guardGroup(child.pid) : undefined;
    const said = { output: '', answer: '', complaints: '' };
    const keep = (/** @type {'answer' | 'complaints'} */ stream, /** @type {string} */ text) => {
      said.output = (said.output + text).slice(-KEPT_CHARACTERS);
      said[stream] = (said[stream] + text).slice(-KEPT_CHARACTERS);
    };
    child.stdout
      .setEncoding('utf8')
      .on('data', (/** @type {string} */ text) => keep('answer', text));
    child.stderr
      .setEncoding('utf8')
      .on('data', (/** @type {string} */ text) => keep('complaints', text));

    let timedOut = false;
    const kill = () => {
      if (child.pid === undefined) return;
      try {
        process.kill(isPosix ? -child.pid : child.pid, 'SIGKILL');
      } catch {
        // The program has already ended.
      }
    };
    const timer =
      timeout === undefined
        ? undefined
        : setTimeout(() => {
            timedOut = true;
            kill();
          }, timeout);
    signal?.addEventListener('abort', kill);
    const settle = () => {
      clearTimeout(timer);
      guard?.kill('SIGKILL');
      signal?.removeEventListener('abort', kill);
    };
    child.once('error', (error) => {
      settle();
      if (systemCode(error) !== 'ENOENT' && systemCode(error) !== 'EACCES') reject(error);
      else resolve({ code: null, signal: null, ...said, isMissing: true, timedOut });
    });
    child.once('close', (code, ending) => {
      settle();
      if (signal?.aborted) reject(asError(signal.reason));
      else resolve({ code, signal: ending, ...said, isMissing: false, timedOut });
    });
  });
}

/**
 * Kills a process group if this process dies without warning (`kill -9`). The guard waits for the end of
 * its input, whose other end only this process holds. The system closes it.
 *
 * @param {number} group
 */
function guardGroup(group) {
  const guard = spawn('/bin/sh', ['-c', `read -r _; kill -9 -${group}`], {
    stdio: ['pipe', 'ignore', 'ignore'],
    // So that Ctrl-C in the terminal does not end it first.
    detached: true,
  });
  // Without a shell there is no guard.
  guard.once('error', () => undefined);
  return guard;
}

const STACK_FRAME = /^\s+at /;

/**
 * The last lines of a program's output, indented, to follow a message of our own.
 *
 * @param {string} speaker
 * @param {string} output
 * @returns {string}
 */
export function quote(speaker, output) {
  const lines = output
    .split('\n')
    .map((line) => line.trimEnd())
    .filter((line) => line !== '' && !STACK_FRAME.test(line));
  if (lines.length === 0) return `${speaker} said nothing.`;
  return [`${speaker} said:`, ...lines.slice(-12).map((line) => `  ${line.slice(0, 240)}`)].join(
    '\n',
  );
}

/**
 * @param {unknown} reason
 * @returns {Error}
 */
function asError(reason) {
  return reason instanceof Error ? reason : new Error(String(reason));
}
