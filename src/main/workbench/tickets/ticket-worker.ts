/** The entry point of the Ticket tab's thread. */
import type { TaskRequest } from '../store-thread.ts';
import { answerTasks } from '../store-thread-worker.ts';
import { performTicketWork, type TicketTask, type TicketTasks } from './ticket-work.ts';

type TicketRequest<Task extends TicketTask = TicketTask> = TaskRequest<
  TicketTasks[Task]['given']
> & { readonly task: Task };

answerTasks<TicketRequest>((store, { task, given }) => performTicketWork(store, task, given));
