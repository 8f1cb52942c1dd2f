import { describe, expect, it } from 'vitest';
import { collapseWarnings } from '../../../../src/main/engine/pruning/collapse.ts';
import { layoutOfWidths } from './layouts.ts';

// fc1.kernel [4, 3] and output.kernel [3, 2].
const layout = layoutOfWidths(4, 3, 2);
const keeping = (first: number, second: number) =>
  Uint8Array.from({ length: 18 }, (_, index) =>
    (index < 12 ? index < first : index - 12 < second) ? 1 : 0,
  );

describe('a warning before layer collapse', () => {
  it('names the layer whose outputs can no longer all have a weight', () => {
    expect(collapseWarnings(layout, keeping(12, 6), keeping(2, 2))).toEqual([
      'the next level keeps 2 of the 12 weights of fc1.kernel, fewer than its 3 outputs: the layer is close to collapse',
    ]);
  });

  it('comes once, when that begins', () => {
    expect(collapseWarnings(layout, keeping(2, 6), keeping(1, 2))).toEqual([]);
    expect(collapseWarnings(layout, keeping(12, 6), keeping(3, 2))).toEqual([]);
  });
});
