/** What the Ticket tab can show of a search, without reading any array. */
import type {
  TicketLayer,
  TicketOverview,
  TicketTraining,
} from '../../../shared/contract/records/tickets.ts';
import { branchNamed, branchNames, idOfBranch } from '../../../shared/domain/branch.ts';
import type { ParameterLayout } from '../../../shared/domain/layout.ts';
import { firstIteration } from '../../../shared/domain/plan.ts';
import type { SearchRecord } from '../../../shared/domain/search.ts';
import { rewindIdOf, type Settings } from '../../../shared/domain/settings.ts';
import { earlyStop, nameOfTraining, TICKET_BRANCH } from '../../../shared/domain/training.ts';
import type { TrainingRecord } from '../../../shared/domain/training-record.ts';
import { transferNames } from '../../../shared/domain/transfer.ts';
import { layerCosts, totalCost } from '../../../shared/ticket/layer-costs.ts';
import type { TrainingOrigin, TrainingOrigins } from '../../../shared/ticket/search-costs.ts';
import type { BranchDefinition } from '../../engine/lottery/branches/branch.ts';
import { branches } from '../../engine/lottery/branches/index.ts';
import { rewinds } from '../../engine/lottery/rewinds/index.ts';
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
    origins: trainingOrigins(search, layout),
    weightsDroppedAt: store.droppedWeights.at(id),
  };
}

/** Whether the branch trains the weights that it starts from. True for one that is not loaded. */
export function isTrained({ settings }: SearchRecord, branch: string): boolean {
  return knownBranch(settings, branch)?.isTrained !== false;
}

/** Undefined for the ticket, and for a branch whose definition is not loaded. */
function knownBranch(settings: Settings, name: string): BranchDefinition | undefined {
  const id = idOfBranch(branchNamed(settings, name) ?? name);
  return branches.entries.find((entry) => entry.id === id);
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

const LEVEL_BEFORE: TrainingOrigin = { kind: 'level-before' };
const NO_TRAINING: TrainingOrigin = { kind: 'rewind-point', denseShare: 0 };

/** A strategy or rewind that is not loaded is taken for one that needs trained weights. */
function trainingOrigins({ settings }: SearchRecord, layout: ParameterLayout): TrainingOrigins {
  const { strategy: choice } = settings.pruning;
  const strategy = strategies.entries.find(({ id }) => id === choice.id)?.create(choice);
  const rewind = rewinds.entries.find(({ id }) => id === rewindIdOf(settings.rewind));
  const hasLayerTargets = strategy?.nextTarget(layout, undefined).scope === 'layer';
  const ofTicket: TrainingOrigin =
    strategy?.scoresWeights === 'before-training' && rewind?.keepsTrainedWeights === false
      ? {
          kind: 'rewind-point',
          denseShare: settings.rewind.iteration / settings.training.iterations,
        }
      : LEVEL_BEFORE;
  const originOf = (name: string): TrainingOrigin => {
    const branch = knownBranch(settings, name);
    if (branch?.needsTrainedWeights === true) return LEVEL_BEFORE;
    const { drawsFrom } = branch ?? {};
    const isDrawn = drawsFrom === 'count' || (drawsFrom === 'layer-counts' && hasLayerTargets);
    return isDrawn ? NO_TRAINING : ofTicket;
  };
  return Object.fromEntries(
    [TICKET_BRANCH, ...branchNames(settings)].map((name) => [name, originOf(name)]),
  );
}
