import { describe, expect, it } from 'vitest';
import {
  earlyStop,
  type Evaluation,
  finalEvaluation,
} from '../../../src/shared/domain/training.ts';

const evaluationsOf = (...losses: number[]): Evaluation[] =>
  losses.map((validationLoss, index) => ({
    iteration: 10 * index,
    validationLoss,
    validationAccuracy: 0,
    testLoss: 0,
    testAccuracy: 0,
  }));

describe('the early stop', () => {
  it.each([
    [[3, 2, 1], 20],
    [[3, 1, 2], 10],
    [[1, 2, 3], 0],
    [[2, 1, 3, 1, 1], 10],
    [[1, 1], 0],
  ])('of validation losses %j is iteration %d, the earliest of equals', (losses, iteration) => {
    expect(earlyStop(evaluationsOf(...losses)).iteration).toBe(iteration);
  });

  it('of nothing is none', () => {
    expect(() => earlyStop([])).toThrow('without evaluations');
  });
});

describe('the final evaluation', () => {
  it('is the last one, whatever its loss', () => {
    expect(finalEvaluation(evaluationsOf(3, 1, 2)).iteration).toBe(20);
  });

  it('of nothing is none', () => {
    expect(() => finalEvaluation([])).toThrow('without evaluations');
  });
});
