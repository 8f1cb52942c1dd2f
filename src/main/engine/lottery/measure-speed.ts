/** How fast a search trains and evaluates at a density, from a few steps and a piece of an evaluation. */
import type { EngineSpeed } from '../../../shared/domain/engine.ts';
import { TICKET_BRANCH } from '../../../shared/domain/training.ts';
import type { SpeedQuery } from '../protocol.ts';
import { examplesToTime, measureStep, timeOf } from '../training/engine-speed.ts';
import { randomSubnetwork } from '../training/step-times.ts';
import { checkPrunedStayZero } from './invariants.ts';
import type { SearchContext } from './search-context.ts';
import { SearchTrainers } from './search-trainers.ts';

const ANY_TRAINING = { replicate: 0, level: 0, branch: TICKET_BRANCH };

export function measureSpeed(
  search: SearchContext,
  { engine, keptCounts }: SpeedQuery,
): EngineSpeed {
  const { kernels, settings, network, layout, fill, data } = search;
  const { batchSize } = settings.training;
  const { weights, mask } = randomSubnetwork(layout, keptCounts, fill);
  const trainer = search.trainers.on(engine);
  trainer.start(weights, mask);
  const millisecondsPerIteration = measureStep(trainer, data, batchSize);

  const { validationIndices } = data;
  const examples = examplesToTime(millisecondsPerIteration, batchSize, validationIndices.length);
  const piece = { ...data, validationIndices: validationIndices.subarray(0, examples) };
  const trainers = new SearchTrainers(kernels, settings, network, piece);
  try {
    const evaluator = trainers.on(engine);
    evaluator.start(weights, mask);
    const scoring = timeOf(() => evaluator.scoreValidation());
    // Every evaluation checks all weights, however many examples it is on.
    const checking = timeOf(() => {
      checkPrunedStayZero(ANY_TRAINING, evaluator, mask);
    });
    const millisecondsPerExample = scoring / examples + checking / validationIndices.length;
    return { millisecondsPerIteration, millisecondsPerExample };
  } finally {
    trainers.dispose();
  }
}
