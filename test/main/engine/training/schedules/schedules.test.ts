import { describe, expect, it } from 'vitest';
import { schedules } from '../../../../../src/main/engine/training/schedules/index.ts';
import { iterationsOf, resolveDurations } from '../../../../../src/shared/domain/duration.ts';
import { readFixture } from '../../../../fixtures/pytorch/fixture.ts';

const ITERATIONS = 40;

const { cases } = readFixture('schedules');

describe('schedules', () => {
  it('have cases, every one of them', () => {
    expect([...new Set(cases.map(({ settings }) => settings.id))].sort()).toEqual(
      schedules.entries.map(({ id }) => id).sort(),
    );
  });

  it.each(cases)('equal those of PyTorch: $settings', ({ settings, iterations, factors }) => {
    const schedule = schedules.get(settings.id).create(settings, iterations);
    for (const [iteration, factor] of factors.entries()) {
      expect(schedule(iteration), `iteration ${iteration}`).toBeCloseTo(factor, 10);
    }
  });

  it('drop at milestones behind a warm-up', () => {
    const schedule = schedules
      .get('steps')
      .create({ id: 'steps', milestones: [15, 30], warmup: 10 }, ITERATIONS);
    expect([0, 9, 10, 14, 15, 29, 30].map((iteration) => schedule(iteration))).toEqual([
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
    const { hparams } = schedules.get(id);
    const defaults = hparams.parse({});
    const durations = resolveDurations(hparams, defaults, '', (given) => iterationsOf(given, 10));
    const choice = { id, ...defaults, ...durations };
    expect(schedules.get(id).create(choice, 2000)(0)).toBe(1);
  });

  it('refuse a warm-up that does not end', () => {
    expect(() =>
      schedules.get('constant').create({ id: 'constant', warmup: 40 }, ITERATIONS),
    ).toThrow('training.schedule.warmup is 40 iterations; expected below training.iterations, 40');
  });

  it('refuse epochs that were not resolved', () => {
    expect(() =>
      schedules.get('constant').create({ id: 'constant', warmup: '1ep' }, ITERATIONS),
    ).toThrow('warmup is still 1ep');
    expect(() =>
      schedules.get('steps').create({ id: 'steps', milestones: [1, '2ep'] }, ITERATIONS),
    ).toThrow('milestones is still 2ep');
  });
});
