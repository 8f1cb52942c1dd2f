import { describe, expect, it } from 'vitest';
import { SpeedModel } from '../../../../src/main/workbench/planning/speed-model.ts';
import { TrainingCosts } from '../../../../src/main/workbench/planning/training-costs.ts';
import { tinySettings } from '../../../support/tiny-settings.ts';

/** 30 iterations, evaluated at 0, 10, 20 and 30 on both sets; sparse levels take half as long. */
function costsWith(changes: Record<string, unknown> = {}) {
  return new TrainingCosts({
    settings: tinySettings({ branches: ['random-reinit', 'supermask'], ...changes }),
    densities: Float64Array.of(1, 0.5, 0.25),
    evaluated: { validation: 60, test: 100 },
    speeds: new SpeedModel(
      [
        { engine: 'dense', density: 1, millisecondsPerIteration: 8, millisecondsPerExample: 0.1 },
        {
          engine: 'sparse',
          density: 0.5,
          millisecondsPerIteration: 4,
          millisecondsPerExample: 0.05,
        },
        {
          engine: 'sparse',
          density: 0.25,
          millisecondsPerIteration: 2,
          millisecondsPerExample: 0.04,
        },
      ],
      20,
    ),
    engineOf: (level) => (level === 0 ? 'dense' : 'sparse'),
  });
}

const ticket = (level: number) => ({ replicate: 0, level, branch: 'ticket' });

describe('the cost of a training', () => {
  it('is that of its steps and of its evaluations on both sets, at its density', () => {
    const costs = costsWith();
    expect(costs.of(ticket(0))).toEqual({
      trainingMilliseconds: 30 * 8,
      evaluationMilliseconds: expect.closeTo(4 * 160 * 0.1, 9),
    });
    expect(costs.of(ticket(1))).toEqual({
      trainingMilliseconds: 30 * 4,
      evaluationMilliseconds: expect.closeTo(4 * 160 * 0.05, 9),
    });
    expect(costs.of(ticket(2)).trainingMilliseconds).toBe(30 * 2);
  });

  it('is less after a rewind point, and that of one evaluation without training', () => {
    const costs = costsWith({ rewind: { iteration: 10 } });
    expect(costs.of(ticket(1))).toEqual({
      trainingMilliseconds: 20 * 4,
      evaluationMilliseconds: expect.closeTo(3 * 160 * 0.05, 9),
    });
    expect(costs.of({ ...ticket(1), branch: 'supermask' })).toEqual({
      trainingMilliseconds: 0,
      evaluationMilliseconds: expect.closeTo(160 * 0.05, 9),
    });
  });

  it('is spent by steps and evaluations that are done', () => {
    const costs = costsWith();
    const whole = 240 + 64;
    expect(costs.partSpent(ticket(0), 0)).toBe(0);
    expect(costs.partSpent(ticket(0), 1)).toBeCloseTo((8 + 16) / whole, 9);
    // The evaluation at 10 comes after its step.
    expect(costs.partSpent(ticket(0), 10)).toBeCloseTo((80 + 16) / whole, 9);
    expect(costs.partSpent(ticket(0), 11)).toBeCloseTo((88 + 32) / whole, 9);
    expect(costs.partSpent(ticket(0), 30)).toBeCloseTo((240 + 48) / whole, 9);
  });
});
