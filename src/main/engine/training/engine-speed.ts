/** How fast an engine trains and evaluates, from a few steps and a piece of an evaluation. */
import { BatchOrder } from './batches.ts';
import type { Trainer, TrainingData } from './trainer.ts';

/** Long enough for the timer's resolution and for short disturbances by other programs. */
const STEPS_MILLISECONDS = 80;
/** About how long an evaluation may take, twice: the first one gathers the examples. */
const EVALUATION_MILLISECONDS = 60;
const FEWEST_EXAMPLES = 64;
const MOST_EXAMPLES = 2000;

/** The time of a training step, in milliseconds. The trainer has started, with any mask. */
export function measureStep(
  trainer: Pick<Trainer, 'step'>,
  data: TrainingData,
  batchSize: number,
): number {
  const order = new BatchOrder(data.trainIndices, ['calibration']);
  const batch = new Int32Array(batchSize);
  let step = 0;
  const stepsFor = (milliseconds: number): number => {
    const start = performance.now();
    let steps = 0;
    let elapsed = 0;
    while (elapsed < milliseconds) {
      order.fill(step, batch);
      step += 1;
      steps += 1;
      trainer.step(batch, step);
      elapsed = performance.now() - start;
    }
    return elapsed / steps;
  };
  // The first steps warm up caches and compilers.
  stepsFor(STEPS_MILLISECONDS / 4);
  return stepsFor(STEPS_MILLISECONDS);
}

/**
 * How many examples to evaluate to learn how long that takes.
 *
 * @param examples how many there are.
 */
export function examplesToTime(
  millisecondsPerIteration: number,
  batchSize: number,
  examples: number,
): number {
  // The forward pass is about a third of a step.
  const perExample = millisecondsPerIteration / batchSize / 3;
  const affordable = Math.round(EVALUATION_MILLISECONDS / perExample);
  return Math.min(examples, MOST_EXAMPLES, Math.max(FEWEST_EXAMPLES, affordable));
}

/** The second time counts, in milliseconds: the first one fills caches. */
export function timeOf(work: () => void): number {
  work();
  const start = performance.now();
  work();
  return performance.now() - start;
}
