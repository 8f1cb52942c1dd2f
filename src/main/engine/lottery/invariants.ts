/**
 * What must hold at every moment of a search, checked while it runs. A tool that trains weights it
 * believes to be pruned gives wrong results silently. Here that stops the search.
 */
import { WorkbenchError } from '../../../shared/contract/errors.ts';
import {
  describeTraining,
  earlyStop,
  type Evaluation,
  type TrainingKey,
} from '../../../shared/domain/training.ts';
import type { ParameterLayout, ParameterSpec } from '../../../shared/domain/layout.ts';
import type { Mask } from '../../../shared/domain/mask.ts';
import type { SparsityTarget } from '../pruning/strategy.ts';
import type { Trainer } from '../training/trainer.ts';

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
  trainer: Pick<Trainer, 'visitState'>,
  mask: Mask,
): void {
  trainer.visitState((parameter, slot, values) => {
    const { prunable, name, maskOffset, size } = parameter;
    if (!prunable) return;
    const own = mask.subarray(maskOffset, maskOffset + size);
    if (isZeroWherePruned(values, own)) return;
    const index = values.findIndex((value, at) => own[at] === 0 && value !== 0);
    const what = slot === undefined ? 'the value' : `optimizer slot ${slot + 1}`;
    violate(key, `${what} of pruned weight ${index} of ${name} is ${values[index]}, not 0`);
  });
}

/**
 * Without conditional branches, which would be mispredicted: every evaluation checks all weights.
 */
function isZeroWherePruned(values: Float32Array, mask: Mask): boolean {
  const bits = bitsOf(values);
  let set = 0;
  for (let index = 0; index < mask.length; index += 1) {
    const pruned = mask[index]! - 1;
    // Shifts the sign out, because −0 is also zero.
    set |= (bits[index]! << 1) & pruned;
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

/** Checks that as many test examples are marked as correct as the early stop counted. */
export function checkCorrect(
  key: TrainingKey,
  evaluations: readonly Evaluation[],
  correct: Uint8Array,
): void {
  const { iteration, testAccuracy } = earlyStop(evaluations);
  const marked = correct.reduce((sum, isCorrect) => sum + isCorrect, 0);
  // A network that is tested on no example has no accuracy.
  if (Object.is(marked / correct.length, testAccuracy)) return;
  violate(
    key,
    `${marked} of ${correct.length} test examples are marked as correct, but the test accuracy at ` +
      `the early stop, iteration ${iteration}, is ${testAccuracy}`,
  );
}

function bitsOf(values: Float32Array): Uint32Array {
  return new Uint32Array(values.buffer, values.byteOffset, values.length);
}

function violate(key: TrainingKey, what: string): never {
  throw new WorkbenchError(
    'invariant-violated',
    `${describeTraining(key)}: ${what}`,
    'The search was stopped because its results cannot be trusted. Please report this.',
  );
}
