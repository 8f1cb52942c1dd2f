/** Workers for a purpose other than a search: a benchmark, an estimate, a test. */
import type { SearchData } from '../../engine/protocol.ts';
import { SearchTasks } from './search-tasks.ts';
import { TaskPool } from './task-pool.ts';
import { startWorkerThread } from './worker-thread.ts';

export interface OwnWorkers {
  readonly tasks: SearchTasks;
  readonly tensorflow: string;
  close(): Promise<void>;
}

/**
 * @param name used instead of a search's id.
 * @throws WorkbenchError `provisioning-failed` if TensorFlow does not load.
 */
export async function startOwnWorkers(
  name: string,
  data: SearchData,
  workers: number,
): Promise<OwnWorkers> {
  const pool = new TaskPool(workers, () => startWorkerThread());
  await pool.start();
  return {
    tasks: new SearchTasks(name, data, pool),
    tensorflow: pool.tensorflow,
    close: () => pool.close(),
  };
}
