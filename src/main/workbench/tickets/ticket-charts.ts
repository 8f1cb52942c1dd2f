/** The charts of the Ticket tab, as files have them. */
import { costChart } from '../../../shared/charts/cost-chart.ts';
import { inputMapChart } from '../../../shared/charts/input-map-chart.ts';
import {
  layerDensitiesChart,
  type LevelDensities,
} from '../../../shared/charts/layer-densities-chart.ts';
import { maskChart } from '../../../shared/charts/mask-chart.ts';
import type { DrawableChart } from '../../../shared/charts/chart-description.ts';
import type { TicketChart } from '../../../shared/charts/ticket-charts.ts';
import { weightFateChart } from '../../../shared/charts/weight-fate-chart.ts';
import { WorkbenchError } from '../../../shared/contract/errors.ts';
import type { TicketMask } from '../../../shared/contract/records/tickets.ts';
import type { ParameterLayout } from '../../../shared/domain/layout.ts';
import { unpackMask } from '../../../shared/domain/mask.ts';
import type { SearchRecord } from '../../../shared/domain/search.ts';
import { describeTraining, type TrainingKey } from '../../../shared/domain/training.ts';
import { everyIndex } from '../../../shared/indices.ts';
import { gridShape, rowsByChannel } from '../../../shared/ticket/mask-grid.ts';
import { costPoints } from '../../../shared/ticket/search-costs.ts';
import type { Store } from '../../store/store.ts';
import { ticketOverview } from './overview.ts';
import type { Tickets } from './tickets.ts';

interface WantedTicketChart {
  readonly chart: TicketChart;
  /** The training; charts over all levels take its replicate and branch. */
  readonly key: TrainingKey;
  /** The one whose mask or weights are drawn. Default: the first one for a mask, all for weights. */
  readonly tensor: string | undefined;
}

/**
 * What is large is read in the thread of `Tickets`.
 *
 * @throws WorkbenchError `not-found` for an unknown tensor, or where no weights are stored.
 */
export async function ticketChart(
  store: Store,
  tickets: Tickets,
  search: SearchRecord,
  { chart, key, tensor }: WantedTicketChart,
): Promise<DrawableChart> {
  const subject = `${search.name}, ${describeTraining(key)}`;
  switch (chart) {
    case 'input-map':
      return inputMapChart(subject, await tickets.inputs(search.id, key, 'mask'), 'kept');
    case 'mask': {
      const name = tensor ?? firstTensor(store.searches.layout(search.id, key.branch));
      return maskOf(subject, await tickets.mask(search.id, key, name));
    }
    case 'weight-fate': {
      const fate = await tickets.fate(search.id, key, tensor);
      return weightFateChart(`${subject}, ${tensor ?? 'all layers'}`, fate);
    }
    case 'layer-densities':
      return densitiesOf(store, tickets, search, key);
    case 'cost': {
      const { trainings, origins } = ticketOverview(store, search);
      return costChart(search.name, costPoints(trainings, origins), 'seconds');
    }
  }
}

function firstTensor({ prunable: [first] }: ParameterLayout): string {
  if (first) return first.name;
  throw new WorkbenchError('not-found', 'the network has no prunable weights');
}

function maskOf(subject: string, { tensor, shape, bits }: TicketMask): DrawableChart {
  const { rows, columns } = gridShape(shape);
  return maskChart(subject, {
    tensor,
    shape,
    cells: unpackMask(bits, rows * columns),
    order: { rows: rowsByChannel(shape), columns: Uint32Array.from(everyIndex(columns)) },
    view: { top: 0, left: 0, rows, columns },
  });
}

async function densitiesOf(
  store: Store,
  tickets: Tickets,
  search: SearchRecord,
  key: TrainingKey,
): Promise<DrawableChart> {
  const layout = store.searches.layout(search.id, key.branch);
  const shareOf = (counts: ArrayLike<number>): number[] =>
    layout.prunable.map(({ size }, index) => counts[index]! / size);
  const levels: LevelDensities[] = [];
  for (const training of store.trainings.outcomes(search.id)) {
    const { replicate, branch, level } = training.key;
    if (replicate !== key.replicate || branch !== key.branch) continue;
    const { effective } = await tickets.paths(search.id, training.key);
    levels.push({
      level,
      densities: shareOf(training.keptCounts),
      effective: effective && shareOf(effective),
    });
  }
  return layerDensitiesChart(
    `${search.name}, replicate ${key.replicate + 1}, ${key.branch}`,
    layout.prunable.map(({ layer }) => layer),
    levels,
  );
}
