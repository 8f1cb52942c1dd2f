import { describe, expect, it } from 'vitest';
import {
  levelCosts,
  speedAgainstDense,
  type TimedTraining,
} from '../../../src/shared/domain/training-cost.ts';
import { tinySettings } from '../../support/tiny-settings.ts';

const settings = tinySettings({
  training: { iterations: 1000, evaluateEvery: 100 },
  rewind: { iteration: 200 },
});

function training(
  level: number,
  branch: string,
  trainingMilliseconds: number,
  more: Partial<TimedTraining> & { readonly replicate?: number } = {},
): TimedTraining {
  const { replicate = 0, ...rest } = more;
  return {
    key: { replicate, level, branch },
    density: 0.8 ** level,
    engine: level < 2 ? 'dense' : 'sparse',
    trainingMilliseconds,
    evaluationMilliseconds: 50,
    ...rest,
  };
}

describe('what the levels of a search took', () => {
  it('is counted by the step of tickets, from where they are reset to', () => {
    const [dense, pruned] = levelCosts(settings, [
      training(0, 'ticket', 1000),
      training(0, 'ticket', 1200, { replicate: 1 }),
      training(1, 'ticket', 440),
      training(1, 'ticket', 440, { replicate: 1 }),
      training(1, 'random-reinit', 9000),
    ]);
    expect(dense).toMatchObject({
      level: 0,
      engines: ['dense'],
      millisecondsPerStep: { mean: 1.1, min: 1, max: 1.2 },
      timesFasterThanDense: 1,
      trainingMilliseconds: 2200,
      evaluationMilliseconds: 100,
    });
    expect(pruned?.millisecondsPerStep.values).toEqual([0.55, 0.55]);
    expect(pruned?.timesFasterThanDense).toBeCloseTo(2);
    expect(pruned).toMatchObject({ trainingMilliseconds: 9880, evaluationMilliseconds: 150 });
  });

  it('leaves the time of what was taken over to the search that spent it', () => {
    const [, pruned] = levelCosts(settings, [
      training(0, 'ticket', 1000),
      training(1, 'ticket', 800, { adoptedFrom: 'other', engine: 'dense' }),
      training(1, 'ticket', 400, { replicate: 1, engine: 'sparse' }),
    ]);
    expect(pruned).toMatchObject({
      engines: ['dense', 'sparse'],
      trainingMilliseconds: 400,
      evaluationMilliseconds: 50,
    });
    expect(pruned?.millisecondsPerStep.values).toEqual([1, 0.5]);
  });

  it('waits for the dense network and for each level’s first ticket', () => {
    expect(levelCosts(settings, [])).toEqual([]);
    expect(levelCosts(settings, [training(1, 'ticket', 400)])).toEqual([]);
    const costs = levelCosts(settings, [
      training(0, 'ticket', 1000),
      training(1, 'random-reinit', 400),
    ]);
    expect(costs.map(({ level }) => level)).toEqual([0]);
  });
});

describe('a step beside that of the dense network', () => {
  it.each([
    [800, '1.3 times faster'],
    [1000, 'as fast'],
    [1004, 'as fast'],
    [2500, '2.5 times slower'],
  ])('that took 1,000 ms, one of %d ms', (milliseconds, words) => {
    const alike = tinySettings({ training: { iterations: 1000, evaluateEvery: 100 } });
    const costs = levelCosts(alike, [
      training(0, 'ticket', 1000),
      training(1, 'ticket', milliseconds),
    ]);
    expect(speedAgainstDense(costs[1]!)).toBe(words);
  });
});
