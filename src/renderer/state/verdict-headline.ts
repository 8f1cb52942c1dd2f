import type { HeadlineVerdict } from '../../shared/contract/records/search-rows.ts';
import { formatDensity } from '../format.ts';

/** `Winning ticket at 13.5% density (level 9)`: a verdict in one line. */
export function verdictHeadline(verdict: HeadlineVerdict | undefined): string {
  if (!verdict) return 'No pruned level has finished yet';
  const at = `${formatDensity(verdict.density)} density (level ${verdict.level})`;
  switch (verdict.kind) {
    case 'winning':
      return `Winning ticket at ${at}`;
    case 'not winning':
      return `No winning ticket; last judged at ${at}`;
    case 'speed open':
      return `Accuracy holds, speed open at ${at}`;
    case 'effect size':
      return `Effect size at ${at}; a verdict takes three replicates`;
    case 'no baseline':
      return 'No baseline: the dense network did not learn';
    default:
      return `Undecided at ${at}`;
  }
}
