import { describe, expect, it } from 'vitest';
import {
  describeTraining,
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

describe('how a training is called', () => {
  it.each([
    [{ replicate: 0, level: 0, branch: 'ticket' }, 'replicate 1, level 0, dense'],
    [{ replicate: 1, level: 2, branch: 'ticket' }, 'replicate 2, level 2, ticket'],
    [
      { replicate: 0, level: 0, branch: 'transfer-kmnist' },
      'replicate 1, level 0, dense, transfer-kmnist',
    ],
    [{ replicate: 0, level: 3, branch: 'random-reinit' }, 'replicate 1, level 3, random-reinit'],
  ])('%j', (key, text) => {
    expect(describeTraining(key)).toBe(text);
  });
});
