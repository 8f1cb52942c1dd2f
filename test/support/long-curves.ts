import { Store } from '../../src/main/store/store.ts';
import { plannedTrainings } from '../../src/shared/domain/plan.ts';
import type { Evaluation } from '../../src/shared/domain/training.ts';
import { rng } from '../../src/shared/rng.ts';
import {
  ENVIRONMENT,
  FINGERPRINT,
  sampleSearch,
  sampleSettings,
  sampleTraining,
} from '../main/store/samples.ts';

interface LongCurves {
  readonly name: string;
  readonly levels: number;
  readonly replicates: number;
  /** How many each training has, one at every iteration. */
  readonly evaluations: number;
}

/**
 * Stores a search as it would be after it has finished, with a loss that falls with noise. It was not trained.
 * Its least validation loss is in the middle: 0.01, where all others are above 0.02.
 *
 * @returns its id.
 */
export function storeLongCurves(
  databaseFile: string,
  { name, levels, replicates, evaluations }: LongCurves,
): string {
  const store = Store.open(databaseFile);
  try {
    const { training, pruning, replicates: seeds } = sampleSettings();
    const sample = sampleSearch({
      branches: [],
      training: { ...training, iterations: evaluations - 1, evaluateEvery: 1 },
      pruning: { ...pruning, levels },
      replicates: { ...seeds, count: replicates },
    });
    const { id } = store.searches.create({ ...sample, name });
    store.searches.start(id, ENVIRONMENT, FINGERPRINT);
    for (const key of plannedTrainings(sample.settings)) {
      const random = rng(name, JSON.stringify(key));
      store.trainings.save(
        id,
        sampleTraining(key, { evaluations: fallingLoss(evaluations, random) }),
      );
    }
    store.searches.setStatus(id, 'finished');
    return id;
  } finally {
    store.close();
  }
}

function fallingLoss(count: number, random: ReturnType<typeof rng>): Evaluation[] {
  return Array.from({ length: count }, (_, iteration): Evaluation => {
    const noise = 0.02 + random.below(1000) / 2000;
    const loss = iteration === count >> 1 ? 0.01 : 2 / (1 + iteration / 1000) + noise;
    return {
      iteration,
      validationLoss: loss,
      validationAccuracy: 1 / (1 + loss),
      testLoss: loss + 0.1,
      testAccuracy: 1 / (1.1 + loss),
    };
  });
}
