/** Initial and final values of survivors and of pruned weights. */
import type { ParameterLayout, ParameterSpec } from '../../../shared/domain/layout.ts';
import { unpackMask } from '../../../shared/domain/mask.ts';
import {
  nameOfTraining,
  TICKET_BRANCH,
  type TrainingKey,
} from '../../../shared/domain/training.ts';
import type { ValuePairs } from '../../../shared/ticket/weight-fate.ts';
import type { Store } from '../../store/store.ts';
import type { TicketPlace } from './ticket-place.ts';

type Tensors = readonly ParameterSpec[];

/** The values with which the survivors of a training began and ended it. */
export function survivorPairs(
  store: Store,
  { searchId, key }: TicketPlace,
  tensors: Tensors,
  layout: ParameterLayout,
): ValuePairs {
  const { mask, initialWeights, finalWeights } = store.trainings.weights(searchId, key);
  const kept = unpackMask(mask, layout.prunableCount);
  return pairsWhere(tensors, initialWeights, finalWeights, (at) => kept[at] === 1);
}

/**
 * The values of pruned weights in the training at whose end they were pruned: the ticket of the last level
 * that kept them. Weights of other branches that are not kept were never trained there.
 */
export function prunedPairs(
  store: Store,
  { searchId, key }: TicketPlace,
  tensors: Tensors,
  layout: ParameterLayout,
): { readonly pairs: ValuePairs; readonly areKnown: boolean } {
  const stored = store.trainings.storedArrays(searchId);
  const hasWeights = (training: TrainingKey): boolean =>
    stored.get(nameOfTraining(training))?.has('final-weights') === true;
  const earlier = Array.from({ length: key.level }, (_, level) => ({ ...key, level }));
  if (key.branch !== TICKET_BRANCH || !earlier.every(hasWeights)) {
    return { pairs: joined([]), areKnown: false };
  }
  const parts: ValuePairs[] = [];
  let next = unpackMask(store.trainings.mask(searchId, key), layout.prunableCount);
  for (const before of earlier.toReversed()) {
    const { mask, initialWeights, finalWeights } = store.trainings.weights(searchId, before);
    const kept = unpackMask(mask, layout.prunableCount);
    const later = next;
    const isPruned = (at: number): boolean => kept[at] === 1 && later[at] === 0;
    parts.push(pairsWhere(tensors, initialWeights, finalWeights, isPruned));
    next = kept;
  }
  return { pairs: joined(parts), areKnown: true };
}

/** @param isChosen gets the index of a weight in the mask of the network. */
function pairsWhere(
  tensors: Tensors,
  initial: Float32Array,
  final: Float32Array,
  isChosen: (at: number) => boolean,
): ValuePairs {
  let count = 0;
  for (const { maskOffset, size } of tensors) {
    for (let index = 0; index < size; index += 1) count += Number(isChosen(maskOffset + index));
  }
  const pairs = { initial: new Float32Array(count), final: new Float32Array(count) };
  let next = 0;
  for (const { offset, maskOffset, size } of tensors) {
    for (let index = 0; index < size; index += 1) {
      if (!isChosen(maskOffset + index)) continue;
      pairs.initial[next] = initial[offset + index]!;
      pairs.final[next] = final[offset + index]!;
      next += 1;
    }
  }
  return pairs;
}

function joined(parts: readonly ValuePairs[]): ValuePairs {
  const length = parts.reduce((sum, { initial }) => sum + initial.length, 0);
  const pairs = { initial: new Float32Array(length), final: new Float32Array(length) };
  let next = 0;
  for (const { initial, final } of parts) {
    pairs.initial.set(initial, next);
    pairs.final.set(final, next);
    next += initial.length;
  }
  return pairs;
}
