/**
 * Tries inputs in a process of their own, which may hang, crash, or fill the memory: then the parent knows
 * which input it was, and goes on with the next one in a fresh process.
 */
import { type ChildProcess, fork } from 'node:child_process';
import process from 'node:process';
import { childScript } from './program.ts';
import type { Torment } from './torment.ts';

/** What the process is to try: inputs of one target, numbered. */
export interface Task {
  readonly target: string;
  readonly seed: number;
  readonly from: number;
  readonly to: number;
  /** A folder for its files. */
  readonly folder: string;
}

export type Message =
  /** Before each input. */
  | { readonly kind: 'at'; readonly index: number }
  /** What is wrong, in a sentence; the input in base 64. */
  | {
      readonly kind: 'wrong';
      readonly index: number;
      readonly what: string;
      readonly input: string;
    }
  | { readonly kind: 'done'; readonly accepted: number };

/** On a busy machine, loading the program alone was seen to take more than a minute. */
const HANGS_MILLISECONDS = 5 * 60_000;
const HEAP_MEGABYTES = 1024;

/** The port of RFC 863, on which nobody listens. */
const NOWHERE = 'http://127.0.0.1:9/';

/** @returns how many inputs were accepted as data; the others were refused in good order. */
export async function probe(torment: Torment, script: string, task: Task): Promise<number> {
  let from = task.from;
  let accepted = 0;
  while (from < task.to) {
    const outcome = await probeOnce(torment, script, { ...task, from });
    accepted += outcome.accepted;
    if (outcome.failedAt === undefined) return accepted;
    torment.violation(
      task.target,
      `${outcome.how} at input ${outcome.failedAt}`,
      againOf(task, outcome.failedAt),
    );
    from = outcome.failedAt + 1;
  }
  return accepted;
}

const againOf = ({ target }: Task, index: number): string =>
  `--only inputs --target ${target} --input ${index}`;

interface Outcome {
  readonly accepted: number;
  /** The input at which the process ended or hung. */
  readonly failedAt: number | undefined;
  readonly how: string;
}

function probeOnce(torment: Torment, script: string, task: Task): Promise<Outcome> {
  const child = fork(childScript(script), [JSON.stringify(task)], {
    execArgv: [`--max-old-space-size=${HEAP_MEGABYTES}`],
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    env: { ...process.env, ...cutOff(task.folder) },
  });
  let stderr = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  return new Promise((resolve) => {
    let at = task.from;
    let accepted: number | undefined;
    let isHanging = false;
    const watch = hangWatch(child, () => (isHanging = true));
    child.on('message', (message: Message) => {
      watch.refresh();
      if (message.kind === 'at') at = message.index;
      else if (message.kind === 'done') accepted = message.accepted;
      else {
        const input = Buffer.from(message.input, 'base64');
        torment.violation(task.target, message.what, againOf(task, message.index), input);
      }
    });
    child.once('close', (code, signal) => {
      clearTimeout(watch);
      if (accepted !== undefined) resolve({ accepted, failedAt: undefined, how: '' });
      const ending = isHanging
        ? 'hangs'
        : `ends with ${signal ?? code ?? '?'}: ${stderr.slice(-500)}`;
      resolve({ accepted: 0, failedAt: at, how: `the process ${ending}` });
    });
  });
}

/** Nothing of the user is read or written, and nothing is reached: no server, no npm, apt or pip. */
const cutOff = (folder: string): Readonly<Record<string, string>> => ({
  TICKET_DATA_DIR: folder,
  TICKET_CACHE_DIR: folder,
  PATH: folder,
  NODE_USE_ENV_PROXY: '1',
  HTTP_PROXY: NOWHERE,
  HTTPS_PROXY: NOWHERE,
  NO_PROXY: '',
});

function hangWatch(child: ChildProcess, onHang: () => void): NodeJS.Timeout {
  return setTimeout(() => {
    onHang();
    child.kill('SIGKILL');
  }, HANGS_MILLISECONDS);
}
