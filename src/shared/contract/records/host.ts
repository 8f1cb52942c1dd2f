/** The host around the window, and the files it saves. */

export interface DownloadableFile {
  /** The file name, without a folder and valid on every system. */
  readonly name: string;
  readonly mediaType: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** What the host around the renderer can do. */
export interface HostCapabilities {
  readonly kind: 'electron' | 'browser';
  /** Whether `host.pickPath` opens a native dialog; otherwise users type a path. */
  readonly canPickPath: boolean;
  /** Whether `host.saveFile` opens a native dialog; otherwise the browser downloads. */
  readonly canSaveFile: boolean;
  /** Whether `plugIns.openFolder` and `about.openFolder` show the folder in the system's file manager. */
  readonly canOpenFolder: boolean;
  /** Whether `host.installCommand` makes the command `ticket` known to terminals. */
  readonly canInstallCommand: boolean;
}

/** Something has waited for more than a second to be saved, because the database is locked. */
export interface DatabaseWait {
  readonly file: string;
  /** Who probably has locked it: `process 4711, which merges a bundle`; undefined if nothing is known. */
  readonly writer: string | undefined;
}

export interface Health {
  readonly version: string;
  readonly node: string;
  /** `linux-x64` */
  readonly platform: string;
  readonly cpu: string;
  readonly cores: number;
  readonly dataDirectory: string;
  /** The numbers of running and waiting searches in this process's queue. */
  readonly running: number;
  readonly waiting: number;
  /** Unix time, milliseconds, at which this workbench started. */
  readonly startedAt: number;
  readonly host: HostCapabilities;
}
