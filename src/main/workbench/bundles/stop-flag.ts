/** Asks the task of another thread to end, which looks between its steps: it has no time to get messages. */
import { WorkbenchError } from '../../../shared/contract/errors.ts';

/** Shared by both threads. */
export type StopFlag = Int32Array<SharedArrayBuffer>;

export function newStopFlag(): StopFlag {
  return new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
}

export function askToStop(flag: StopFlag): void {
  Atomics.store(flag, 0, 1);
}

/**
 * @param message what is said of a task that was stopped.
 * @throws WorkbenchError `interrupted` if the task was asked to stop.
 */
export function endIfAsked(flag: StopFlag, message: string): void {
  if (Atomics.load(flag, 0) === 1) throw new WorkbenchError('interrupted', message);
}
