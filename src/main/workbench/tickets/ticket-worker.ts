/** The entry point of the Ticket tab's thread. */
import { answerTasks } from '../store-thread-worker.ts';
import { performTicketWork, type TicketTask, type TicketTasks } from './ticket-work.ts';

interface TicketRequest<Task extends TicketTask = TicketTask> {
  readonly task: Task;
  readonly given: TicketTasks[Task]['given'];
}

answerTasks((store, request) => {
  const { task, given } = request as TicketRequest;
  return performTicketWork(store, task, given);
});
