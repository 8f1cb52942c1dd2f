/** Runs shards as processes: on this machine, or on others through a command such as ssh. */
import { spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { once } from 'node:events';
import process from 'node:process';
import { messageOf, WorkbenchError } from '../../../shared/contract/errors.ts';
import { absolutePath } from '../../engine/datasets/user-path.ts';
import { chosenPlugInFolder, PLUG_INS_FLAG } from '../plug-ins/chosen-folder.ts';
import { sendStop } from './process-here.ts';
import { logFile } from './shard-files.ts';

export interface ProcessesRequest {
  readonly folder: string;
  readonly numbers: readonly number[];
  /** How many run at the same time. */
  readonly processes: number;
  /** Workers of each process. */
  readonly workers: number;
  /**
   * What the shell runs instead of the command itself: `nice {command}`, or `ssh host {quoted}`, where the
   * whole command is one word for another shell. `{number}` and `{folder}` are also replaced.
   */
  readonly template?: string | undefined;
  /** The command that continues, if it is stopped. */
  readonly resubmit: string;
  readonly signal?: AbortSignal | undefined;
  onEnd?(number: number, code: number | string): void;
}

/** The words of the command that runs this program: this very version of it, with the same plug-ins. */
export function program(): string[] {
  return [process.execPath, process.argv[1] ?? '', ...plugInWords()];
}

/** The option that loads the plug-ins of this process; empty without any. */
export function plugInWords(): string[] {
  const plugIns = chosenPlugInFolder(process.argv);
  return plugIns === undefined ? [] : [PLUG_INS_FLAG, absolutePath(plugIns)];
}

function commandOf(folder: string, number: number, workers: number): string[] {
  const shard = ['run-shard', folder, String(number), '--workers', String(workers), '--quiet'];
  return [...program(), ...shard];
}

/** What the shell runs for a shard. */
export function shellCommandOf({
  folder,
  number,
  workers,
  template = '{command}',
}: {
  readonly folder: string;
  readonly number: number;
  readonly workers: number;
  readonly template?: string | undefined;
}): string {
  return filled(template, commandOf(folder, number, workers), folder, number);
}

/**
 * Runs each shard once. One that fails does not hold up the others.
 *
 * @returns the numbers of those that failed.
 * @throws WorkbenchError `interrupted` if it was stopped; its processes have then ended, and what they have
 *   trained is published.
 */
export async function runAsProcesses(request: ProcessesRequest): Promise<number[]> {
  const { numbers, processes, signal, onEnd } = request;
  const waiting = [...numbers];
  const failed: number[] = [];
  const runNext = async (): Promise<void> => {
    for (let number = waiting.shift(); number !== undefined; number = waiting.shift()) {
      if (signal?.aborted) return;
      const code = await runOne(request, number);
      if (code !== 0) failed.push(number);
      onEnd?.(number, code);
    }
  };
  await Promise.all(Array.from({ length: Math.min(processes, numbers.length) }, runNext));
  if (signal?.aborted) {
    throw new WorkbenchError(
      'interrupted',
      'The shards were stopped; what they have trained is published.',
      `Continue with: ${request.resubmit}`,
    );
  }
  return failed;
}

async function runOne(request: ProcessesRequest, number: number): Promise<number | string> {
  const { folder, workers, template, signal } = request;
  const log = openSync(logFile(folder, number), 'a');
  try {
    const [file = '', ...args] =
      template === undefined
        ? commandOf(folder, number, workers)
        : ['sh', '-c', shellCommandOf({ folder, number, workers, template })];
    // A group of its own: Ctrl-C in the terminal must not reach it beside the signal from here.
    const child = spawn(file, args, { stdio: ['ignore', log, log], detached: true });
    const stop = (): void => {
      if (child.pid !== undefined) sendStop(-child.pid);
    };
    signal?.addEventListener('abort', stop);
    try {
      const [code, ending] = (await once(child, 'exit')) as [number | null, string | null];
      return code ?? ending ?? 'unknown';
    } catch (error) {
      return messageOf(error);
    } finally {
      signal?.removeEventListener('abort', stop);
    }
  } finally {
    closeSync(log);
  }
}

function filled(
  template: string,
  words: readonly string[],
  folder: string,
  number: number,
): string {
  const command = words.map(quoted).join(' ');
  return template
    .replaceAll('{command}', () => command)
    .replaceAll('{quoted}', () => quoted(command))
    .replaceAll('{folder}', () => quoted(folder))
    .replaceAll('{number}', String(number));
}

/** For a POSIX shell. */
export function quoted(word: string): string {
  return /^[\w./:=-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
