/** The thread that reads what exports of several searches hold. `comparison-worker.ts` is its other side. */
import { loadedPlugIns } from '../../engine/plug-ins/load.ts';
import type { Store } from '../../store/store.ts';
import { StoreThread } from '../store-thread.ts';
import type { ComparisonQuestion, ComparisonTask, ComparisonTasks } from './comparison-work.ts';

export class ComparisonThread {
  readonly #thread: StoreThread<ComparisonTasks>;

  constructor({ directory }: Pick<Store, 'directory'>) {
    this.#thread = new StoreThread({
      module: new URL('comparison-worker.ts', import.meta.url),
      name: 'ticket-comparison',
      directory,
    });
  }

  /** @throws WorkbenchError as `exportComparison`; `conflict` for a plug-in that has changed since it was loaded. */
  read<Task extends ComparisonTask>(
    task: Task,
    ids: readonly string[],
    question: ComparisonQuestion = {},
  ): Promise<ComparisonTasks[Task]['result']> {
    return this.#thread.run(task, { ids, question, plugIns: loadedPlugIns() });
  }

  /** Ends when the thread does not have the database open any more. */
  close(): Promise<void> {
    return this.#thread.close();
  }
}
