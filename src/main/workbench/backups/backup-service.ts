/** Backups as a window sees them: one at a time, with progress, and every night if that is wanted. */
import { statSync } from 'node:fs';
import path from 'node:path';
import { reportOf, WorkbenchError } from '../../../shared/contract/errors.ts';
import type {
  BackupContents,
  BackupOverview,
  BackupProgress,
  RestoredBackup,
  WrittenBackup,
} from '../../../shared/contract/records/backups.ts';
import { withHome } from '../../engine/datasets/user-path.ts';
import { searchesInBackup } from '../../store/backup.ts';
import type { Store } from '../../store/store.ts';
import { databaseFile } from '../data-directory.ts';
import { backUpInThread } from './backup-thread.ts';
import { backupFolder, backupNamed, listBackups, newBackup, removeOldBackups } from './backups.ts';

/** No window can set it: the contract takes no preference with a colon in its key. */
const PREFERENCE = 'workbench:nightly-backup';

const DAY_MILLISECONDS = 24 * 60 * 60_000;
/** So long a copy that is due waits until no search runs. It would share the disk with it. */
const PATIENCE_MILLISECONDS = DAY_MILLISECONDS;

export interface BackupServiceOptions {
  readonly store: Pick<Store, 'preferences' | 'history' | 'searches' | 'inTurn'>;
  readonly directory: string;
  runningCount(): number;
  onProgress(progress: BackupProgress | undefined): void;
  /** Stops all searches, puts the backup in their place and opens it. */
  restore(file: string, onProgress: (progress: BackupProgress) => void): Promise<RestoredBackup>;
  readonly now?: () => number;
}

export class BackupService {
  readonly #options: BackupServiceOptions;
  readonly #now: () => number;
  #progress: BackupProgress | undefined;
  #isBusy = false;
  #inspected: string | undefined;
  #nightlyProblem: string | undefined;

  constructor(options: BackupServiceOptions) {
    this.#options = options;
    this.#now = options.now ?? Date.now;
  }

  overview(): BackupOverview {
    const { directory } = this.#options;
    return {
      folder: backupFolder(directory),
      backups: listBackups(directory),
      isNightlyOn: this.#isNightlyOn,
      nightlyProblem: this.#nightlyProblem,
      progress: this.#progress,
    };
  }

  /**
   * @param file absolute. Default: a new one in the folder `backups`.
   * @param overwrite whether the user has agreed to replace an existing file.
   * @throws WorkbenchError `conflict` while another backup or restore runs.
   */
  make(file: string | undefined, overwrite: boolean): Promise<WrittenBackup> {
    const { directory } = this.#options;
    const task = { kind: 'back-up', directory, file, overwrite } as const;
    return this.#alone(() =>
      backUpInThread(task, databaseFile(directory), (progress) => {
        this.#report(progress);
      }),
    );
  }

  /** @throws WorkbenchError as `searchesInBackup`. */
  inspect(file: string): BackupContents {
    const { store, runningCount } = this.#options;
    const searches = searchesInBackup(file);
    const { size, mtimeMs } = statSync(file);
    this.#inspected = file;
    return {
      file,
      bytes: size,
      at: Math.round(mtimeMs),
      searches,
      currentSearches: store.searches.list().length + store.searches.damaged().length,
      runningSearches: runningCount(),
    };
  }

  /** The path of a backup in the folder. @throws WorkbenchError `not-found`. */
  named(name: string): string {
    return backupNamed(this.#options.directory, name);
  }

  /**
   * @param file the one that was inspected last: the user has seen what it holds.
   * @throws WorkbenchError `conflict` for another one.
   */
  async restore(file: string): Promise<RestoredBackup> {
    if (file !== this.#inspected) {
      throw new WorkbenchError(
        'conflict',
        `${file} is not the backup that was chosen last`,
        'Choose the backup again.',
      );
    }
    this.#inspected = undefined;
    return this.#alone(() =>
      this.#options.restore(file, (progress) => {
        this.#report(progress);
      }),
    );
  }

  async setNightly(isOn: boolean): Promise<void> {
    const { store } = this.#options;
    await store.inTurn(() => {
      store.preferences.set(PREFERENCE, isOn ? true : null);
    });
  }

  /** Makes the copy of this night if it is due. Called every few minutes. */
  async makeNightly(): Promise<void> {
    if (this.#isBusy || !this.#isNightlyOn) return;
    const { directory } = this.#options;
    try {
      if (!this.#isNightlyDue()) return;
      await this.make(newBackup(directory, 'nightly', this.#now()), false);
      removeOldBackups(directory);
      this.#nightlyProblem = undefined;
    } catch (error) {
      const problem = reportOf(error).message;
      const isKnown = problem === this.#nightlyProblem;
      this.#nightlyProblem = problem;
      // It is tried again every few minutes, and reported once.
      if (!isKnown) throw error;
    }
  }

  get #isNightlyOn(): boolean {
    return this.#options.store.preferences.all()[PREFERENCE] === true;
  }

  #isNightlyDue(): boolean {
    const { directory, runningCount } = this.#options;
    const last = listBackups(directory).find(({ isNightly }) => isNightly);
    const age = last ? this.#now() - last.at : Infinity;
    // A clock that was set back makes the last copy one of the future.
    const isOld = Math.abs(age) >= DAY_MILLISECONDS;
    const canWait = last !== undefined && age < DAY_MILLISECONDS + PATIENCE_MILLISECONDS;
    return isOld && !(canWait && runningCount() > 0);
  }

  async #alone<Value>(work: () => Promise<Value>): Promise<Value> {
    if (this.#isBusy) {
      throw new WorkbenchError(
        'conflict',
        'another backup or restore is running',
        'Wait until it has ended.',
      );
    }
    this.#isBusy = true;
    try {
      return await work();
    } finally {
      this.#isBusy = false;
      this.#report(undefined);
    }
  }

  #report(progress: BackupProgress | undefined): void {
    this.#progress = progress;
    this.#options.onProgress(progress);
  }
}

/**
 * @param example the name of such a file.
 * @throws WorkbenchError `invalid-argument` for a path that depends on where the server was started.
 */
export function checkAbsolute(file: string, example = 'searches.sqlite'): string {
  const whole = withHome(file);
  if (path.isAbsolute(whole)) return path.normalize(whole);
  throw new WorkbenchError(
    'invalid-argument',
    `${file} is not a whole path`,
    `Write it from its beginning, such as ${path.join(path.parse(process.cwd()).root, 'folder', example)}.`,
  );
}
