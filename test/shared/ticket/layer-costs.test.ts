import { describe, expect, it } from 'vitest';
import { type CostedLayer, layerCosts, totalCost } from '../../../src/shared/ticket/layer-costs.ts';

import cases from '../../fixtures/ticket/csr.json' with { type: 'json' };

const CONVOLUTION: CostedLayer = {
  tensor: 'conv1.kernel',
  shape: [3, 3, 1, 4],
  weights: 36,
  uses: 100,
  readsExamples: true,
};
const DENSE: CostedLayer = {
  tensor: 'fc1.kernel',
  shape: [10, 5],
  weights: 50,
  uses: 1,
  readsExamples: false,
};

describe('the costs of layers', () => {
  it('count every use of a weight, and the gradients that a step needs', () => {
    const [convolution, dense] = layerCosts([CONVOLUTION, DENSE], [18, 10]);
    expect(convolution).toMatchObject({
      forward: { dense: 3600, kept: 1800 },
      // No gradient of the example.
      step: { dense: 7200, kept: 3600 },
    });
    expect(dense).toMatchObject({
      forward: { dense: 50, kept: 10 },
      step: { dense: 150, kept: 30 },
      denseBytes: 200,
      csrBytes: 10 * 8 + 6 * 4,
      bitmapBytes: 7 + 40,
    });
  });

  it('add up, as far as they are known', () => {
    const costs = layerCosts([CONVOLUTION, DENSE], [18, 10]);
    expect(totalCost(costs)).toMatchObject({
      weights: 86,
      kept: 28,
      forward: { dense: 3650, kept: 1810 },
      step: { dense: 7350, kept: 3630 },
    });
    const unknown = layerCosts([{ ...CONVOLUTION, uses: undefined }, DENSE], [18, 10]);
    expect(totalCost(unknown)).toMatchObject({
      weights: 86,
      forward: { dense: undefined, kept: undefined },
    });
  });

  it.each(cases)('have the CSR bytes of SciPy: %j', ({ shape, kept, bytes }) => {
    const layer = { ...DENSE, shape, weights: shape[0]! * shape[1]! };
    expect(layerCosts([layer], [kept])[0]!.csrBytes).toBe(bytes);
  });
});
