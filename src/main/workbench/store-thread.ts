/** A thread with the database open. `store-thread-worker.ts` is its other side. */
import { type Tasks, WorkThread, type WorkThreadOptions } from './work-thread.ts';

export interface StoreThreadData {
  /** The database. */
  readonly file: string;
}

type StoreThreadOptions = Omit<WorkThreadOptions, 'workerData'> & StoreThreadData;

export class StoreThread<All extends Tasks<keyof All & string>> extends WorkThread<All> {
  constructor({ file, ...options }: StoreThreadOptions) {
    const workerData: StoreThreadData = { file };
    super({ ...options, workerData });
  }
}
