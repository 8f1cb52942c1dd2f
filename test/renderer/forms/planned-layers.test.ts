import { describe, expect, it } from 'vitest';
import { describeLayers } from '../../../src/renderer/forms/planned-layers.ts';
import { singularOf } from '../../../src/renderer/forms/singular.ts';

describe('the layers of a list', () => {
  it('say what they put out and how much is trained in them, each by its kind and number', () => {
    const layers = [{ kind: 'dense', units: 9 }, { kind: 'relu' }, { kind: 'dense', units: 3 }];
    const planned = [
      { name: 'dense1', shape: [9], parameters: 1 },
      { name: 'relu1', shape: [9], parameters: 0 },
      { name: 'dense2', shape: [7, 7, 3], parameters: 3000 },
      { name: 'output', shape: [10], parameters: 40 },
    ];
    expect(describeLayers(layers, planned)).toEqual([
      '→ 9 · 1 parameter',
      '→ 9',
      '→ 7 × 7 × 3 · 3,000 parameters',
    ]);
    expect(describeLayers([...layers, { kind: 'flatten' }], planned)[3]).toBeUndefined();
  });

  it.each([
    ['Layers', 'Layer'],
    ['Branches', 'Branch'],
    ['Analyses', 'Analysis'],
    ['Milestones', 'Milestone'],
    ['Dropout', 'Dropout'],
  ])('%s: one is a %s', (label, item) => {
    expect(singularOf(label)).toBe(item);
  });
});
