/** The workbench from the opening of the database to its close. */
import { reportOf, WorkbenchError } from '../../shared/contract/errors.ts';
import type { WorkbenchEvent } from '../../shared/contract/events.ts';
import { Store } from '../store/store.ts';
import { Program, versionsOf } from './about/about.ts';
import type { BackgroundListener } from './background-work.ts';
import { BackupService, type BackupServiceOptions } from './backups/backup-service.ts';
import { removeOldBackups } from './backups/backups.ts';
import { BundleService } from './bundles/bundle-service.ts';
import { removeLeftTransfers } from './bundles/transfer-folder.ts';
import { PlanWatch } from './cluster/plan-watch.ts';
import { CostEstimates } from './planning/cost-estimate.ts';
import { databaseFile } from './data-directory.ts';
import { DatasetFetches } from './datasets/fetches.ts';
import { WORKBENCH_VERSION } from './environment.ts';
import { type Answer, createAnswerer, type Sender } from './handlers/answer.ts';
import { changedRows, type HandlerContext, type HostServices } from './handlers/context.ts';
import { createHandlers } from './handlers/index.ts';
import { CrashReports } from './logs/crash-reports.ts';
import { errorText, type LogFile } from './logs/log-file.ts';
import { PlugInSetting } from './plug-ins/setting.ts';
import { sweepCheckpoints } from './running/checkpoints.ts';
import { SearchQueue } from './running/queue.ts';
import { StorageService } from './storage/storage-service.ts';
import { TensorFlowSetup } from './tensorflow/setup.ts';
import { Workbench } from './workbench.ts';

export interface SessionOptions {
  readonly directory: string;
  readonly host: HostServices;
  readonly log: LogFile;
  onError(message: string, error: unknown): void;
  emit(event: WorkbenchEvent): void;
  /** Closes this session, restores the backup, and opens the next session. */
  readonly restore: BackupServiceOptions['restore'];
}

export interface ServiceSession {
  /** @throws WorkbenchError `malformed-message` for a message that is not a call. */
  answer(sender: Sender, message: unknown): Promise<Answer>;
  runningCount(): number;
  close(): Promise<void>;
}

/** How often changes by other processes are looked for. */
const WATCH_MILLISECONDS = 1000;

const PURGE_MILLISECONDS = 60 * 60 * 1000;
const NIGHTLY_MILLISECONDS = 10 * 60 * 1000;
const TRANSFERS_MILLISECONDS = 60 * 1000;

