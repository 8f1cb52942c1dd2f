/** What the Ticket tab can show of a search, without reading any array. */
import type {
  TicketLayer,
  TicketOverview,
  TicketTraining,
} from '../../../shared/contract/records/tickets.ts';
import { idOfBranch, branchNamed } from '../../../shared/domain/branch.ts';
import { firstIteration } from '../../../shared/domain/plan.ts';
import type { SearchRecord } from '../../../shared/domain/search.ts';
import { earlyStop, nameOfTraining, TICKET_BRANCH } from '../../../shared/domain/training.ts';
import type { TrainingRecord } from '../../../shared/domain/training-record.ts';
import { transferNames } from '../../../shared/domain/transfer.ts';
import { layerCosts, totalCost } from '../../../shared/ticket/layer-costs.ts';
import type { MaskOrigin } from '../../../shared/ticket/search-costs.ts';
import { branches } from '../../engine/lottery/branches/index.ts';
import { strategies } from '../../engine/pruning/index.ts';
import type { Store } from '../../store/store.ts';
import { firstLayer, networkOf, ticketLayers } from './ticket-network.ts';

export function ticketOverview(store: Store, search: SearchRecord): TicketOverview {
  const { id, settings } = search;
  const layout = store.searches.layout(id);
  const network = networkOf(store, search, TICKET_BRANCH);
  const own = ticketLayers(layout, network);
  const layers: Record<string, readonly TicketLayer[]> = { [TICKET_BRANCH]: own };
  for (const branch of transferNames(settings)) {
    layers[branch] = ticketLayers(
      store.searches.layout(id, branch),
      networkOf(store, search, branch),
    );
  }
  const stored = store.trainings.storedArrays(id);
  return {
    layers,
    isNetworkKnown: network !== undefined,
    picture: firstLayer(layout, network).picture,
    otherParameters: layout.parameterCount - layout.prunableCount,
    trainings: store.trainings.outcomes(id).map((training): TicketTraining => {
      const { key, density, keptCounts, adoptedFrom } = training;
      const arrays = stored.get(nameOfTraining(key));
      return {
        key,
        density,
        keptCounts: Uint32Array.from(keptCounts),
        hasWeights: arrays?.has('initial-weights') === true && arrays.has('final-weights'),
        isTrained: isTrained(search, key.branch),
        testAccuracyAtEarlyStop: earlyStop(training.evaluations).testAccuracy,
        seconds: (training.trainingMilliseconds + training.evaluationMilliseconds) / 1000,
        multiplyAdds: multiplyAddsOf(search, training, layers[key.branch] ?? own),
        ...(adoptedFrom === undefined ? {} : { adoptedFrom }),
      };
    }),
    maskOrigin: maskOrigin(search),
    weightsDroppedAt: store.droppedWeights.at(id),
  };
}

/** True for a branch whose definition is not loaded. */
function isTrained({ settings }: SearchRecord, branch: string): boolean {
  const id = idOfBranch(branchNamed(settings, branch) ?? branch);
  return branches.entries.find((entry) => entry.id === id)?.isTrained !== false;
}

/** Multiply-adds of all steps of a training, with kept weights only. */
function multiplyAddsOf(
  search: SearchRecord,
  { key, keptCounts }: TrainingRecord,
  layers: readonly TicketLayer[],
): number | undefined {
  if (!isTrained(search, key.branch)) return 0;
  const { settings } = search;
  const { kept } = totalCost(layerCosts(layers, keptCounts)).step;
  const steps = settings.training.iterations - firstIteration(settings, key.level);
  return kept === undefined ? undefined : kept * settings.training.batchSize * steps;
}

/** A strategy that is not loaded is taken for one that scores weights after training. */
function maskOrigin({ settings }: SearchRecord): MaskOrigin {
  const { strategy } = settings.pruning;
  const definition = strategies.entries.find(({ id }) => id === strategy.id);
  if (definition?.create(strategy).scoresWeights !== 'before-training') {
    return { kind: 'earlier-levels' };
  }
  const denseShare = settings.rewind.iteration / settings.training.iterations;
  return { kind: 'rewind-point', denseShare };
}
