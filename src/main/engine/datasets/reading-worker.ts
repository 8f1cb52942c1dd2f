/** The entry point of the thread that reads. `readInThread` starts it and gives it one task at a time. */
import { parentPort } from 'node:worker_threads';
import { reportOf, SettingsError, WorkbenchError } from '../../../shared/contract/errors.ts';
import { summarizeData } from '../data-summary/data-summary.ts';
import { featureFacts } from '../data-summary/feature-facts.ts';
import { tellingProgress } from '../data-summary/telling-progress.ts';
import { loadPlugIns } from '../plug-ins/load.ts';
import { downloadOf } from './download.ts';
import type { OnReading } from './examples.ts';
import { readChecked } from './fetched.ts';
import { withShape } from './given-shape.ts';
import { datasets } from './index.ts';
import { withMemoryLimit } from './memory.ts';
import type {
  ReadingMessage,
  ReadingRequest,
  ReadingTask,
  ReadingTasks,
} from './reading-thread.ts';

const port = parentPort;
if (!port) throw new Error('reading-worker.ts runs only as a worker thread');
const say = (message: ReadingMessage): void => {
  port.postMessage(message);
};

type Perform<Task extends ReadingTask> = (
  given: ReadingTasks[Task]['given'],
  id: string,
  onReading: OnReading,
) => Promise<ReadingTasks[Task]['result']>;

const TASKS: { readonly [Task in ReadingTask]: Perform<Task> } = {
  load: ({ choice }, id, onReading) => datasets.get(id).load(choice, onReading),
  reshape: ({ dataset, shape }) => withShape(dataset, shape),
  async install({ source, target }, id) {
    await downloadOf(datasets.get(id)).install(source, target);
    return undefined;
  },
  async check({ folder }, id) {
    await readChecked(id, downloadOf(datasets.get(id)), folder);
    return undefined;
  },
  facts: ({ dataset }, _id, onReading) => featureFacts(dataset, tellingProgress(onReading)),
  summary: ({ choice, seed, dataset, facts }) =>
    Promise.resolve(summarizeData(choice, seed, dataset, facts)),
};

function perform<Task extends ReadingTask>({ task, given, id }: ReadingRequest<Task>) {
  const each: Perform<Task> = TASKS[task];
  return each(given, id, (what) => {
    say({ kind: 'reading', what });
  });
}

async function answer(request: ReadingRequest): Promise<void> {
  try {
    loadPlugIns(request.plugIns, { datasets });
    const result = await withMemoryLimit(request.memory, () => perform(request));
    say({ kind: 'done', result });
  } catch (error) {
    // Other errors are mistakes of the program: they keep their stack.
    if (!(error instanceof WorkbenchError)) throw error;
    if (error instanceof SettingsError) say({ kind: 'refused', problems: error.problems });
    else say({ kind: 'failed', report: reportOf(error) });
  }
}

port.on('message', (request: ReadingRequest | undefined) => {
  if (request === undefined) port.close();
  else void answer(request);
});
