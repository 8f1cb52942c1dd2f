/** Reads learning curves and thins them. It runs in a thread if they are long. */
import { formatCount } from '../../../shared/amount.ts';
import {
  type CurvesLook,
  type IterationRange,
  thinned,
  within,
} from '../../../shared/charts/curve-thinning.ts';
import { WorkbenchError } from '../../../shared/contract/errors.ts';
import type { LearningCurve } from '../../../shared/contract/records/search-results.ts';
import { groupBy } from '../../../shared/group-by.ts';
import type { TrainingKey } from '../../../shared/domain/training.ts';
import type { Store } from '../../store/store.ts';
import type { KeptCurves } from './kept-curves.ts';

export interface CurveTasks {
  curves: {
    readonly given: WantedCurves;
    readonly result: readonly LearningCurve[];
  };
}

/** Trainings of a search. */
export interface WantedCurves {
  readonly searchId: string;
  readonly finished: readonly TrainingKey[];
  /** Curves of running trainings, which the store does not have yet. */
  readonly running: readonly LearningCurve[];
  /** Undefined: every evaluation of the range. */
  readonly drawn: Omit<CurvesLook, 'range'> | undefined;
  readonly range: IterationRange | undefined;
}

/** Curves with fewer evaluations in all are not thinned: a window draws them, whatever it shows of them. */
const MOST_WHOLE = 20_000;

/** More are not read in one call, because a window would have to hold them: a table has a million rows. */
const MOST_EVALUATIONS = 2_000_000;

/**
 * The curves of finished trainings, then those of running ones.
 *
 * @throws WorkbenchError `not-found`; `invalid-argument` for more evaluations than can be sent.
 */
export function readCurves(
  store: Store,
  kept: KeptCurves,
  { searchId, finished, running, drawn, range }: WantedCurves,
): LearningCurve[] {
  const read = (key: TrainingKey): LearningCurve => kept.get(store, searchId, key);
  if (!drawn) return everyEvaluation(finished, read, running, range);
  const lengths = finished.map((key) => kept.lengthOf(store, searchId, key));
  const evaluations = [...lengths, ...running.map(({ iterations }) => iterations.length)];
  if (evaluations.reduce((sum, length) => sum + length, 0) <= MOST_WHOLE) {
    return [...finished.map(read), ...running];
  }
  // Line by line, so that the curves that are kept make room for each other.
  const look = { ...drawn, range };
  const keys = [...finished, ...running.map(({ key }) => key)];
  const lines = groupBy(keys, ({ level, branch, replicate }) =>
    drawn.isMean ? `${level}/${branch}` : `${level}/${branch}/${replicate}`,
  );
  return [...lines.values()].flatMap((line) => thinned(line.map(curveOf), look));

  function curveOf(key: TrainingKey): LearningCurve {
    return running.find((curve) => curve.key === key) ?? read(key);
  }
}

function everyEvaluation(
  finished: readonly TrainingKey[],
  read: (key: TrainingKey) => LearningCurve,
  running: readonly LearningCurve[],
  range: IterationRange | undefined,
): LearningCurve[] {
  const curves: LearningCurve[] = [];
  let evaluations = 0;
  const add = (curve: LearningCurve): void => {
    const part = within(curve, range);
    evaluations += part.iterations.length;
    if (evaluations > MOST_EVALUATIONS) {
      throw new WorkbenchError(
        'invalid-argument',
        `these learning curves have more than ${formatCount(MOST_EVALUATIONS)} evaluations there`,
        'Zoom in, or show fewer of them. The export of metrics has all of them.',
      );
    }
    curves.push(part);
  };
  for (const key of finished) add(read(key));
  for (const curve of running) add(curve);
  return curves;
}
