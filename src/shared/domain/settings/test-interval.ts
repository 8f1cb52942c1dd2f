/** Which evaluations of a training are on the test set (`training.testEvery`). */

/** Only the evaluations that the verdict needs. */
export const IMPROVEMENTS = 'improvements';

/** Every so many evaluations. Undefined: about 50 points of a training. */
type TestEvery = number | typeof IMPROVEMENTS | undefined;

/** Enough for a curve. */
const POINTS_OF_A_CURVE = 50;

/** The settings of a training's evaluations, in iterations. */
interface EvaluationSettings {
  readonly iterations: number;
  readonly evaluateEvery: number;
  readonly testEvery?: TestEvery;
}

/**
 * The test set is evaluated whenever this many iterations have passed. New minima of the validation loss
 * and the last evaluation come in addition. It follows from the settings alone, so trainings of one
 * search have their points at the same iterations.
 *
 * @returns a multiple of `evaluateEvery`; Infinity: only those in addition.
 */
export function testInterval({ iterations, evaluateEvery, testEvery }: EvaluationSettings): number {
  if (testEvery === IMPROVEMENTS) return Infinity;
  const evaluations = Math.floor(iterations / evaluateEvery);
  return evaluateEvery * (testEvery ?? Math.max(1, Math.floor(evaluations / POINTS_OF_A_CURVE)));
}
