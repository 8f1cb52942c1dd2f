/**
 * Names a process in a file so that others can tell whether it still runs. Its id alone does not: once it has
 * ended, another process may get it.
 */
import { spawnSync } from 'node:child_process';
import { hostname } from 'node:os';
import process from 'node:process';
import { z } from 'zod';
import { isProcessAlive, MACHINE_SCOPE, startOfProcess } from '../../../../provision/processes.mjs';

export const namedProcessSchema = z.object({
  host: z.string(),
  /** Where the process id means something: a host and its process-id namespace. */
  scope: z.string(),
  processId: z.int(),
  /** When it started, in the words of its machine; missing where that can't be known. */
  started: z.string().optional(),
});
export type NamedProcess = z.output<typeof namedProcessSchema>;

let self: NamedProcess | undefined;

export function thisProcess(): NamedProcess {
  if (!self) {
    const started = startOf(process.pid);
    self = {
      host: hostname(),
      scope: MACHINE_SCOPE,
      processId: process.pid,
      ...(started !== undefined && { started }),
    };
  }
  return self;
}

/** Whether it can be seen from here and runs. Where starts are not known, its id may be that of another one. */
export function runsHere(named: NamedProcess): boolean {
  return seenHere(named) !== 'gone';
}

/** Whether it runs here, and is known not to be another process that has its id. */
export function surelyRunsHere(named: NamedProcess): boolean {
  return seenHere(named) === 'surely';
}

/** Asks once when the process that has the id was started. */
function seenHere({ scope, processId, started }: NamedProcess): 'surely' | 'perhaps' | 'gone' {
  if (scope !== MACHINE_SCOPE || !isProcessAlive(processId)) return 'gone';
  const startedNow = started === undefined ? undefined : startOf(processId);
  if (startedNow === undefined) return 'perhaps';
  return startedNow === started ? 'surely' : 'gone';
}

/**
 * What came of telling a process to stop: it was told; it does not run here; it belongs to another user; or
 * it was left alone, because it can't be told from another process with its id.
 */
export type Stopping = 'told' | 'gone' | 'foreign' | 'uncertain';

export function tellToStop(named: NamedProcess): Stopping {
  const seen = seenHere(named);
  if (seen === 'gone') return 'gone';
  if (seen === 'perhaps') return 'uncertain';
  return sendStop(named.processId);
}

/** @param processId one that is known to be meant; negative for its whole group. */
export function sendStop(processId: number): Exclude<Stopping, 'uncertain'> {
  try {
    process.kill(processId, 'SIGTERM');
    return 'told';
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ESRCH') return 'gone';
    if (code === 'EPERM') return 'foreign';
    throw error;
  }
}

/**
 * When a process started, as it would name it itself: Linux counts ticks since boot; macOS has only what `ps`
 * prints, to the second; Windows neither.
 */
export function startOf(processId: number): string | undefined {
  const ticks = startOfProcess(processId);
  if (ticks !== undefined || process.platform !== 'darwin') return ticks;
  const { status, stdout } = spawnSync('ps', ['-o', 'lstart=', '-p', String(processId)], {
    encoding: 'utf8',
    // The same text, whoever asks.
    env: { ...process.env, LC_ALL: 'C', TZ: 'UTC' },
  });
  return status === 0 ? stdout.trim() || undefined : undefined;
}
