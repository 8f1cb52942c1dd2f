/**
 * A workbench that serves windows. The Electron host and the browser host both start one. It closes the
 * database and opens another one while a backup is restored; windows stay connected.
 */
import type { WorkbenchEvent } from '../../shared/contract/events.ts';
import type { BackupProgress, RestoredBackup } from '../../shared/contract/records/backups.ts';
import { restoreInThread } from './backups/backup-thread.ts';
import { dataDirectory } from './data-directory.ts';
import { EventHub } from './event-hub.ts';
import type { Answer, Sender } from './handlers/answer.ts';
import type { HostServices } from './handlers/context.ts';
import { errorText, LogFile, logFolder } from './logs/log-file.ts';
import { openSession, type ServiceSession } from './service-session.ts';

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

/**
 * Opens the data directory, loads its plug-ins if the setting says so, and continues the searches that
 * were running there.
 *
 * @throws WorkbenchError `store-failed` if the data directory can't be used.
 */
export function openService(options: ServiceOptions): WorkbenchService {
  const directory = dataDirectory(options.dataDirectory);
  const log = new LogFile(logFolder(directory), { process: processName(options.host) });
  const onError = (message: string, error: unknown): void => {
    log.write('error', `${message}\n${errorText(error)}`);
    options.onError(message, error);
  };
  const hub = new EventHub((error) => {
    onError('a window could not be told of an event', error);
  });
  let session: ServiceSession;
  /** Settles when a backup has been restored, or could not be. Calls wait for it. */
  let restored: Promise<unknown> = Promise.resolve();

  const open = (): ServiceSession =>
    openSession({
      directory,
      host: options.host,
      log,
      onError,
      emit: (event) => {
        hub.emit(event);
      },
      restore,
    });
  const restore = async (
    file: string,
    onProgress: (progress: BackupProgress) => void,
  ): Promise<RestoredBackup> => {
    const work = async (): Promise<RestoredBackup> => {
      await session.close();
      try {
        return await restoreInThread({ kind: 'restore', directory, file }, onProgress);
      } finally {
        session = open();
        hub.emit({ type: 'history-changed' });
      }
    };
    const working = work();
    restored = working.catch(() => undefined);
    return working;
  };

  try {
    session = open();
  } catch (error) {
    log.write('error', `the workbench can't be opened: ${errorText(error)}`);
    throw error;
  }
  return {
    dataDirectory: directory,
    answer: async (sender, message) => {
      await restored;
      return session.answer(sender, message);
    },
    subscribe: (listener) => hub.subscribe(listener),
    runningCount: () => session.runningCount(),
    close: async () => {
      await restored;
      await session.close();
      log.write('info', 'closed');
    },
  };
}

/** As the log names it. */
function processName({ kind }: HostServices): string {
  return kind === 'electron' ? 'workbench' : 'serve';
}
