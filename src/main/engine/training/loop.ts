import { WorkbenchError } from '../../../shared/contract/errors.ts';
import type { Evaluation } from '../../../shared/domain/training.ts';
import type { AugmentedBatches } from './augmentation/assembler.ts';
import type { BatchOrder } from './batches.ts';
import type { Trainer } from './trainer.ts';

export interface TrainingLoop {
  readonly trainer: Trainer;
  readonly order: BatchOrder;
  readonly batchSize: number;
  /** The augmented batches. Undefined: the dataset's own features are used. */
  readonly augmented?: AugmentedBatches | undefined;
  /** The iteration the weights come from: 0, or the rewind point. */
  readonly from: number;
  /** The iteration the training ends at. */
  readonly iterations: number;
  /** Where it continues. Undefined: at `from`. The trainer is already in that state. */
  readonly resumed?: LoopState | undefined;
  readonly evaluateEvery: number;
  /** The test set is evaluated every so many iterations, and where the verdict needs it. */
  readonly testInterval: number;
  /** How many examples the test set has. */
  readonly testExamples: number;
  /** The factor on the learning rate in the step after this many iterations. */
  rateFactor(iteration: number): number;
  /** Called at the start, every `evaluateEvery` iterations and at the end. */
  onEvaluation(evaluation: Evaluation): void;
  /**
   * Called after every step with the iterations done. Returning false stops the training.
   *
   * @param state what the loop needs to continue from here.
   */
  onIteration(iteration: number, state: () => LoopState): boolean;
}

/** Where a training is after a step and before the evaluation that may follow it. */
export interface LoopState {
  /** Iterations done, counted from initialisation. */
  readonly iteration: number;
  readonly leastValidationLoss: number;
  /** As in `TrainingRun`, of the evaluations so far. */
  readonly correctAtEarlyStop: Uint8Array;
  readonly trainingMilliseconds: number;
  readonly evaluationMilliseconds: number;
}

export interface TrainingRun {
  /** `[testExamples]`: 1 for test examples classified correctly at the early stop, 0 for others. */
  readonly correctAtEarlyStop: Uint8Array;
  readonly trainingMilliseconds: number;
  readonly evaluationMilliseconds: number;
}

/**
 * Trains from `from` to `iterations`. Batches belong to iterations, so a training from a rewind point
 * sees the batches that the dense network saw after that point. The optimizer starts without history,
 * so its own steps are counted from 1.
 *
 * @throws WorkbenchError `interrupted` if `onIteration` returned false, `training-diverged` if the
 *   validation loss is not a finite number.
 */
export function runTraining(loop: TrainingLoop): TrainingRun {
  const { trainer, from, iterations, resumed } = loop;
  const batch = new Int32Array(loop.batchSize);
  const earlier = resumed ? resumed.trainingMilliseconds + resumed.evaluationMilliseconds : 0;
  const start = performance.now() - earlier;
  const correct = new Uint8Array(loop.testExamples);
  const correctAtEarlyStop =
    resumed?.correctAtEarlyStop.slice() ?? new Uint8Array(loop.testExamples);
  let leastValidationLoss = resumed?.leastValidationLoss ?? Infinity;
  let evaluationMilliseconds = resumed?.evaluationMilliseconds ?? 0;

  const evaluate = (iteration: number): void => {
    const before = performance.now();
    const validation = trainer.scoreValidation();
    if (!Number.isFinite(validation.loss)) {
      throw new WorkbenchError(
        'training-diverged',
        `the validation loss is ${validation.loss} after ${iteration} iterations`,
        'Lower training.optimizer.learningRate.',
      );
    }
    const isBest = validation.loss < leastValidationLoss;
    const isTested = isBest || iteration % loop.testInterval === 0 || iteration === iterations;
    const test = isTested ? trainer.scoreTest(correct) : undefined;
    if (isBest) {
      leastValidationLoss = validation.loss;
      correctAtEarlyStop.set(correct);
    }
    loop.onEvaluation({
      iteration,
      validationLoss: validation.loss,
      validationAccuracy: validation.accuracy,
      testLoss: test?.loss,
      testAccuracy: test?.accuracy,
    });
    evaluationMilliseconds += performance.now() - before;
  };

  const evaluateIfDue = (iteration: number): void => {
    if (iteration % loop.evaluateEvery === 0 || iteration === iterations) evaluate(iteration);
  };
  const stateAfter = (iteration: number): LoopState => ({
    iteration,
    leastValidationLoss,
    correctAtEarlyStop: correctAtEarlyStop.slice(),
    trainingMilliseconds: performance.now() - start - evaluationMilliseconds,
    evaluationMilliseconds,
  });

  if (resumed) evaluateIfDue(resumed.iteration);
  else evaluate(from);
  for (let iteration = resumed?.iteration ?? from; iteration < iterations; iteration += 1) {
    loop.order.fill(iteration, batch);
    trainer.step(
      batch,
      iteration - from + 1,
      loop.rateFactor(iteration),
      loop.augmented?.at(iteration),
    );
    const done = iteration + 1;
    if (!loop.onIteration(done, () => stateAfter(done))) {
      throw new WorkbenchError('interrupted', `stopped after ${done} of ${iterations} iterations`);
    }
    evaluateIfDue(done);
  }
  return {
    correctAtEarlyStop,
    trainingMilliseconds: performance.now() - start - evaluationMilliseconds,
    evaluationMilliseconds,
  };
}
