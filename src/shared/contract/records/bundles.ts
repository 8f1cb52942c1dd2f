/** Bundles as a window writes and merges them. */
import type { MergedSearch } from '../../domain/bundle.ts';

export interface BundleProgress {
  readonly what: 'checking' | 'merging' | 'writing';
  /** 0..1 */
  readonly fraction: number;
}

/** A bundle that was merged. */
export interface MergedBundle {
  /** Absolute. */
  readonly file: string;
  readonly searches: readonly MergedSearch[];
}
