/** A workbench that serves windows. The Electron host and the browser host both start one. */
import { reportOf, type WorkbenchError } from '../../shared/contract/errors.ts';
import type { WorkbenchEvent } from '../../shared/contract/events.ts';
import { Store } from '../store/store.ts';
import { CostEstimates } from './planning/cost-estimate.ts';
import { dataDirectory, databaseFile } from './data-directory.ts';
import { DatasetFetches } from './datasets/fetches.ts';
import { EventHub } from './event-hub.ts';
import { type Answer, createAnswerer, type Sender } from './handlers/answer.ts';
import type { HostServices } from './handlers/context.ts';
import { createHandlers } from './handlers/index.ts';
import { purgeDeleted } from './history/purge.ts';
import { PlugInSetting } from './plug-ins/setting.ts';
import { SearchQueue } from './running/queue.ts';
import { TensorFlowSetup } from './tensorflow/setup.ts';
import { Workbench } from './workbench.ts';

export interface ServiceOptions {
  /** Default: the system's usual place. */
  readonly dataDirectory?: string | undefined;
  readonly host: HostServices;
  /**
   * Called with faults of the workbench itself that no caller, or not only the caller, should see.
   */
  onError(message: string, error: unknown): void;
}

export interface WorkbenchService {
  readonly dataDirectory: string;
  /** @throws WorkbenchError `malformed-message` for a message that is not a call. */
  answer(sender: Sender, message: unknown): Promise<Answer>;
  /** @returns a function that unsubscribes. */
  subscribe(listener: (event: WorkbenchEvent) => void): () => void;
  /** How many searches run now. */
  runningCount(): number;
  /** Stops running searches, which continue at the next start, and closes the store. */
  close(): Promise<void>;
}

/** How often changes by other processes are looked for. */
const WATCH_MILLISECONDS = 1000;

const PURGE_MILLISECONDS = 60 * 60 * 1000;

/**
 * Opens the data directory, loads its plug-ins if the setting says so, and continues the searches that
 * were running there.
 *
 * @throws WorkbenchError `store-failed` if the data directory can't be used.
 */
export function openService(options: ServiceOptions): WorkbenchService {
  const directory = dataDirectory(options.dataDirectory);
  const store = Store.open(databaseFile(directory));
  const workbench = Workbench.over(store);
  const onError = (error: unknown): void => {
    options.onError(reportOf(error).message, error);
  };
  // Before anything is looked up that a plug-in may define.
  const plugIns = new PlugInSetting(store, directory);
  plugIns.load();
  if (plugIns.failure) {
    options.onError(
      `no plug-in of ${plugIns.folder} is loaded: ${plugIns.failure.message}`,
      plugIns.failure,
    );
  }
  const hub = new EventHub(onError);
  const emit = (event: WorkbenchEvent): void => {
    hub.emit(event);
  };
  const queue = new SearchQueue({ store, runner: workbench.runner, emit, onError });
  const fetches = new DatasetFetches(emit);
  const tensorflow = new TensorFlowSetup(emit);
  const handlers = createHandlers({
    store,
    workbench,
    queue,
    estimates: new CostEstimates(store),
    fetches,
    plugIns,
    tensorflow,
    host: options.host,
    dataDirectory: directory,
    startedAt: Date.now(),
    emit,
  });
  /** Why nothing can be saved any more: the database was deleted, renamed or replaced. */
  let lost: WorkbenchError | undefined;
  const answer = createAnswerer(handlers, {
    unavailable: () => lost,
    onInternalError: (name, error) => {
      options.onError(`${name} failed: ${reportOf(error).message}`, error);
    },
  });

  let seen = store.changeCounter();
  const timers = [
    repeat(WATCH_MILLISECONDS, onError, () => {
      const moved = store.rescue();
      if (moved && moved.error.message !== lost?.message) onError(moved.error);
      lost = moved?.error;
      if (lost) return;
      const counter = store.changeCounter();
      if (counter !== seen) emit({ type: 'history-changed' });
      seen = counter;
    }),
    repeat(PURGE_MILLISECONDS, onError, () => {
      purgeDeleted(store, Date.now());
    }),
  ];
  purgeDeleted(store, Date.now());
  summarizeMissing(store, workbench, onError);
  queue.start();

  return {
    dataDirectory: directory,
    answer,
    subscribe: (listener) => hub.subscribe(listener),
    runningCount: () => queue.runningCount,
    close: async () => {
      for (const timer of timers) clearInterval(timer);
      await Promise.all([fetches.close(), tensorflow.close()]);
      await queue.close();
      workbench.close();
    },
  };
}

/** A damaged search must not keep the others from opening. */
function summarizeMissing(
  store: Store,
  workbench: Workbench,
  onError: (error: unknown) => void,
): void {
  for (const id of store.history.unsummarized()) {
    try {
      workbench.history.summarize(id);
    } catch (error) {
      onError(error);
    }
  }
}

function repeat(
  milliseconds: number,
  onError: (error: unknown) => void,
  work: () => void,
): NodeJS.Timeout {
  return setInterval(() => {
    try {
      work();
    } catch (error) {
      onError(error);
    }
  }, milliseconds);
}
