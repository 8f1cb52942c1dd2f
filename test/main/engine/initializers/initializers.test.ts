import { describe, expect, it } from 'vitest';
import { architectures } from '../../../../src/main/engine/architectures/index.ts';
import { initializers } from '../../../../src/main/engine/initializers/index.ts';
import { initialize } from '../../../../src/main/engine/initializers/initializer.ts';
import type { NetworkSpec } from '../../../../src/main/engine/layers/spec.ts';
import { layoutOf } from '../../../../src/main/engine/network.ts';
import { rng } from '../../../../src/shared/rng.ts';
import { parameterOf, readFixture } from '../../../fixtures/pytorch/fixture.ts';

function networkWithKernel(shape: readonly number[]): NetworkSpec {
  const [inputs = 1, outputs = 1] = shape.slice(-2);
  if (shape.length === 2) {
    return {
      inputShape: [inputs],
      classes: outputs,
      layers: [{ kind: 'dense', name: 'layer', inputs, outputs }],
    };
  }
  return {
    inputShape: [8, 8, inputs],
    classes: outputs,
    layers: [
      {
        kind: 'conv2d',
        name: 'layer',
        inputs,
        outputs,
        kernelSize: shape[0]!,
        stride: 1,
        padding: 'same',
        hasBias: false,
      },
    ],
  };
}

function drawKernel(
  id: string,
  shape: readonly number[],
  seed: number,
  setting = {},
): Float32Array {
  const layout = layoutOf(networkWithKernel(shape));
  const fill = initializers.get(id).create({ id, ...setting });
  return parameterOf(layout, initialize(layout, fill, rng(seed)), 'layer.kernel');
}

function meanOfPower(values: Float32Array, power: number): number {
  return values.reduce((sum, value) => sum + value ** power, 0) / values.length;
}

describe('initialisers draw as PyTorch does', () => {
  const cases = readFixture('initializers').cases;

  it.each(cases)('$name $shape', ({ name, shape, deviation, largest, kurtosis }) => {
    const values = drawKernel(name, shape, 1);
    const count = values.length;
    // Five standard errors of each statistic of a sample, once for ours and once for PyTorch's.
    const errors = 5 * Math.SQRT2;
    expect(Math.abs(meanOfPower(values, 1)), 'mean').toBeLessThan(
      (errors * deviation) / Math.sqrt(count),
    );
    const ours = Math.sqrt(meanOfPower(values, 2));
    expect(Math.abs(ours / deviation - 1), 'deviation').toBeLessThan(
      errors * Math.sqrt((kurtosis - 1) / (4 * count)) + 1e-6,
    );
    const ourKurtosis = meanOfPower(values, 4) / meanOfPower(values, 2) ** 2;
    expect(Math.abs(ourKurtosis - kurtosis), 'kurtosis: Gaussian 3, uniform 1.8').toBeLessThan(0.2);
    const ourLargest = values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    expect(Math.abs(ourLargest / largest - 1), 'largest').toBeLessThan(0.35);
    if (name.endsWith('uniform')) expect(ourLargest).toBeLessThanOrEqual(largest * 1.001);
  });

  it('covers every initialiser', () => {
    expect([...new Set(cases.map(({ name }) => name))].sort()).toEqual(
      initializers.entries
        .filter(({ hparams }) => hparams.safeParse({}).success)
        .map(({ id }) => id)
        .sort(),
    );
  });
});

describe('orthogonal', () => {
  it.each([
    { shape: [30, 12], vectors: 'columns' },
    { shape: [12, 30], vectors: 'rows' },
    { shape: [3, 3, 4, 10], vectors: 'columns' },
    { shape: [1, 1, 4, 10], vectors: 'rows' },
  ])('gives $shape orthonormal $vectors times the gain', ({ shape, vectors }) => {
    const gain = 1.5;
    const values = drawKernel('orthogonal', shape, 2, { gain });
    const columns = shape.at(-1)!;
    const rows = values.length / columns;
    const count = vectors === 'columns' ? columns : rows;
    const length = vectors === 'columns' ? rows : columns;
    const at = (vector: number, index: number): number =>
      values[vectors === 'columns' ? index * columns + vector : vector * columns + index]!;
    for (let one = 0; one < count; one += 1) {
      for (let other = 0; other < count; other += 1) {
        let product = 0;
        for (let index = 0; index < length; index += 1)
          product += at(one, index) * at(other, index);
        expect(product).toBeCloseTo(one === other ? gain * gain : 0, 5);
      }
    }
  });
});

describe('initialize', () => {
  it('starts biases at 0 and normalisations as the identity', () => {
    const network = architectures
      .get('vgg-11')
      .build({ id: 'vgg-11', width: 0.05 }, [32, 32, 3], 10);
    const layout = layoutOf(network);
    const fill = initializers.get('he-normal').create({ id: 'he-normal' });
    const values = initialize(layout, fill, rng(3));
    const expected = { bias: 0, beta: 0, 'running-mean': 0, gamma: 1, 'running-variance': 1 };
    for (const { kind, name } of layout.parameters) {
      const own = new Set(parameterOf(layout, values, name));
      if (kind === 'kernel') expect(own.size).toBeGreaterThan(2);
      else expect([...own]).toEqual([expected[kind]]);
    }
  });

  it.each(
    initializers.entries.filter(({ hparams }) => hparams.safeParse({}).success).map(({ id }) => id),
  )('%s follows from its seed alone', (id) => {
    expect(drawKernel(id, [20, 10], 4)).toEqual(drawKernel(id, [20, 10], 4));
    expect(drawKernel(id, [20, 10], 4)).not.toEqual(drawKernel(id, [20, 10], 5));
  });
});
