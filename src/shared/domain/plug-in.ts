/** Plug-ins: a user's own files that add registry entries. */

/** The kinds of entry that a plug-in may define, by their names in its export `plugIn`. */
export const PLUG_IN_KINDS = [
  'datasets',
  'architectures',
  'initializers',
  'optimizers',
  'strategies',
  'pruningSchedules',
  'branches',
  'analyses',
  'exporters',
] as const;
export type PlugInKind = (typeof PLUG_IN_KINDS)[number];

/** A registry entry that comes from a plug-in. */
export interface PlugInEntry {
  readonly kind: PlugInKind;
  readonly id: string;
}

/** An entry that a search uses, with the file it came from when the search was planned. */
export interface UsedPlugIn extends PlugInEntry {
  /** The file's name without its folder, because a folder of plug-ins may be moved. */
  readonly file: string;
  /** SHA-256, hex, of the file's bytes. */
  readonly sha256: string;
}
