import { describe, expect, it } from 'vitest';
import { indexOfValue, sweptAxes } from '../../../src/shared/sweep/swept-axes.ts';

const axisOf = (...values: Parameters<typeof sweptAxes>[0][number]['values'][number][]) =>
  sweptAxes([{ path: 'training.optimizer.learningRate', values }])[0]!;

describe('the axis of a swept setting', () => {
  it('has numbers by size, whatever order they were written in', () => {
    const axis = axisOf(120, 30, 60);
    expect(axis).toMatchObject({ values: [30, 60, 120], places: [30, 60, 120], scale: 'linear' });
    expect(indexOfValue(axis, 120)).toBe(2);
    expect(indexOfValue(axis, 99)).toBe(-1);
  });

  it('is logarithmic for values over decades, and linear for even steps', () => {
    expect(axisOf(0.0001, 0.001, 0.01).scale).toBe('logarithmic');
    expect(axisOf(15, 30, 60, 120, 240).scale).toBe('logarithmic');
    expect(axisOf(100, 200, 300, 400, 500, 600, 700, 800, 900, 1000).scale).toBe('linear');
    expect(axisOf(0, 100, 200).scale).toBe('linear');
    expect(axisOf(0.0006, 0.0012).scale).toBe('linear');
  });

  it('has categories for texts, and for numbers that no axis keeps apart', () => {
    expect(axisOf('adam', 'sgd')).toMatchObject({ places: [0, 1], scale: 'category' });
    expect(axisOf(0, 0.0001, 0.001, 0.01, 0.1)).toMatchObject({
      texts: ['0', '0.0001', '0.001', '0.01', '0.1'],
      scale: 'category',
    });
    expect(axisOf(true, false).scale).toBe('category');
  });

  it('counts epochs, and says so', () => {
    expect(axisOf('5ep', '1ep', '3ep')).toMatchObject({
      title: 'learningRate (epochs)',
      values: ['1ep', '3ep', '5ep'],
      places: [1, 3, 5],
    });
  });

  it('has entries of choices by what tells them apart', () => {
    const axis = axisOf({ id: 'sgd', momentum: 0 }, { id: 'sgd', momentum: 0.9 }, { id: 'adam' });
    expect(axis.texts).toEqual(['sgd momentum 0', 'sgd momentum 0.9', 'adam']);
    expect(indexOfValue(axis, { id: 'sgd', momentum: 0.9 })).toBe(1);
  });
});
