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

/** What one entry of a kind is, as messages name it. */
export const PLUG_IN_KIND_NAMES: Readonly<Record<PlugInKind, string>> = {
  datasets: 'dataset',
  architectures: 'network',
  initializers: 'initialiser',
  optimizers: 'optimizer',
  strategies: 'pruning strategy',
  pruningSchedules: 'pruning schedule',
  branches: 'branch',
  analyses: 'analysis',
  exporters: 'export format',
};

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

/** An entry that a saved search uses and that can't be used now. */
export interface MissingEntry extends PlugInEntry {
  /** The plug-in's file, as the search keeps it; undefined if it does not know of a plug-in. */
  readonly file?: string;
  /** `changed`: the entry is there, from a file with another content. */
  readonly reason: 'not-loaded' | 'changed';
}
