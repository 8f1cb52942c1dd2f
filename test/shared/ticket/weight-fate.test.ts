import { describe, expect, it } from 'vitest';
import { weightFate } from '../../../src/shared/ticket/weight-fate.ts';

import reference from '../../fixtures/ticket/weight-fate.json' with { type: 'json' };

const NONE = { initial: new Float32Array(0), final: new Float32Array(0) };

describe('where weights went', () => {
  it('is counted for survivors and pruned weights apart, on the same axes', () => {
    const survivors = { initial: Float32Array.of(-1, 1), final: Float32Array.of(-2, 2) };
    const pruned = { initial: Float32Array.of(0.5), final: Float32Array.of(-0.5) };
    const fate = weightFate(survivors, pruned, 2);
    expect(fate).toMatchObject({ bins: 2, largestInitial: 1, largestFinal: 2 });
    // Rows are final values, columns initial ones, both ascending.
    expect([...fate.survivors.histogram]).toEqual([1, 0, 0, 1]);
    expect([...fate.pruned.histogram]).toEqual([0, 1, 0, 0]);
    expect(fate.survivors).toMatchObject({ weights: 2, signChanges: 0, grown: 2, unchanged: 0 });
    expect(fate.pruned).toMatchObject({ weights: 1, signChanges: 1, grown: 0, unchanged: 0 });
  });

  it('is the same as NumPy counts', () => {
    const pairs = {
      initial: Float32Array.from(reference.initial),
      final: Float32Array.from(reference.final),
    };
    const { survivors } = weightFate(pairs, NONE, reference.bins);
    expect([...survivors.histogram]).toEqual(reference.histogram.flat());
    expect(survivors).toMatchObject({
      signChanges: reference.signChanges,
      grown: reference.grown,
    });
  });

  it('takes no sign from a weight that is exactly 0, and tiny weights for what they are', () => {
    const initial = Float32Array.of(0, 1, 1e-30);
    const final = Float32Array.of(-1, 0, -1e-30);
    expect(weightFate({ initial, final }, NONE).survivors.signChanges).toBe(1);
  });

  it('counts weights that do not change, and needs none', () => {
    const values = Float32Array.of(0, 0);
    const { survivors, largestFinal } = weightFate({ initial: values, final: values }, NONE, 4);
    expect(survivors).toMatchObject({ weights: 2, unchanged: 2 });
    expect(survivors.histogram.reduce((sum, count) => sum + count, 0)).toBe(2);
    expect(largestFinal).toBe(0);
  });
});
