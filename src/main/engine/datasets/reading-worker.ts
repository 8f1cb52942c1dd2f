/** The entry point of the thread that reads a dataset's files. `readInThread` starts it. */
import { parentPort, workerData } from 'node:worker_threads';
import { reportOf, SettingsError, WorkbenchError } from '../../../shared/contract/errors.ts';
import { loadPlugIns } from '../plug-ins/load.ts';
import { datasets } from './index.ts';
import type { ReadingMessage, ReadingRequest } from './reading.ts';

const port = parentPort;
if (!port) throw new Error('reading-worker.ts runs only as a worker thread');
const say = (message: ReadingMessage): void => {
  port.postMessage(message);
};
const { choice, plugIns } = workerData as ReadingRequest;

try {
  loadPlugIns(plugIns, { datasets });
  const dataset = await datasets.get(choice.id).load(choice, (what) => {
    say({ kind: 'reading', what });
  });
  say({ kind: 'read', dataset });
} catch (error) {
  // Other errors are mistakes of the program: they keep their stack.
  if (!(error instanceof WorkbenchError)) throw error;
  if (error instanceof SettingsError) say({ kind: 'refused', problems: error.problems });
  else say({ kind: 'failed', report: reportOf(error) });
}
