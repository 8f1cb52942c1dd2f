/**
 * What must hold at every moment of a search, checked while it runs. A tool that trains weights which
 * it believes to be pruned gives wrong results without a sign. Here that stops the search.
 */
import { WorkbenchError } from '../../../shared/contract/errors.ts';
import { describeTraining, type TrainingKey } from '../../../shared/domain/training.ts';
import type { ParameterLayout, ParameterSpec } from '../network.ts';
import type { SparsityTarget, Mask } from '../pruning/strategy.ts';
import type { TrainerState } from '../training/trainer.ts';

/** Checks the weights at the start: survivors have the bits of the rewind point, pruned ones are +0. */
export function checkReset(
  key: TrainingKey,
  layout: ParameterLayout,
  weights: Float32Array,
  rewindPoint: Float32Array,
  mask: Mask,
): void {
  const bits = bitsOf(weights);
  const expectedBits = bitsOf(rewindPoint);
  const isReset = ({ prunable, offset, maskOffset, size }: ParameterSpec): boolean => {
    let differing = 0;
    for (let index = 0; index < size; index += 1) {
      const kept = prunable ? -mask[maskOffset + index]! : -1;
      differing |= bits[offset + index]! ^ (expectedBits[offset + index]! & kept);
    }
    return differing === 0;
  };
  for (const parameter of layout.parameters) {
    if (isReset(parameter)) continue;
    for (let index = 0; index < parameter.size; index += 1) {
      const at = parameter.offset + index;
      const isKept = !parameter.prunable || mask[parameter.maskOffset + index] === 1;
      const expected = isKept ? expectedBits[at] : 0;
      if (bits[at] === expected) continue;
      violate(
        key,
        isKept
          ? `weight ${index} of ${parameter.name} starts at ${weights[at]}, not at its rewind point ${rewindPoint[at]}`
          : `pruned weight ${index} of ${parameter.name} starts at ${weights[at]}, not at 0`,
      );
    }
  }
}

/** Checks that pruned weights and their optimizer slots are exactly zero. */
export function checkPrunedStayZero(
  key: TrainingKey,
  layout: ParameterLayout,
  state: TrainerState,
  mask: Mask,
): void {
  const check = (values: Float32Array, what: string): void => {
    const bits = bitsOf(values);
    for (const parameter of layout.prunable) {
      if (isZeroWherePruned(bits, parameter, mask)) continue;
      for (let index = 0; index < parameter.size; index += 1) {
        if (mask[parameter.maskOffset + index] === 1) continue;
        const value = values[parameter.offset + index]!;
        if (value === 0) continue;
        violate(key, `${what} of pruned weight ${index} of ${parameter.name} is ${value}, not 0`);
      }
    }
  };
  check(state.parameters, 'the value');
  for (const [slot, values] of state.slots.entries()) check(values, `optimizer slot ${slot + 1}`);
}

/** Without a branch, which would be mispredicted: every evaluation goes through all weights. */
function isZeroWherePruned(
  bits: Uint32Array,
  { offset, maskOffset, size }: ParameterSpec,
  mask: Mask,
): boolean {
  let set = 0;
  for (let index = 0; index < size; index += 1) {
    const pruned = mask[maskOffset + index]! - 1;
    // −0 is zero, too.
    set |= (bits[offset + index]! << 1) & pruned;
  }
  return set === 0;
}

/** Checks that the next mask regains no weight and keeps exactly the promised number. */
export function checkPruning(
  key: TrainingKey,
  layout: ParameterLayout,
  before: Mask,
  after: Mask,
  target: SparsityTarget,
): void {
  const kept: number[] = [];
  for (const parameter of layout.prunable) {
    let count = 0;
    for (let index = 0; index < parameter.size; index += 1) {
      const at = parameter.maskOffset + index;
      const isKept = after[at] === 1;
      if (isKept && before[at] !== 1) {
        violate(key, `pruned weight ${index} of ${parameter.name} came back in the next mask`);
      }
      if (isKept) count += 1;
    }
    kept.push(count);
    const promised = target.scope === 'layer' ? target.counts[kept.length - 1] : undefined;
    if (promised !== undefined && count !== promised) {
      violate(key, `the next mask keeps ${count} weights of ${parameter.name}, not ${promised}`);
    }
  }
  const total = kept.reduce((sum, count) => sum + count, 0);
  if (target.scope === 'global' && total !== target.count) {
    violate(key, `the next mask keeps ${total} weights, not ${target.count}`);
  }
}

function bitsOf(values: Float32Array): Uint32Array {
  return new Uint32Array(values.buffer, values.byteOffset, values.length);
}

function violate(key: TrainingKey, what: string): never {
  throw new WorkbenchError(
    'invariant-violated',
    `${describeTraining(key)}: ${what}`,
    'The search is stopped because its results could not be trusted. Please report this.',
  );
}
