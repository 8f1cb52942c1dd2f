/** Which metric, level and branch an export of a sweep shows. */
import { WorkbenchError } from '../../../shared/contract/errors.ts';
import { TICKET_BRANCH } from '../../../shared/domain/training.ts';
import {
  branchesOf,
  type SweepMetric,
  type SweepQuestion,
  type SweepResult,
} from '../../../shared/sweep/sweep-metrics.ts';
import { largest } from '../../../shared/extremes.ts';
import { LAST_TICKET, type SweepTarget, ticketLevels } from '../../../shared/sweep/sweep-target.ts';

export interface QuestionOptions {
  /** Default: test accuracy at the early stop. */
  readonly metric?: SweepMetric | undefined;
  /** Default: the ticket. */
  readonly branch?: string | undefined;
  /** Default: the last of each search. */
  readonly level?: number | undefined;
  /** Fraction of weights kept, in place of a level: the nearest one of each search. */
  readonly density?: number | undefined;
}

/** @throws WorkbenchError `invalid-argument` naming what no search of the sweep has. */
export function questionAbout(
  sweepId: string,
  results: readonly SweepResult[],
  { metric = 'accuracy', branch = TICKET_BRANCH, ...level }: QuestionOptions,
): SweepQuestion {
  const branches = branchesOf(results);
  if (!branches.includes(branch)) {
    throw new WorkbenchError(
      'invalid-argument',
      `the sweep ${sweepId} has no branch ${JSON.stringify(branch)}; expected ${branches.join(', ')}`,
    );
  }
  return { metric, branch, target: targetOf(sweepId, results, level) };
}

function targetOf(
  sweepId: string,
  results: readonly SweepResult[],
  { level, density }: Pick<QuestionOptions, 'level' | 'density'>,
): SweepTarget {
  if (level !== undefined && density !== undefined) {
    throw new WorkbenchError(
      'invalid-argument',
      `both the level ${level} and the density ${density} are given; expected one of them`,
    );
  }
  if (density !== undefined) {
    if (density > 0 && density <= 1) return { kind: 'density', density };
    throw new WorkbenchError(
      'invalid-argument',
      `the density is ${density}; expected a fraction of weights kept, above 0 and at most 1`,
    );
  }
  if (level === undefined) return LAST_TICKET;
  const trained = results.flatMap(({ series }) => ticketLevels(series).map((each) => each.level));
  if (trained.includes(level)) return { kind: 'level', level };
  throw new WorkbenchError(
    'invalid-argument',
    trained.length === 0
      ? `no search of the sweep ${sweepId} has trained a ticket yet, so there is no level ${level}`
      : `no search of the sweep ${sweepId} has trained level ${level}; expected 1 to ${largest(trained)}`,
  );
}
