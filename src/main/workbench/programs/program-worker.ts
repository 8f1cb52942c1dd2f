/** The entry point of a thread that makes one export. `program-thread.ts` starts it. */
import { parentPort, workerData } from 'node:worker_threads';
import { reportOf, WorkbenchError } from '../../../shared/contract/errors.ts';
import type { ProgramFile } from '../../exporters/programs/program.ts';
import { Store } from '../../store/store.ts';
import type { ProgramAnswer, ProgramThreadData } from './program-thread.ts';
import { programFiles } from './program-work.ts';

const port = parentPort;
if (!port) throw new Error('program-worker.ts runs only as a worker thread');

const say = (answered: ProgramAnswer, transferred: readonly ArrayBuffer[] = []): void => {
  port.postMessage(answered, transferred);
};

/** Those that can be handed over without a copy: they hold one file and nothing else. */
function buffersOf(files: readonly ProgramFile[]): ArrayBuffer[] {
  const buffers = files.flatMap(({ bytes: { buffer, byteLength } }) =>
    buffer instanceof ArrayBuffer && buffer.byteLength === byteLength ? [buffer] : [],
  );
  return [...new Set(buffers)];
}

function answer({ file, asked }: ProgramThreadData): ProgramAnswer {
  const store = Store.openExisting(file);
  try {
    return {
      files: programFiles(store, asked, (step) => {
        say({ step });
      }),
    };
  } catch (error) {
    // Other errors are mistakes of the program: they keep their stack.
    if (!(error instanceof WorkbenchError)) throw error;
    return { report: reportOf(error) };
  } finally {
    store.close();
  }
}

const result = answer(workerData as ProgramThreadData);
say(result, 'files' in result ? buffersOf(result.files) : []);
