import { describe, expect, it } from 'vitest';
import { splitTraining } from '../../../../src/main/engine/datasets/split.ts';

describe('the validation split', () => {
  const { trainIndices, validationIndices } = splitTraining(1000, 100, 3);

  it('puts every training example on exactly one side', () => {
    const all = [...trainIndices, ...validationIndices].toSorted((a, b) => a - b);
    expect(all).toEqual(Array.from({ length: 1000 }, (_, index) => index));
    expect(validationIndices).toHaveLength(100);
  });

  it('is drawn from the whole training set, not its end', () => {
    const mean = validationIndices.reduce((sum, index) => sum + index, 0) / 100;
    expect(Math.abs(mean - 499.5)).toBeLessThan(120);
  });

  it('follows from the seed', () => {
    expect(splitTraining(1000, 100, 3).validationIndices).toEqual(validationIndices);
    expect(splitTraining(1000, 100, 4).validationIndices).not.toEqual(validationIndices);
  });
});
