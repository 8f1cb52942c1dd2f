/** What takes space, and what is in the trash. */
import type { SearchState } from './search-rows.ts';

/** What the database holds, by kind. */
export const DATABASE_KINDS = [
  'final-weights',
  'initial-weights',
  'rewind-points',
  'masks',
  'correct-examples',
  'measurements',
  'analyses',
  'trash',
  'rest',
  'free',
] as const;
export type DatabaseKind = (typeof DATABASE_KINDS)[number];

/** What lies beside the database. */
export const FOLDER_KINDS = [
  'checkpoints',
  'backups',
  'transfers',
  'tensorflow',
  'datasets',
  'engines',
  'logs',
] as const;
export type FolderKind = (typeof FOLDER_KINDS)[number];

export type StorageKind = DatabaseKind | FolderKind;

export interface StoragePart {
  readonly kind: StorageKind;
  readonly bytes: number;
}

/** What one search takes. Arrays that other searches share are in `sharedBytes` only. */
export interface SearchUsage {
  readonly id: string;
  readonly name: string;
  readonly sweepId: string | undefined;
  readonly state: SearchState;
  /** Unix time, milliseconds. */
  readonly createdAt: number;
  readonly isTagged: boolean;
  /** Initial and final weights and rewind points. */
  readonly weightBytes: number;
  readonly maskBytes: number;
  /** Measurements, and which test examples were classified correctly. */
  readonly measurementBytes: number;
  readonly analysisBytes: number;
  /** Arrays that at least one other search has, too. */
  readonly sharedBytes: number;
  /** When its weights were dropped, Unix milliseconds; undefined if they were not. */
  readonly weightsDroppedAt: number | undefined;
  /** Why its weights can't be dropped; undefined if they can. */
  readonly refusal: string | undefined;
}

export interface StorageOverview {
  /** The database. */
  readonly file: string;
  /** The size of the database with its log. */
  readonly databaseBytes: number;
  /** Free on the disk of the database. */
  readonly freeBytes: number;
  /** Kinds that take no space are left out. */
  readonly parts: readonly StoragePart[];
  /** Searches that are not in the trash, largest first. */
  readonly searches: readonly SearchUsage[];
}

/** What dropping the weights of searches would do. */
export interface DropPreview {
  readonly searches: readonly { readonly id: string; readonly name: string }[];
  /** Searches that were asked for and keep their weights, with the reason. */
  readonly leftOut: readonly {
    readonly id: string;
    readonly name: string;
    readonly reason: string;
  }[];
  readonly freedBytes: number;
  /** Weights that stay because other searches have them, too. */
  readonly sharedBytes: number;
}

/** What was dropped or deleted. */
export interface FreedSpace {
  readonly searches: readonly string[];
  /** By how much the database became smaller. */
  readonly bytes: number;
  /** Searches that were left as they are, with the reason. */
  readonly leftOut: DropPreview['leftOut'];
}

export interface TrashedSearch {
  readonly id: string;
  readonly name: string;
  /** The sweep that it returns to. */
  readonly sweep: { readonly id: string; readonly name: string } | undefined;
  readonly trainings: number;
  /** Unix time, milliseconds. */
  readonly deletedAt: number;
  /** When it is deleted for good. */
  readonly purgedAfter: number;
  /** What deleting it alone frees. */
  readonly bytes: number;
}

export interface TrashContents {
  /** Deleted last first. */
  readonly searches: readonly TrashedSearch[];
  /** What emptying the trash frees. */
  readonly bytes: number;
}

export interface StorageProgress {
  readonly what: 'measuring' | 'dropping' | 'deleting' | 'returning';
  /** 0..1 */
  readonly fraction: number;
}
