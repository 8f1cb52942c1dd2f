import { describe, expect, it } from 'vitest';
import {
  checkCorrect,
  checkPrunedStayZero,
  checkPruning,
  checkReset,
} from '../../../../src/main/engine/lottery/invariants.ts';
import { layoutOf } from '../../../../src/main/engine/network.ts';
import type { Trainer } from '../../../../src/main/engine/training/trainer.ts';
import { fullyConnected } from '../../../../src/main/engine/architectures/fully-connected.ts';

const layout = layoutOf(fullyConnected([3], [2], 2));
const key = { replicate: 0, level: 1, branch: 'ticket' };
// fc1.kernel [3, 2] at 0, fc1.bias [2] at 6, output.kernel [2, 2] at 8, output.bias [2] at 12.
const mask = new Uint8Array([1, 0, 1, 1, 0, 1, 1, 1, 0, 1]);
const rewindPoint = Float32Array.from({ length: 14 }, (_, index) => 0.5 + index);

function masked(): Float32Array {
  const weights = rewindPoint.slice();
  for (const index of [1, 4, 10]) weights[index] = 0;
  return weights;
}

/** A trainer that has these weights, and one slot for each. */
function trainerWith(weights: Float32Array, moments: Float32Array): Pick<Trainer, 'visitState'> {
  return {
    visitState(visit) {
      for (const parameter of layout.parameters) {
        const end = parameter.offset + parameter.size;
        visit(parameter, undefined, weights.subarray(parameter.offset, end));
        visit(parameter, 0, moments.subarray(parameter.offset, end));
      }
    },
  };
}

describe('the reset', () => {
  it('is accepted when survivors are bit-equal and the pruned are zero', () => {
    expect(() => {
      checkReset(key, layout, masked(), rewindPoint, mask);
    }).not.toThrow();
  });

  it.each([
    ['a survivor is off by one bit', 2, 2.5000002, 'weight 2 of fc1.kernel starts at'],
    ['a pruned weight is not zero', 4, 1e-30, 'pruned weight 4 of fc1.kernel starts at'],
    ['a pruned weight is minus zero', 10, -0, 'pruned weight 2 of output.kernel starts at'],
    ['a bias was not reset', 7, 0, 'weight 1 of fc1.bias starts at 0'],
  ])('is refused when %s', (_what, index, value, message) => {
    const weights = masked();
    weights[index] = value;
    expect(() => {
      checkReset(key, layout, weights, rewindPoint, mask);
    }).toThrow(`replicate 1, level 1, ticket: ${message}`);
  });
});

describe('pruned weights', () => {
  it.each([
    ['come back', { parameters: 1, slot: 0 }, 'the value of pruned weight 1 of fc1.kernel'],
    ['gather momentum', { parameters: 0, slot: 1e-40 }, 'optimizer slot 1 of pruned weight 1'],
  ])('are found when they %s', (_what, { parameters, slot }, message) => {
    const [weights, moments] = [masked(), masked()];
    weights[1] = parameters;
    moments[1] = slot;
    expect(() => {
      checkPrunedStayZero(key, trainerWith(weights, moments), mask);
    }).toThrow(message);
  });

  it('are accepted while they are zero', () => {
    expect(() => {
      checkPrunedStayZero(key, trainerWith(masked(), masked()), mask);
    }).not.toThrow();
  });
});

describe('the next mask', () => {
  const next = new Uint8Array([1, 0, 0, 1, 0, 1, 1, 0, 0, 1]);

  it('is accepted with exactly the promised counts', () => {
    checkPruning(key, layout, mask, next, { scope: 'layer', counts: [3, 2] });
    checkPruning(key, layout, mask, next, { scope: 'global', count: 5 });
  });

  it('is refused when a weight comes back', () => {
    const revived = next.slice();
    revived[1] = 1;
    expect(() => {
      checkPruning(key, layout, mask, revived, { scope: 'global', count: 6 });
    }).toThrow('pruned weight 1 of fc1.kernel came back');
  });

  it('is refused with one weight too many', () => {
    expect(() => {
      checkPruning(key, layout, mask, next, { scope: 'layer', counts: [3, 1] });
    }).toThrow('keeps 2 weights of output.kernel, not 1');
    expect(() => {
      checkPruning(key, layout, mask, next, { scope: 'global', count: 4 });
    }).toThrow('keeps 5 weights, not 4');
  });
});

describe('correct test examples', () => {
  const at = (iteration: number, validationLoss: number, testAccuracy: number) => ({
    iteration,
    validationLoss,
    validationAccuracy: 0.5,
    testLoss: 1,
    testAccuracy,
  });
  const evaluations = [at(0, 2, 0), at(10, 1, 2 / 3), at(20, 1.5, 1 / 3)];

  it('are accepted where they are as many as the early stop counted', () => {
    expect(() => {
      checkCorrect(key, evaluations, Uint8Array.of(1, 0, 1));
    }).not.toThrow();
  });

  it('are refused where they are those of another evaluation', () => {
    expect(() => {
      checkCorrect(key, evaluations, Uint8Array.of(1, 0, 0));
    }).toThrow(
      'replicate 1, level 1, ticket: 1 of 3 test examples are marked as correct, but the test ' +
        'accuracy at the early stop, iteration 10, is 0.6666666666666666',
    );
  });
});
