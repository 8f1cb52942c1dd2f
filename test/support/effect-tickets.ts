import type { Store } from '../../src/main/store/store.ts';
import { ENVIRONMENT, FINGERPRINT, key, sampleTraining } from '../main/store/samples.ts';
import { outcome } from '../shared/domain/outcomes.ts';

/**
 * Saves tickets of level 1 of a search that measured what `sampleEffect(mean)` says of it, in two replicates
 * whose accuracies differ.
 *
 * @returns how many.
 */
export function saveTickets(store: Store, searchId: string, mean: number): number {
  store.searches.start(searchId, ENVIRONMENT, FINGERPRINT);
  const stop = Math.round(1000 + mean * 1e5);
  const accuracies = [0.96 + 1.1 * mean, 0.96 + 0.9 * mean];
  for (const [replicate, accuracy] of accuracies.entries()) {
    const { evaluations } = outcome({ accuracy, stop, iterations: 2000 });
    store.trainings.save(searchId, sampleTraining(key(replicate, 1), { evaluations }));
  }
  return accuracies.length;
}
