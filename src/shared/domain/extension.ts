/** What is added to a search after it was planned. What has been trained is kept. */
import type { BranchEntry } from './branch.ts';

/** A wish to extend a search; at least one part is set. */
export interface ExtensionRequest {
  /** How many replicates are added. */
  readonly replicates?: number | undefined;
  /** How many levels are added. */
  readonly levels?: number | undefined;
  /** The densities of the levels that are added, for a schedule that lists them. */
  readonly densities?: readonly number[] | undefined;
  readonly branches?: readonly BranchEntry[] | undefined;
}

/** A number before and after. */
export interface Growth {
  readonly from: number;
  readonly to: number;
}

export interface Extension {
  /** Unix time, milliseconds. */
  readonly at: number;
  readonly replicates?: Growth | undefined;
  readonly levels?: Growth | undefined;
  /** The names of the branches that were added. */
  readonly branches?: readonly string[] | undefined;
  /**
   * How long the search had ended before; 0 if it had not. Earlier versions did not save it.
   */
  readonly idleMilliseconds?: number | undefined;
}

/** `replicates 3 → 6, levels 5 → 7, with random-reinit` */
export function describeExtension({
  replicates,
  levels,
  branches = [],
}: Omit<Extension, 'at' | 'idleMilliseconds'>): string {
  return [
    ...(replicates ? [`replicates ${describeGrowth(replicates)}`] : []),
    ...(levels ? [`levels ${describeGrowth(levels)}`] : []),
    ...(branches.length === 0 ? [] : [`with ${branches.join(', ')}`]),
  ].join(', ');
}

function describeGrowth({ from, to }: Growth): string {
  return `${from} → ${to}`;
}
