/** The work behind the Ticket tab that reads masks and weights of whole networks. It runs in a thread if they are large. */
import { WorkbenchError } from '../../../shared/contract/errors.ts';
import type { SearchOverlap } from '../../../shared/contract/records/analyses.ts';
import type {
  TicketComparison,
  TicketFate,
  TicketMask,
} from '../../../shared/contract/records/tickets.ts';
import type { ParameterLayout, ParameterSpec } from '../../../shared/domain/layout.ts';
import {
  countKeptBySegment,
  type Mask,
  packedPart,
  unpackMask,
} from '../../../shared/domain/mask.ts';
import { type InputMap, inputSums } from '../../../shared/ticket/input-map.ts';
import { compareMasks } from '../../../shared/ticket/mask-comparison.ts';
import { type UnitWeights, unitWeights } from '../../../shared/ticket/unit-weights.ts';
import { weightFate } from '../../../shared/ticket/weight-fate.ts';
import { findLivePaths } from '../../engine/analyses/live-paths.ts';
import type { NetworkSpec } from '../../engine/layers/spec.ts';
import type { Store } from '../../store/store.ts';
import { type OverlapOptions, searchOverlap } from '../analyses/search-overlap.ts';
import { prunedPairs, survivorPairs } from './fate-values.ts';
import type { FirstLayer } from './ticket-network.ts';
import type { TicketPlace } from './ticket-place.ts';

/** What can be asked, and its answer. Both can be sent to a thread. */
export interface TicketTasks {
  mask: {
    readonly given: TicketPlace & { readonly tensor: string };
    readonly result: TicketMask;
  };
  inputs: {
    readonly given: TicketPlace & { readonly first: FirstLayer; readonly hasWeights: boolean };
    readonly result: InputMap;
  };
  units: {
    readonly given: TicketPlace & {
      readonly tensor: string;
      readonly first: number;
      readonly count: number;
    };
    readonly result: UnitWeights;
  };
  fate: {
    readonly given: TicketPlace & { readonly tensor: string | undefined };
    readonly result: TicketFate;
  };
  /** How many weights of each layer lie on a live path. */
  paths: {
    readonly given: TicketPlace & { readonly network: NetworkSpec };
    readonly result: Uint32Array;
  };
  comparison: {
    readonly given: { readonly one: TicketPlace; readonly other: TicketPlace };
    readonly result: TicketComparison;
  };
  /** The masks of many searches. */
  overlap: {
    readonly given: { readonly searchIds: readonly string[]; readonly options: OverlapOptions };
    readonly result: SearchOverlap;
  };
}

export type TicketTask = keyof TicketTasks;

type Perform<Task extends TicketTask> = (
  store: Store,
  given: TicketTasks[Task]['given'],
) => TicketTasks[Task]['result'];

const TICKET_WORK: { readonly [Task in TicketTask]: Perform<Task> } = {
  mask: maskOfTensor,
  inputs: inputMapOf,
  units: unitsOf,
  fate: fateOf,
  paths: effectiveCounts,
  comparison: comparisonOf,
  overlap: (store, { searchIds, options }) => searchOverlap(store, searchIds, options),
};

export function performTicketWork<Task extends TicketTask>(
  store: Store,
  task: Task,
  given: TicketTasks[Task]['given'],
): TicketTasks[Task]['result'] {
  const perform: Perform<Task> = TICKET_WORK[task];
  return perform(store, given);
}

/** @throws WorkbenchError `not-found` naming the tensors that there are. */
function prunableTensor({ prunable }: ParameterLayout, name: string): ParameterSpec {
  const found = prunable.find((tensor) => tensor.name === name);
  if (found) return found;
  throw new WorkbenchError(
    'not-found',
    `there is no prunable tensor ${JSON.stringify(name.slice(0, 100))}; expected ${prunable.map((tensor) => tensor.name).join(', ')}`,
  );
}

function maskOf(store: Store, { searchId, key }: TicketPlace, layout: ParameterLayout): Mask {
  return unpackMask(store.trainings.mask(searchId, key), layout.prunableCount);
}

const layoutAt = (store: Store, { searchId, key }: TicketPlace): ParameterLayout =>
  store.searches.layout(searchId, key.branch);

function maskOfTensor(store: Store, given: TicketTasks['mask']['given']): TicketMask {
  const { tensor, searchId, key } = given;
  const { shape, maskOffset, size } = prunableTensor(layoutAt(store, given), tensor);
  const packed = store.trainings.mask(searchId, key);
  return { tensor, shape, bits: packedPart(packed, maskOffset, size) };
}

function inputMapOf(store: Store, given: TicketTasks['inputs']['given']): InputMap {
  const { first, hasWeights } = given;
  const layout = layoutAt(store, given);
  const { offset, maskOffset, size } = prunableTensor(layout, first.tensor);
  const mask = maskOf(store, given, layout).subarray(maskOffset, maskOffset + size);
  const weights = hasWeights
    ? floats(store, given, 'final-weights').subarray(offset, offset + size)
    : undefined;
  return { ...first, ...inputSums(first.shape, mask, weights) };
}

function floats(
  store: Store,
  { searchId, key }: TicketPlace,
  array: 'initial-weights' | 'final-weights',
): Float32Array {
  return store.trainings.array(searchId, { array, key }) as Float32Array;
}

function unitsOf(store: Store, given: TicketTasks['units']['given']): UnitWeights {
  const layout = layoutAt(store, given);
  const { shape, offset, maskOffset, size } = prunableTensor(layout, given.tensor);
  const units = shape.at(-1) ?? 1;
  if (given.first >= units) {
    throw new WorkbenchError(
      'not-found',
      `${given.tensor} has no unit ${given.first + 1}; expected 1 to ${units}`,
    );
  }
  const stored = store.trainings.weights(given.searchId, given.key);
  const mask = unpackMask(stored.mask, layout.prunableCount);
  const weights = {
    initial: stored.initialWeights.subarray(offset, offset + size),
    final: stored.finalWeights.subarray(offset, offset + size),
    mask: mask.subarray(maskOffset, maskOffset + size),
  };
  return unitWeights(shape, weights, given.first, Math.min(given.count, units - given.first));
}

function fateOf(store: Store, given: TicketTasks['fate']['given']): TicketFate {
  const layout = layoutAt(store, given);
  const tensors =
    given.tensor === undefined ? layout.prunable : [prunableTensor(layout, given.tensor)];
  const pruned = prunedPairs(store, given, tensors, layout);
  const survivors = survivorPairs(store, given, tensors, layout);
  return { ...weightFate(survivors, pruned.pairs), hasPruned: pruned.areKnown };
}

function effectiveCounts(store: Store, given: TicketTasks['paths']['given']): Uint32Array {
  const layout = layoutAt(store, given);
  const { effective } = findLivePaths(given.network, layout, maskOf(store, given, layout));
  return Uint32Array.from(countKeptBySegment(effective, layout.prunable));
}

function comparisonOf(
  store: Store,
  { one, other }: TicketTasks['comparison']['given'],
): TicketComparison {
  const layout = layoutAt(store, one);
  const compared = compareMasks(
    maskOf(store, one, layout),
    maskOf(store, other, layout),
    layout.prunable,
  );
  return { ...compared, tensorNames: layout.prunable.map(({ name }) => name) };
}
