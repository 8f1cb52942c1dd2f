/** Backups of all searches. */

export interface BackupFile {
  /** Without its folder. */
  readonly name: string;
  readonly bytes: number;
  /** Unix time, milliseconds, of the last change. */
  readonly at: number;
  /** Whether the workbench made it by itself. */
  readonly isNightly: boolean;
}

export interface BackupOverview {
  /** The folder `backups` of the data directory. */
  readonly folder: string;
  /** Newest first. */
  readonly backups: readonly BackupFile[];
  /** Whether a copy is made every night, and kept for a week. */
  readonly isNightlyOn: boolean;
  /** Why the last nightly copy of this run could not be made. */
  readonly nightlyProblem: string | undefined;
  /** What is being done now. */
  readonly progress: BackupProgress | undefined;
}

export interface BackupProgress {
  readonly what: 'backing-up' | 'restoring';
  readonly step: 'copying' | 'checking';
  /** How much is copied, 0..1, estimated from the sizes of the files. */
  readonly fraction: number;
}

/** A backup that was written and checked. */
export interface WrittenBackup {
  /** Absolute. */
  readonly file: string;
  readonly bytes: number;
  readonly searches: number;
}

/** What restoring a backup would do. */
export interface BackupContents {
  /** Absolute. */
  readonly file: string;
  readonly bytes: number;
  /** Unix time, milliseconds, of the last change. */
  readonly at: number;
  readonly searches: number;
  /** What would be set aside. */
  readonly currentSearches: number;
  readonly runningSearches: number;
}

export interface RestoredBackup {
  readonly searches: number;
  /** Where the previous database is now. */
  readonly previous: string | undefined;
}
