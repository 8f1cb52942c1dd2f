/** The Ticket tab takes every network: each architecture, and residual blocks with a projection. */
import { describe, expect, it } from 'vitest';
import { architectures } from '../../../../src/main/engine/architectures/index.ts';
import { layoutOf } from '../../../../src/main/engine/network.ts';
import { plannedTrainings } from '../../../../src/shared/domain/plan.ts';
import { SMALL_RESNET } from '../../../support/small-resnet.ts';
import {
  ENVIRONMENT,
  FINGERPRINT,
  key,
  sampleReading,
  sampleSearch,
  sampleTraining,
} from '../../store/samples.ts';
import { openTestWorkbench } from '../handlers/support.ts';

/** As narrow as networks get: their shape is what matters. */
const WIDTH = 0.05;
const SHAPE = [32, 32, 3];
const CLASSES = 4;

const networks = [
  ...architectures.entries.map(({ id, hparams }) =>
    'width' in hparams.shape ? { id, width: WIDTH } : { id },
  ),
  SMALL_RESNET,
];

describe.each(networks)('the ticket of $id', (architecture) => {
  it('is shown layer by layer', async () => {
    const { client, store, faults } = openTestWorkbench();
    const layout = layoutOf(architectures.get(architecture.id).build(architecture, SHAPE, CLASSES));
    const search = sampleSearch(
      { architecture, branches: [], replicates: { count: 1, seed: 1 } },
      layout,
    );
    const { id } = store.searches.create(search);
    store.searches.start(id, ENVIRONMENT, FINGERPRINT);
    for (const training of plannedTrainings(search.settings)) {
      store.trainings.save(id, sampleTraining(training, {}, layout));
    }
    const reading = sampleReading();
    store.dataReadings.save(id, 'ticket', {
      ...reading,
      summary: { ...reading.summary, shape: SHAPE },
    });
    const place = { id, ...key(0, 2) };

    const overview = await client.call('ticket.overview', { id });
    expect(overview.isNetworkKnown).toBe(true);
    const layers = overview.layers['ticket'] ?? [];
    expect(layers.map(({ tensor }) => tensor)).toEqual(layout.prunable.map(({ name }) => name));
    for (const { tensor, uses, shape } of layers) {
      expect(uses, tensor).toBeGreaterThan(0);
      const mask = await client.call('ticket.mask', { ...place, tensor });
      expect(mask.shape).toEqual(shape);
      const units = await client.call('ticket.units', { ...place, tensor, first: 0, count: 4 });
      expect(units.count, tensor).toBeGreaterThan(0);
    }
    expect(layers.some(({ readsExamples }) => readsExamples)).toBe(true);
    const inputs = await client.call('ticket.inputs', place);
    expect(inputs.picture).toBeDefined();
    const paths = await client.call('ticket.paths', place);
    expect(paths.effective).toHaveLength(layers.length);
    const fate = await client.call('ticket.fate', place);
    expect(fate.survivors.weights + fate.pruned.weights).toBe(layout.prunableCount);
    for (const chart of ['input-map', 'mask', 'weight-fate', 'layer-densities', 'cost']) {
      const file = await client.call('search.export', { id, what: 'chart', format: 'svg', chart });
      expect(file.bytes.length, chart).toBeGreaterThan(0);
    }
    expect(faults).toEqual([]);
  });
});
