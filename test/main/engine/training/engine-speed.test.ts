import { describe, expect, it } from 'vitest';
import { examplesToTime, measureStep } from '../../../../src/main/engine/training/engine-speed.ts';
import type { Trainer } from '../../../../src/main/engine/training/trainer.ts';
import { tinyDataset } from '../../../support/tiny-dataset.ts';

describe('the piece of an evaluation that is timed', () => {
  it('takes about 60 ms, judging by a step', () => {
    // 6 ms for 60 examples forward and backward: 0.033 ms forward.
    expect(examplesToTime(6, 60, 5000)).toBe(1800);
    expect(examplesToTime(60, 60, 5000)).toBe(180);
  });

  it('has at least 64 examples, at most 2,000, and no more than there are', () => {
    expect(examplesToTime(6000, 60, 5000)).toBe(64);
    expect(examplesToTime(0.01, 60, 5000)).toBe(2000);
    expect(examplesToTime(6, 60, 40)).toBe(40);
  });
});

it('times steps on batches of the training examples, counted from 1', () => {
  const steps: { examples: number; step: number }[] = [];
  const trainer: Pick<Trainer, 'step'> = {
    step: (batch, step) => {
      steps.push({ examples: batch.length, step });
      // As long as it takes until the clock has moved on.
      const start = performance.now();
      while (performance.now() - start < 2);
    },
  };
  const data = {
    dataset: tinyDataset(),
    trainIndices: Int32Array.from({ length: 100 }, (_, index) => index),
    validationIndices: new Int32Array(),
  };
  const milliseconds = measureStep(trainer, data, 20);
  expect(milliseconds).toBeGreaterThanOrEqual(2);
  expect(steps.map(({ step }) => step)).toEqual(steps.map((_, index) => index + 1));
  expect(steps.every(({ examples }) => examples === 20)).toBe(true);
});
