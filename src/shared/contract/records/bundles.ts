/** Bundles as a window writes and merges them. */
import type { MergedSearch, WrittenBundle } from '../../domain/bundle.ts';

/** The most that one call takes or gives of a bundle that travels between a browser and the workbench. */
export const TRANSFER_PART_BYTES = 4 * 2 ** 20;

/** The most bytes of a bundle that travels so: more than the bundle of any search has. */
export const LARGEST_TRANSFER_BYTES = 16 * 2 ** 30;

export interface BundleProgress {
  /** `waiting`: until the bundles before it are merged or written. */
  readonly what: 'waiting' | 'checking' | 'merging' | 'writing';
  /** 0..1 */
  readonly fraction: number;
}

/** A merge or an export that waits or runs. */
export interface RunningBundle {
  /** The id that its window has given it. */
  readonly task: string;
  readonly progress: BundleProgress;
}

/** A bundle that was merged. */
export interface MergedBundle {
  /** Absolute; the name alone if it came from a browser. */
  readonly file: string;
  readonly searches: readonly MergedSearch[];
}

/** A bundle that a browser can fetch. */
export interface BundleDownload extends Pick<WrittenBundle, 'bytes' | 'trainings'> {
  readonly transfer: string;
  /** What the file is called. */
  readonly name: string;
}
