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

/** How many evaluations a training has on each set. */
export interface EvaluationCounts {
  readonly validation: number;
  readonly test: number;
}

/**
 * New minima of the validation loss among n evaluations: about 4 ln n. While a network learns, nearly
 * every evaluation is one; later they become as rare as records of noise. In trainings of LeNet-300-100
 * there were 17 to 35 among 501.
 */
function expectedMinima(evaluations: number): number {
  return Math.min(evaluations, 1 + 4 * Math.log(evaluations));
}

/** The evaluations of a training from one iteration to another, as far as settings tell. */
export function expectedEvaluations(
  settings: EvaluationSettings,
  from: number,
  to: number,
): EvaluationCounts {
  const validation = pointsOf(from, to, settings.evaluateEvery);
  const regular = pointsOf(from, to, testInterval(settings));
  const others = validation - regular;
  // Minima are as frequent among evaluations that are on the test set anyway.
  return { validation, test: regular + (expectedMinima(validation) * others) / validation };
}

/** The first one, every multiple of the interval, and the last one. */
function pointsOf(from: number, to: number, interval: number): number {
  if (from === to) return 1;
  const multiples = Math.floor(to / interval) - Math.floor(from / interval);
  return 1 + multiples + (to % interval === 0 ? 0 : 1);
}
