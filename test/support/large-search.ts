import { architectures } from '../../src/main/engine/architectures/index.ts';
import { layoutOf } from '../../src/main/engine/network.ts';
import { Store } from '../../src/main/store/store.ts';
import { plannedTrainings } from '../../src/shared/domain/plan.ts';
import { ENVIRONMENT, FINGERPRINT, sampleSearch, sampleTraining } from '../main/store/samples.ts';

/**
 * Stores a search as it would be after it has finished, with a layer of four million weights. It was not
 * trained.
 *
 * @returns its id.
 */
export function storeLargeSearch(databaseFile: string): string {
  const architecture = { id: 'mlp', widths: [2000] };
  const layout = layoutOf(architectures.get('mlp').build(architecture, [2000], 10));
  const store = Store.open(databaseFile);
  try {
    const { pruning, replicates } = sampleSearch().settings;
    const sample = sampleSearch(
      {
        architecture,
        branches: [],
        pruning: { ...pruning, levels: 1 },
        replicates: { ...replicates, count: 1 },
      },
      layout,
    );
    const { id } = store.searches.create({ ...sample, name: 'Large' });
    store.searches.start(id, ENVIRONMENT, FINGERPRINT);
    for (const key of plannedTrainings(sample.settings)) {
      store.trainings.save(id, sampleTraining(key, {}, layout));
    }
    store.searches.setStatus(id, 'finished');
    return id;
  } finally {
    store.close();
  }
}
