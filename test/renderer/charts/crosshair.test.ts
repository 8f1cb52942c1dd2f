import { expect, it } from 'vitest';
import { Crosshair } from '../../../src/renderer/charts/crosshair.svelte.ts';

const chart = {};
const other = {};

it('is shown by charts with the same axis', () => {
  const crosshair = new Crosshair();
  crosshair.point({ axis: 'Density (%)', x: 51.3, source: chart });
  expect(crosshair.on('Density (%)')?.x).toBe(51.3);
  expect(crosshair.on('Iteration')).toBeUndefined();
});

it('is gone when its chart is left, unless another one is pointed at by then', () => {
  const crosshair = new Crosshair();
  crosshair.point({ axis: 'Density (%)', x: 51.3, source: chart });
  crosshair.point({ axis: 'Density (%)', x: 20, source: other });
  crosshair.leave(chart);
  expect(crosshair.on('Density (%)')?.x).toBe(20);
  crosshair.leave(other);
  expect(crosshair.on('Density (%)')).toBeUndefined();
});
