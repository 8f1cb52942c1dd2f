/** The program itself: its versions and folders, and how its last run ended. */

export const FOLDERS = ['data', 'cache', 'logs'] as const;
export type FolderId = (typeof FOLDERS)[number];

export interface About {
  readonly version: string;
  /** The commit that the package was built from; undefined in a clone. */
  readonly commit: string | undefined;
  /** What it runs on: Node, TensorFlow, SQLite, and Electron and Chromium on the desktop. */
  readonly parts: readonly { readonly name: string; readonly version: string }[];
  readonly folders: readonly { readonly id: FolderId; readonly path: string }[];
  /** SPDX */
  readonly licence: string;
}

/** A run that ended unexpectedly. */
export interface CrashNotice {
  /** A sentence without its full stop. */
  readonly what: string;
  /** Unix time, milliseconds. */
  readonly at: number;
  /** The path of the report. */
  readonly file: string;
}
