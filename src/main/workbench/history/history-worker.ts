/** The entry point of the thread that reads for the history. */
import { answerTasks } from '../store-thread-worker.ts';
import { type HistoryTask, type HistoryTasks, performHistoryWork } from './history-work.ts';

interface HistoryRequest<Task extends HistoryTask = HistoryTask> {
  readonly task: Task;
  readonly given: HistoryTasks[Task]['given'];
}

answerTasks((store, request) => {
  const { task, given } = request as HistoryRequest;
  return performHistoryWork(store, task, given);
});
