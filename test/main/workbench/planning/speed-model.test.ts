import { describe, expect, it } from 'vitest';
import { joinSpeeds, SpeedModel } from '../../../../src/main/workbench/planning/speed-model.ts';
import type { DensitySpeed, EngineId } from '../../../../src/shared/domain/engine.ts';

function speed(engine: EngineId, density: number, milliseconds: number): DensitySpeed {
  return {
    engine,
    density,
    millisecondsPerIteration: milliseconds,
    millisecondsPerExample: milliseconds / 100,
  };
}

const stepAt = (speeds: readonly DensitySpeed[], engine: EngineId, density: number): number =>
  new SpeedModel(speeds, 50).at(engine, density).millisecondsPerIteration;

describe('the speed at a density that was not measured', () => {
  const sparse = [speed('sparse', 0.5, 6), speed('sparse', 0.1, 2), speed('sparse', 0.3, 3)];

  it('lies on the line between the nearest ones that were', () => {
    expect(stepAt(sparse, 'sparse', 0.5)).toBeCloseTo(6, 9);
    expect(stepAt(sparse, 'sparse', 0.4)).toBeCloseTo(4.5, 9);
    expect(stepAt(sparse, 'sparse', 0.2)).toBeCloseTo(2.5, 9);
    expect(new SpeedModel(sparse, 50).at('sparse', 0.2).millisecondsPerExample).toBeCloseTo(
      0.025,
      9,
    );
  });

  it('lies on the line through the last two on the sparse engine, above its constant part', () => {
    expect(stepAt(sparse, 'sparse', 0.05)).toBeCloseTo(1.75, 9);
    expect(stepAt(sparse, 'sparse', 0.6)).toBeCloseTo(7.5, 9);
    const steep = [speed('sparse', 0.5, 50), speed('sparse', 0.4, 10)];
    expect(stepAt(steep, 'sparse', 0.01)).toBeCloseTo(4, 9);
  });

  it('stays the same on the dense engine', () => {
    const dense = [speed('dense', 1, 10), speed('dense', 0.8, 9)];
    expect(stepAt(dense, 'dense', 0.1)).toBe(9);
    expect(stepAt(dense.slice(0, 1), 'dense', 0.1)).toBe(10);
  });

  it('is the median of several trainings of one density', () => {
    const trained = [5, 100, 3].map((milliseconds) => speed('dense', 0.64, milliseconds));
    expect(stepAt(trained, 'dense', 0.64)).toBe(5);
    expect(stepAt(trained.slice(0, 2), 'dense', 0.6401)).toBe(52.5);
  });

  it('is not that of another engine', () => {
    const both = [speed('dense', 1, 10), ...sparse];
    expect(stepAt(both, 'dense', 0.5)).toBe(10);
    expect(stepAt(both, 'sparse', 0.5)).toBeCloseTo(6, 9);
  });

  it('is assumed for an engine of which nothing is known, in proportion to the other one', () => {
    const dense = [speed('dense', 1, 10)];
    expect(stepAt(dense, 'sparse', 0.5)).toBeCloseTo(7.75, 9);
    expect(stepAt(dense, 'sparse', 0.02)).toBeLessThan(2);
    expect(stepAt([speed('sparse', 0.5, 6), speed('sparse', 0.1, 2)], 'dense', 1)).toBeGreaterThan(
      7,
    );
  });
});

it('has no unit while nothing is known at all', () => {
  const model = new SpeedModel([], 50);
  expect(model.isMeasured).toBe(false);
  expect(model.at('dense', 1).millisecondsPerIteration).toBe(1);
  // The forward pass of one example of 50.
  expect(model.at('dense', 1).millisecondsPerExample).toBeCloseTo(1 / 150, 9);
  expect(model.at('sparse', 0.1).millisecondsPerIteration).toBeLessThan(0.3);
  expect(new SpeedModel([speed('dense', 1, 10)], 50).isMeasured).toBe(true);
});

it('prefers trainings to a measurement of the same density and engine', () => {
  const trained = [speed('sparse', 0.5, 6)];
  const measured = [speed('sparse', 0.5, 60), speed('sparse', 0.1, 2), speed('dense', 0.5, 7)];
  expect(joinSpeeds(trained, measured)).toEqual([trained[0], measured[1], measured[2]]);
});
