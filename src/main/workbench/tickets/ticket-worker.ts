/** The entry point of the Ticket tab's thread. `ticket-thread.ts` starts it and sends it tasks. */
import { parentPort } from 'node:worker_threads';
import { reportOf, WorkbenchError } from '../../../shared/contract/errors.ts';
import { Store } from '../../store/store.ts';
import type { TicketAnswer, TicketRequest } from './ticket-thread.ts';
import { performTicketWork } from './ticket-work.ts';

const port = parentPort;
if (!port) throw new Error('ticket-worker.ts runs only as a worker thread');

/** The database is open for one task only, so that it can be replaced by a backup. */
function answer({ id, file, task, given }: TicketRequest): TicketAnswer {
  try {
    const store = Store.open(file);
    try {
      return { id, result: performTicketWork(store, task, given) };
    } finally {
      store.close();
    }
  } catch (error) {
    // Other errors are mistakes of the program: they keep their stack.
    if (!(error instanceof WorkbenchError)) throw error;
    return { id, report: reportOf(error) };
  }
}

port.on('message', (request: TicketRequest) => {
  port.postMessage(answer(request));
});
