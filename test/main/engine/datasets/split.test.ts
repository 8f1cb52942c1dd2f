import { describe, expect, it } from 'vitest';
import { drawSubset, splitTraining } from '../../../../src/main/engine/datasets/split.ts';

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

describe('a subset', () => {
  // 600, 300, 90 and 10 of classes 0 to 3, none of them in a row.
  const labels = Int32Array.from({ length: 1000 }, (_, at) => {
    const place = (at * 7) % 1000;
    return place < 600 ? 0 : place < 900 ? 1 : place < 990 ? 2 : 3;
  });
  const all = Int32Array.from(labels.keys());
  const countsOf = (subset: Int32Array) =>
    [0, 1, 2, 3].map((label) => subset.filter((at) => labels[at] === label).length);

  it.each([
    [1000, [600, 300, 90, 10]],
    [100, [60, 30, 9, 1]],
    [10, [6, 3, 1, 0]],
    [5, [3, 2, 0, 0]],
    [1, [1, 0, 0, 0]],
  ])('of %i has each class by its share', (size, counts) => {
    const subset = drawSubset(labels, all, size, ['test']);
    expect(subset).toHaveLength(size);
    expect(new Set(subset).size).toBe(size);
    expect(subset).toEqual(subset.toSorted());
    expect(countsOf(subset)).toEqual(counts);
  });

  it('is drawn from the given examples only, by the key', () => {
    const even = all.filter((at) => at % 2 === 0);
    const subset = drawSubset(labels, even, 100, ['test', 1]);
    expect(subset.every((at) => at % 2 === 0)).toBe(true);
    expect(drawSubset(labels, even, 100, ['test', 1])).toEqual(subset);
    expect(drawSubset(labels, even, 100, ['test', 2])).not.toEqual(subset);
    expect(Math.max(...subset)).toBeGreaterThan(900);
  });

  it('of a large table is drawn without overflowing the stack', () => {
    const many = new Int32Array(300_000);
    const subset = drawSubset(many, Int32Array.from(many.keys()), 250_000, ['test']);
    expect(subset).toHaveLength(250_000);
    expect(new Set(subset).size).toBe(250_000);
  });

  it('of no size is everything', () => {
    expect(drawSubset(labels, all, undefined, [])).toBe(all);
  });
});
