/** The charts of the Ticket tab, as files have them. */
import { costChart } from '../../../shared/charts/cost-chart.ts';
import { inputMapChart } from '../../../shared/charts/input-map-chart.ts';
import { layerDensitiesChart } from '../../../shared/charts/layer-densities-chart.ts';
import { maskChart } from '../../../shared/charts/mask-chart.ts';
import type { DrawableChart } from '../../../shared/charts/chart-description.ts';
import type { TicketChart } from '../../../shared/charts/ticket-charts.ts';
import { weightFateChart } from '../../../shared/charts/weight-fate-chart.ts';
import { WorkbenchError } from '../../../shared/contract/errors.ts';
import { unpackMask } from '../../../shared/domain/mask.ts';
import type { SearchRecord } from '../../../shared/domain/search.ts';
import { describeTraining, type TrainingKey } from '../../../shared/domain/training.ts';
import { everyIndex } from '../../../shared/indices.ts';
import { gridShape, rowsByChannel } from '../../../shared/ticket/mask-grid.ts';
import { costPoints } from '../../../shared/ticket/search-costs.ts';
import type { Store } from '../../store/store.ts';
import { ticketOverview } from './overview.ts';
import { firstLayer, networkOf } from './ticket-network.ts';
import { performTicketWork, prunableTensor } from './ticket-work.ts';

/**
 * @param key the training; charts over all levels take its replicate and branch.
 * @param tensor of a mask or of weights. Default: the first one for a mask, all for weights.
 * @throws WorkbenchError `not-found` for an unknown tensor, or where no weights are stored.
 */
export function ticketChart(
  store: Store,
  search: SearchRecord,
  chart: TicketChart,
  key: TrainingKey,
  tensor: string | undefined,
): DrawableChart {
  const subject = `${search.name}, ${describeTraining(key)}`;
  const place = { searchId: search.id, key };
  switch (chart) {
    case 'input-map': {
      const layout = store.searches.layout(search.id, key.branch);
      const first = firstLayer(layout, networkOf(store, search, key.branch));
      const given = { ...place, first, hasWeights: false };
      return inputMapChart(subject, performTicketWork(store, 'inputs', given), 'kept');
    }
    case 'mask':
      return maskOf(store, subject, place, tensor);
    case 'weight-fate': {
      const fate = performTicketWork(store, 'fate', { ...place, tensor });
      return weightFateChart(`${subject}, ${tensor ?? 'all layers'}`, fate);
    }
    case 'layer-densities':
      return densitiesOf(store, search, key);
    case 'cost': {
      const { trainings, origins } = ticketOverview(store, search);
      return costChart(search.name, costPoints(trainings, origins), 'seconds');
    }
  }
}

function maskOf(
  store: Store,
  subject: string,
  { searchId, key }: { readonly searchId: string; readonly key: TrainingKey },
  name: string | undefined,
): DrawableChart {
  const layout = store.searches.layout(searchId, key.branch);
  const [first] = layout.prunable;
  if (!first) throw new WorkbenchError('not-found', 'the network has no prunable weights');
  const { name: tensor, shape, maskOffset, size } = prunableTensor(layout, name ?? first.name);
  const mask = unpackMask(store.trainings.mask(searchId, key), layout.prunableCount);
  const { rows, columns } = gridShape(shape);
  return maskChart(subject, {
    tensor,
    shape,
    cells: mask.subarray(maskOffset, maskOffset + size),
    order: { rows: rowsByChannel(shape), columns: Uint32Array.from(everyIndex(columns)) },
    view: { top: 0, left: 0, rows, columns },
  });
}

function densitiesOf(store: Store, search: SearchRecord, key: TrainingKey): DrawableChart {
  const layout = store.searches.layout(search.id, key.branch);
  const network = networkOf(store, search, key.branch);
  const shareOf = (counts: ArrayLike<number>): number[] =>
    layout.prunable.map(({ size }, index) => counts[index]! / size);
  const levels = store.trainings
    .outcomes(search.id)
    .filter((training) => training.key.replicate === key.replicate)
    .filter((training) => training.key.branch === key.branch)
    .map((training) => {
      const given = { searchId: search.id, key: training.key };
      return {
        level: training.key.level,
        densities: shareOf(training.keptCounts),
        effective: network && shareOf(performTicketWork(store, 'paths', { ...given, network })),
      };
    });
  return layerDensitiesChart(
    `${search.name}, replicate ${key.replicate + 1}, ${key.branch}`,
    layout.prunable.map(({ layer }) => layer),
    levels,
  );
}
