import { describe, expect, it } from 'vitest';
import { parseSettings } from '../../../../src/shared/domain/settings.ts';
import { complaint, registries } from './example-registries.ts';

describe('settings', () => {
  it('fill in everything that is not said', () => {
    expect(parseSettings(registries, {})).toEqual({
      dataset: { id: 'mnist', validation: 5000 },
      architecture: { id: 'lenet-300-100' },
      initializer: { id: 'glorot-normal' },
      training: {
        optimizer: { id: 'adam', learningRate: 0.0012 },
        batchSize: 60,
        iterations: 50_000,
        evaluateEvery: 100,
        engine: 'auto',
        schedule: { id: 'constant' },
        labelSmoothing: 0,
      },
      pruning: {
        strategy: { id: 'layerwise-magnitude', fraction: 0.2 },
        schedule: 'iterative',
        levels: 15,
      },
      rewind: { iteration: 0 },
      branches: ['random-reinit'],
      replicates: { count: 5, seed: 1 },
      verdict: { accuracyTolerance: 0, iterationTolerance: 0, confidence: 0.95 },
    });
  });

  it('are unchanged by being parsed again', () => {
    const settings = parseSettings(registries, {
      pruning: { schedule: 'one-shot', targetDensity: 0.2 },
    });
    expect(parseSettings(registries, settings)).toEqual(settings);
  });

  it('give a one-shot search one level', () => {
    const { pruning } = parseSettings(registries, {
      pruning: { schedule: 'one-shot', targetDensity: 0.2 },
    });
    expect(pruning.levels).toBe(1);
  });

  it('take a schedule with its settings in one, and store them side by side', () => {
    const { pruning } = parseSettings(registries, {
      pruning: { schedule: { id: 'cubic', levels: 4, targetDensity: 0.1 } },
    });
    expect(pruning).toEqual({
      strategy: { id: 'layerwise-magnitude', fraction: 0.2 },
      schedule: 'cubic',
      levels: 4,
      targetDensity: 0.1,
    });
    expect(parseSettings(registries, { pruning: { schedule: { id: 'iterative' } } })).toEqual(
      parseSettings(registries, {}),
    );
  });

  it('leave the id of weight rewinding out, as it always was', () => {
    const rewind = { id: 'weights', iteration: 3 };
    expect(parseSettings(registries, { rewind }).rewind).toEqual({ iteration: 3 });
  });

  it('write down at which iteration fine-tuning starts', () => {
    const training = { iterations: 500 };
    const settings = parseSettings(registries, {
      training,
      rewind: { id: 'fine-tune', iterations: 200 },
    });
    expect(settings.rewind).toEqual({ id: 'fine-tune', iterations: 200, iteration: 300 });
    expect(parseSettings(registries, settings)).toEqual(settings);
  });

  it('count the levels of a list of densities', () => {
    const pruning = { schedule: 'densities', densities: [0.5, 0.2, 0.1] };
    expect(parseSettings(registries, { pruning }).pruning).toMatchObject({ ...pruning, levels: 3 });
  });

  it.each([
    ['a typo', { traning: {} }, 'traning: there is no such setting'],
    [
      'a nested typo',
      { training: { itrations: 3 } },
      'training.itrations: there is no such setting',
    ],
    [
      'a typo inside a choice',
      { training: { optimizer: { id: 'adam', learningrate: 3 } } },
      'training.optimizer.learningrate: there is no such setting',
    ],
    [
      'an unknown entry',
      { training: { optimizer: { id: 'adamm' } } },
      'training.optimizer.id is "adamm"; expected one of adam',
    ],
    [
      'a fraction above 1',
      { pruning: { strategy: { id: 'layerwise-magnitude', fraction: 1.2 } } },
      'pruning.strategy.fraction is 1.2; expected below 1',
    ],
    [
      'a density above 1',
      { pruning: { schedule: 'one-shot', targetDensity: 1.5 } },
      'pruning.targetDensity is 1.5; expected below 1',
    ],
    ['no levels', { pruning: { levels: 0 } }, 'pruning.levels is 0; expected at least 1'],
    [
      'half a level',
      { pruning: { levels: 1.5 } },
      'pruning.levels is 1.5; expected a whole number',
    ],
    [
      'text for a number',
      { training: { batchSize: 'many' } },
      'training.batchSize is "many"; expected a number',
    ],
    [
      'an unknown branch',
      { branches: ['random-init'] },
      'branches.0 is "random-init"; expected one of random-reinit, shuffled-mask',
    ],
    [
      'a branch named twice',
      { branches: ['random-reinit', 'random-reinit'] },
      'branches is ["random-reinit","random-reinit"]; expected a list that names each branch once',
    ],
    [
      'a branch level beyond the last',
      { pruning: { levels: 2 }, branchLevels: [1, 3] },
      'branchLevels is [1,3]; expected levels from 1 to pruning.levels, 2',
    ],
    [
      'a branch level named twice',
      { branchLevels: [1, 1] },
      'branchLevels is [1,1]; expected a list that names each level once',
    ],
    [
      'the dense network as a branch level',
      { branchLevels: [0] },
      'branchLevels.0 is 0; expected at least 1',
    ],
    [
      'one-shot without a density',
      { pruning: { schedule: 'one-shot' } },
      'pruning.targetDensity is missing; expected a number, which the schedule one-shot needs',
    ],
    [
      'more than one level of one-shot',
      { pruning: { schedule: 'one-shot', targetDensity: 0.5, levels: 2 } },
      'pruning.levels is 2; expected 1 or no value, because the schedule one-shot has that many levels',
    ],
    [
      'a target density of the iterative schedule',
      { pruning: { targetDensity: 0.5 } },
      'pruning.targetDensity is 0.5; expected nothing, because the schedule iterative has no such setting',
    ],
    [
      'densities that do not fall',
      { pruning: { schedule: 'densities', densities: [0.5, 0.5] } },
      'pruning.densities is [0.5,0.5]; expected densities that each are below the one before',
    ],
    [
      'an unknown schedule',
      { pruning: { schedule: 'cubik' } },
      'pruning.schedule is "cubik"; expected one of iterative, one-shot, densities, cubic',
    ],
    [
      'fine-tuning for longer than training',
      { training: { iterations: 100 }, rewind: { id: 'fine-tune', iterations: 101 } },
      'rewind.iterations is 101; expected at most training.iterations, 100',
    ],
    [
      'a length of weight rewinding',
      { rewind: { iterations: 5 } },
      'rewind.iterations is 5; expected nothing, because the rewind weights has no such setting',
    ],
    [
      'a rewind point after the end',
      { training: { iterations: 100 }, rewind: { iteration: 100 } },
      'rewind.iteration is 100; expected below training.iterations, 100',
    ],
    [
      'fewer iterations than between evaluations',
      { training: { iterations: 50 } },
      'training.evaluateEvery is 100; expected at most training.iterations, 50',
    ],
    [
      'a missing field of a choice',
      { dataset: { id: 'idx' } },
      'dataset.folder is missing; expected text',
    ],
    [
      'a number where there is text',
      { dataset: { id: 'idx', folder: 2024 } },
      'dataset.folder is 2024; expected text, "2024" in quotes',
    ],
    ['nothing at all', 7, 'settings is 7; expected an object'],
  ])('refuse %s, naming path, value and what is allowed', (_what, input, expected) => {
    expect(complaint(input)).toBe(expected);
  });

  it('name every mistake, one a line', () => {
    expect(complaint({ training: { batchSize: 0, iterations: -1 } }).split('\n')).toHaveLength(2);
  });
});

describe('analyses in settings', () => {
  it('are left out where there are none, so that old settings stay what they were', () => {
    expect(parseSettings(registries, {})).not.toHaveProperty('analyses');
    expect(parseSettings(registries, { analyses: [] })).not.toHaveProperty('analyses');
  });

  it('are a list of choices, each named once', () => {
    const analyses = [{ id: 'mask-overlap' }, { id: 'connectivity' }];
    expect(parseSettings(registries, { analyses }).analyses).toEqual(analyses);
    expect(complaint({ analyses: [analyses[0], analyses[0]] })).toContain(
      'expected a list that names each analysis once',
    );
    expect(complaint({ analyses: [{ id: 'overlap' }] })).toContain('analyses.0');
    expect(complaint({ analyses: [{ id: 'connectivity', depth: 3 }] })).toContain(
      'analyses.0.depth: there is no such setting',
    );
  });
});
