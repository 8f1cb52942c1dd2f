/** The levels of a search as the rows of one table: the dense networks first, then every branch. */
import type { BranchSummary, SearchResult } from './search.ts';
import { branchLabel, TICKET_BRANCH } from './training.ts';

export interface LevelRow {
  readonly level: number;
  /** Fraction of prunable weights that this branch keeps. */
  readonly density: number;
  /** `dense`, `ticket`, or the name of a branch. */
  readonly branch: string;
  readonly summary: BranchSummary;
}

export function levelRows({ dense, targets = {}, levels }: SearchResult): LevelRow[] {
  return [
    {
      level: 0,
      density: 1,
      branch: branchLabel({ level: 0, branch: TICKET_BRANCH }),
      summary: dense,
    },
    ...Object.entries(targets).map(([branch, summary]) => ({
      level: 0,
      density: 1,
      branch: branchLabel({ level: 0, branch }),
      summary,
    })),
    ...levels.flatMap(({ level, branches }) =>
      Object.entries(branches).map(([branch, summary]) => ({
        level,
        density: summary.density,
        branch,
        summary,
      })),
    ),
  ];
}
