/** A thread with the database open. `store-thread-worker.ts` is its other side. */
import { databaseFile } from './data-directory.ts';
import { type Tasks, WorkThread, type WorkThreadOptions } from './work-thread.ts';

export interface StoreThreadData {
  /** The database. */
  readonly file: string;
}

interface StoreThreadOptions extends Pick<WorkThreadOptions, 'module' | 'name'> {
  /** The data directory. */
  readonly directory: string;
}

/** So long a thread remembers what it has read and checked: doing it again takes seconds. */
const IDLE_MILLISECONDS = 5 * 60 * 1000;

export class StoreThread<All extends Tasks<keyof All & string>> extends WorkThread<All> {
  constructor({ directory, ...options }: StoreThreadOptions) {
    const workerData: StoreThreadData = { file: databaseFile(directory) };
    super({ ...options, workerData, idleMilliseconds: IDLE_MILLISECONDS });
  }
}
