import { describe, expect, it } from 'vitest';
import { holdOut } from '../../../../src/main/engine/datasets/held-out.ts';
import { randomizeLabels } from '../../../../src/main/engine/datasets/random-labels.ts';
import {
  drawApart,
  drawSubset,
  splitTraining,
} from '../../../../src/main/engine/datasets/split.ts';

/** Drawn by the version before classes were looked at. */
const SAVED_SPLIT = [2, 7, 24, 34, 38];

describe('the validation split', () => {
  const labels1000 = new Int32Array(1000);
  const { trainIndices, validationIndices } = splitTraining(labels1000, 100, 3);

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
    expect(splitTraining(labels1000, 100, 3).validationIndices).toEqual(validationIndices);
    expect(splitTraining(labels1000, 100, 4).validationIndices).not.toEqual(validationIndices);
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

  it('that has to have every class gives each an example, if it has room for that', () => {
    const options = { everyClass: true };
    const drawn = (size: number) => countsOf(drawSubset(labels, all, size, ['test'], options));
    expect(drawn(100)).toEqual([60, 30, 9, 1]);
    expect(drawn(10)).toEqual([5, 3, 1, 1]);
    expect(drawn(4)).toEqual([1, 1, 1, 1]);
    expect(drawn(3)).toEqual([2, 1, 0, 0]);
    expect(drawSubset(labels, all, 100, ['test'], options)).toEqual(
      drawSubset(labels, all, 100, ['test']),
    );
  });

  it('of no size is everything', () => {
    expect(drawSubset(labels, all, undefined, [])).toBe(all);
  });
});

describe('examples drawn apart', () => {
  /** 300 classes of three examples each. */
  const labels = Int32Array.from({ length: 900 }, (_, index) => index % 300);
  const classesOf = (indices: Int32Array) => new Set(indices.map((index) => labels[index]!)).size;

  it('leave examples of every class', () => {
    const { drawn, kept } = drawApart(labels, 180, ['test']);
    expect([drawn.length, kept.length]).toEqual([180, 720]);
    expect(classesOf(kept)).toBe(300);
    expect([...drawn, ...kept].toSorted((a, b) => a - b)).toEqual([...labels.keys()]);
    expect(drawn).toEqual(drawn.toSorted());
    expect(drawApart(labels, 180, ['test'])).toEqual({ drawn, kept });
  });

  it('are those that saved searches have, where these leave every class', () => {
    const two = Int32Array.from({ length: 50 }, (_, index) => index % 2);
    expect([...drawApart(two, 5, [3, 'validation-split']).drawn]).toEqual(SAVED_SPLIT);
    expect([...splitTraining(two, 5, 3).validationIndices]).toEqual(SAVED_SPLIT);
  });

  it('need not leave more classes than there is room for', () => {
    expect(drawApart(labels, 700, ['test']).kept).toHaveLength(200);
  });

  it('are the test set of data without one', () => {
    const { train, test } = holdOut('many.csv', labels, 0.2, 0);
    expect([train.length, test.length, classesOf(train)]).toEqual([720, 180, 300]);
  });
});

describe('random labels', () => {
  const labels = Int32Array.from({ length: 400 }, (_, index) => 1 + (index % 3));
  const all = Int32Array.from(labels.keys());

  it('are of classes that there are', () => {
    const randomized = randomizeLabels(labels, Int32Array.of(1, 2, 3), all, 1, 5);
    expect(new Set(randomized)).toEqual(new Set([1, 2, 3]));
    expect(randomized).not.toEqual(labels);
  });
});
