/** The entry point of a thread that makes one export. `program-thread.ts` starts it. */
import { parentPort, workerData } from 'node:worker_threads';
import { reportOf, WorkbenchError } from '../../../shared/contract/errors.ts';
import { Store } from '../../store/store.ts';
import type { ProgramAnswer, ProgramThreadData } from './program-thread.ts';
import { modelFiles } from './program-work.ts';

const port = parentPort;
if (!port) throw new Error('program-worker.ts runs only as a worker thread');

function answer({ file, asked }: ProgramThreadData): ProgramAnswer {
  const store = Store.open(file);
  try {
    return { files: modelFiles(store, asked) };
  } catch (error) {
    // Other errors are mistakes of the program: they keep their stack.
    if (!(error instanceof WorkbenchError)) throw error;
    return { report: reportOf(error) };
  } finally {
    store.close();
  }
}

port.postMessage(answer(workerData as ProgramThreadData));