/** @throws WorkbenchError `store-failed` if the data directory can't be used. */
export function openSession(options: SessionOptions): ServiceSession {
  const { directory, host, log, emit } = options;
  const store = Store.open(databaseFile(directory));
  const workbench = Workbench.over(store);
  workbench.programs.threads.onProgress = (id, progress) => {
    emit({ type: 'export-progress', id, progress });
  };
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
  const versions = { ...versionsOf(store, host), 'Ticket Workbench': WORKBENCH_VERSION };
  log.write('info', `opened ${directory}: ${describeVersions(versions)}`);
  const queue = new SearchQueue({
    store,
    runner: workbench.runner,
    emit,
    onError,
    onSearchFailed: (id, error) => {
      log.write('error', `the search ${id} failed: ${errorText(error)}`);
    },
  });
  store.followWaits((wait) => {
    emit({ type: 'database-wait', wait });
    // What was saved meanwhile is not in the events before.
    if (!wait) emit({ type: 'history-changed' });
  });
  const fetches = new DatasetFetches(emit);
  const tensorflow = new TensorFlowSetup(emit);
  const backups = new BackupService({
    store,
    directory,
    runningCount: () => queue.runningCount,
    onProgress: (progress) => {
      emit({ type: 'backup-progress', progress });
    },
    restore: options.restore,
  });
  const bundles = new BundleService({
    directory,
    onProgress: (task, progress) => {
      emit({ type: 'bundle-progress', task, progress });
    },
    onMerged: () => {
      emit({ type: 'history-changed' });
    },
    onError,
  });
  const storage = new StorageService({
    store,
    cache: host.cacheDirectory,
    onProgress: (progress) => {
      emit({ type: 'storage-progress', progress });
    },
    onFreed: () => {
      emit({ type: 'history-changed' });
    },
  });
  const context: HandlerContext = {
    store,
    workbench,
    queue,
    estimates: new CostEstimates(store),
    fetches,
    plugIns,
    tensorflow,
    backups,
    bundles,
    plans: new PlanWatch({
      store,
      onChanged: (ids) => {
        changedRows(context, ids);
      },
      onProblem: ({ message }) => {
        log.write('error', message);
      },
      onError,
    }),
    storage,
    program: new Program({
      store,
      dataDirectory: directory,
      reports: new CrashReports(log, versions),
      host,
    }),
    host,
    dataDirectory: directory,
    startedAt: Date.now(),
    emit,
  };
  const handlers = createHandlers(context);
  /** Why nothing can be saved any more: the database was deleted, renamed or replaced. */
  let lost: WorkbenchError | undefined;
  const answer = createAnswerer(handlers, {
    unavailable: () => lost,
    onInternalError: (name, error) => {
      options.onError(`${name} failed: ${reportOf(error).message}`, error);
    },
  });

  let seen = store.changeCounter();
  const makeNightly = (): void => {
    backups.makeNightly().catch(onError);
  };
  const purge = (): void => {
    storage.purgeExpired(Date.now()).catch((error: unknown) => {
      // The workbench is closing: the next start purges.
      if (!isClosing(error)) onError(error);
    });
  };
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
    repeat(PURGE_MILLISECONDS, onError, purge),
    repeat(NIGHTLY_MILLISECONDS, onError, makeNightly),
    repeat(TRANSFERS_MILLISECONDS, onError, () => {
      bundles.transfers.sweep().catch(onError);
    }),
  ];
  completeEarlier(workbench, { onChanged: () => emit({ type: 'history-changed' }), onError }).catch(
    onError,
  );
  purge();
  sweepCheckpoints(store);
  removeLeftTransfers(directory).catch(onError);
  try {
    removeOldBackups(directory);
  } catch (error) {
    onError(error);
  }
  summarizeMissing(store, workbench, onError).catch(onError);
  queue.start();
  context.plans.start();
  makeNightly();

  return {
    answer,
    runningCount: () => queue.runningCount,
    close: async () => {
      for (const timer of timers) clearInterval(timer);
      store.endWaitsSoon();
      await Promise.all(
        [fetches, tensorflow, bundles, context.plans, storage].map((each) => each.close()),
      );
      const { curves, exports, sealing, historyTables, tickets } = workbench;
      const threads = [curves, exports, sealing, historyTables, tickets];
      await Promise.all([queue, ...threads].map((each) => each.close()));
      workbench.close();
    },
  };
}

/** `Node 24.21.0, SQLite 3.50.4` */
function describeVersions(versions: Readonly<Record<string, string | undefined>>): string {
  return Object.entries(versions)
    .map(([name, version]) => `${name} ${version ?? 'not set up'}`)
    .join(', ');
}

function isClosing(error: unknown): boolean {
  return error instanceof WorkbenchError && error.code === 'unavailable';
}

/**
 * Adds to searches of earlier versions what this one saves at once, while nobody waits: the history has no
 * effect sizes and no differences of them before. Effect sizes come second: of sealed trainings they are read
 * without another check.
 */
async function completeEarlier(
  { sealing, historyTables: { missingEffects } }: Workbench,
  listener: BackgroundListener,
): Promise<void> {
  missingEffects.onDamaged = (_searchId, error) => listener.onError(error);
  await sealing.start(listener);
  await missingEffects.start(listener);
}

/** A damaged search must not keep the others from opening. */
async function summarizeMissing(
  store: Store,
  workbench: Workbench,
  onError: (error: unknown) => void,
): Promise<void> {
  for (const id of store.history.unsummarized()) {
    try {
      await workbench.history.summarizeInTurn(id);
    } catch (error) {
      // The next start summarises them.
      if (isClosing(error)) return;
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
