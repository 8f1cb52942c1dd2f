/** The other side of a `WorkThread`: what it runs answers its tasks here. */
import { parentPort } from 'node:worker_threads';
import { reportOf, WorkbenchError } from '../../shared/contract/errors.ts';
import type { TaskAnswer, TaskRequest } from './work-thread.ts';

export function answerRequests(perform: (request: TaskRequest) => unknown): void {
  const port = parentPort;
  if (!port) throw new Error('tasks are answered only in a worker thread');
  const answer = (request: TaskRequest): TaskAnswer => {
    const { id } = request;
    try {
      return { id, result: perform(request) };
    } catch (error) {
      // Other errors are mistakes of the program: they keep their stack.
      if (!(error instanceof WorkbenchError)) throw error;
      return { id, report: reportOf(error) };
    }
  };
  port.on('message', (request: TaskRequest) => {
    port.postMessage(answer(request));
  });
}
