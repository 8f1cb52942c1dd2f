import { describe, expect, it } from 'vitest';
import { Kernels } from '../../../../src/main/engine/kernels/kernels.ts';
import { buildNetwork } from '../../../../src/main/engine/layers/index.ts';
import type { LayerSpec } from '../../../../src/main/engine/layers/spec.ts';
import { networkOf } from '../../../fixtures/pytorch/fixture.ts';

const kernels = new Kernels();
const FEATURES = 2000;
const BATCH = 5;
const ones = new Float32Array(BATCH * FEATURES).fill(1);

/** What dropout makes of ones, forward and backward. */
function drop(
  rate: number,
  pass: { isTraining?: boolean; seed?: number; step?: number; name?: string } = {},
): { output: Float32Array; gradient: Float32Array } {
  const { isTraining = true, seed = 1, step = 1, name = 'dropout' } = pass;
  const layers: LayerSpec[] = [{ kind: 'dropout', name, rate }];
  const layout = { parameters: [], prunable: [], parameterCount: 0, prunableCount: 0 };
  const network = networkOf([FEATURES], layers, FEATURES);
  const built = buildNetwork(kernels, network, layout, BATCH, true);
  const input = kernels.shareMemory(ones, [BATCH, FEATURES]);
  const result = kernels.scope(() => {
    const forward = built.forward(input, {
      isTraining,
      seed,
      step,
      value: () => input,
      setGradient: () => undefined,
      setStatistic: () => undefined,
    });
    return {
      output: kernels.read(forward.output).slice(),
      gradient: kernels.read(forward.backward(input, input, forward.output)!).slice(),
    };
  });
  kernels.delete(input);
  built.dispose();
  return result;
}

describe('dropout', () => {
  it('drops values with probability `rate` and lets the others grow by 1 / (1 − rate)', () => {
    const { output } = drop(0.2);
    expect([...new Set(output)].sort()).toEqual([0, 1.25]);
    const kept = output.filter((value) => value > 0).length;
    // Five standard deviations of a binomial.
    expect(Math.abs(kept - 0.8 * ones.length)).toBeLessThan(5 * Math.sqrt(ones.length * 0.8 * 0.2));
  });

  it('passes the gradient where it passed the value', () => {
    const { output, gradient } = drop(0.5);
    expect(gradient).toEqual(output);
  });

  it('leaves everything as it is in evaluation, and with a rate of 0', () => {
    expect(drop(0.5, { isTraining: false }).output).toEqual(ones);
    expect(drop(0)).toEqual({ output: ones, gradient: ones });
  });

  it('drops the same again for the same seed, layer and step, and others for others', () => {
    const { output } = drop(0.5);
    expect(drop(0.5).output).toEqual(output);
    for (const other of [{ seed: 2 }, { step: 2 }, { name: 'dropout2' }]) {
      expect(drop(0.5, other).output).not.toEqual(output);
    }
  });
});
