import { describe, expect, it } from 'vitest';
import { schedules } from '../../../../../src/main/engine/training/schedules/index.ts';
import { readFixture } from '../../../../fixtures/pytorch/fixture.ts';

const LENGTH = { iterations: 40, iterationsPerEpoch: 10 };

const { cases } = readFixture('schedules');

describe('schedules', () => {
  it('have cases, every one of them', () => {
    expect([...new Set(cases.map(({ settings }) => settings.id))].sort()).toEqual(
      schedules.entries.map(({ id }) => id).sort(),
    );
  });

  it.each(cases)('equal those of PyTorch: $settings', ({ settings, iterations, factors }) => {
    const schedule = schedules.get(settings.id).create(settings, { ...LENGTH, iterations });
    for (const [iteration, factor] of factors.entries()) {
      expect(schedule(iteration), `iteration ${iteration}`).toBeCloseTo(factor, 10);
    }
  });

  it('take milestones and warm-up in epochs too', () => {
    const inEpochs = schedules
      .get('steps')
      .create({ id: 'steps', milestones: ['1.5ep', '3ep'], warmup: '1ep' }, LENGTH);
    const inIterations = schedules
      .get('steps')
      .create({ id: 'steps', milestones: [15, 30], warmup: 10 }, LENGTH);
    for (let iteration = 0; iteration < LENGTH.iterations; iteration += 1) {
      expect(inEpochs(iteration)).toBe(inIterations(iteration));
    }
    expect([0, 9, 10, 14, 15, 29, 30].map((iteration) => inEpochs(iteration))).toEqual([
      0.1,
      expect.closeTo(0.91),
      1,
      1,
      0.1,
      0.1,
      expect.closeTo(0.01),
    ]);
  });

  it.each(schedules.entries.map(({ id }) => id))('%s has a default for every setting', (id) => {
    const schedule = schedules.get(id).create({ id }, { iterations: 2000, iterationsPerEpoch: 10 });
    expect(schedule(0)).toBe(1);
  });

  it('refuse a warm-up that does not end', () => {
    expect(() => schedules.get('constant').create({ id: 'constant', warmup: 40 }, LENGTH)).toThrow(
      'training.schedule.warmup is 40 iterations; expected below training.iterations, 40',
    );
  });

  it('refuse durations that are neither iterations nor epochs', () => {
    for (const warmup of ['5', '5 epochs', '-1ep', -1, 1.5]) {
      expect(() => schedules.get('constant').create({ id: 'constant', warmup }, LENGTH)).toThrow();
    }
  });
});
