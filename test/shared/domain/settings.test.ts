import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { WorkbenchError } from '../../../src/shared/contract/errors.ts';
import { type Definition, registry } from '../../../src/shared/domain/definition.ts';
import { duration } from '../../../src/shared/domain/duration.ts';
import { rewinds } from '../../../src/main/engine/lottery/rewinds/index.ts';
import { pruningSchedules } from '../../../src/main/engine/pruning/schedules/index.ts';
import {
  checkAgainstDataset,
  parseSettings,
  resolveAnalysis,
  resolveEpochs,
} from '../../../src/shared/domain/settings.ts';

const entry = (id: string, hparams: z.ZodObject = z.object({})): Definition => ({
  id,
  label: id,
  description: id,
  hparams,
});

const registries = {
  datasets: registry('dataset', [entry('mnist'), entry('idx', z.object({ folder: z.string() }))]),
  normalizations: registry('normalization', [entry('unit'), entry('none')]),
  architectures: registry('architecture', [entry('lenet-300-100')]),
  initializers: registry('initializer', [entry('glorot-normal')]),
  optimizers: registry('optimizer', [
    entry('adam', z.object({ learningRate: z.number().gt(0).default(0.0012) })),
  ]),
  learningRateSchedules: registry('schedule', [
    entry('constant'),
    entry('steps', z.object({ milestones: z.array(duration(0)).default(['91ep']) })),
  ]),
  strategies: registry('strategy', [
    entry('layerwise-magnitude', z.object({ fraction: z.number().gt(0).lt(1).default(0.2) })),
  ]),
  pruningSchedules,
  rewinds,
  branches: registry('branch', [entry('random-reinit'), entry('shuffled-mask')]),
  analyses: registry('analysis', [
    entry('connectivity'),
    entry('mask-overlap'),
    entry('early-bird', z.object({ every: duration(1).optional() })),
  ]),
};

function complaint(input: unknown): string {
  try {
    parseSettings(registries, input);
  } catch (error) {
    if (error instanceof WorkbenchError && error.code === 'invalid-settings') return error.message;
    throw error;
  }
  throw new Error('the settings were accepted');
}

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
      'pruning.levels is 2; expected 1 or nothing, as the schedule one-shot prunes',
    ],
    [
      'a target density of the iterative schedule',
      { pruning: { targetDensity: 0.5 } },
      'pruning.targetDensity is 0.5; expected nothing, because the schedule iterative has no such setting',
    ],
    [
      'densities that do not fall',
      { pruning: { schedule: 'densities', densities: [0.5, 0.5] } },
      'pruning.densities is [0.5,0.5]; expected densities that fall from each to the next',
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
    ['nothing at all', 7, 'settings is 7; expected an object'],
  ])('refuse %s, naming path, value and what is allowed', (_what, input, expected) => {
    expect(complaint(input)).toBe(expected);
  });

  it('name every mistake, one a line', () => {
    expect(complaint({ training: { batchSize: 0, iterations: -1 } }).split('\n')).toHaveLength(2);
  });
});

// Searches from before there was a choice carry hashes of settings without it.
describe('what every dataset has', () => {
  it('is left out where it says nothing', () => {
    const { dataset } = parseSettings(registries, {
      dataset: { id: 'mnist', normalization: 'unit', flip: false, cropPadding: 0, randomLabels: 0 },
    });
    expect(Object.keys(dataset).toSorted()).toEqual(['id', 'validation']);
  });

  it('is kept where it says something', () => {
    const dataset = {
      id: 'mnist',
      validation: 10,
      subset: 5,
      testSubset: 6,
      normalization: 'none',
      flip: true,
      cropPadding: 4,
      randomLabels: 0.5,
    };
    expect(parseSettings(registries, { dataset }).dataset).toEqual(dataset);
  });
});

describe('settings against the data', () => {
  const dataset = { id: 'mnist', trainExamples: 60_000, testExamples: 10_000, shape: [28, 28, 1] };

  it('refuse a validation split that eats the training set', () => {
    const settings = parseSettings(registries, { dataset: { id: 'mnist', validation: 60_000 } });
    expect(() => {
      checkAgainstDataset(settings, dataset);
    }).toThrow('dataset.validation is 60000; expected below 60000');
  });

  it('refuse a batch larger than what is left to train on', () => {
    const settings = parseSettings(registries, {
      dataset: { id: 'mnist', validation: 59_990 },
      training: { batchSize: 60 },
    });
    expect(() => {
      checkAgainstDataset(settings, dataset);
    }).toThrow('training.batchSize is 60; expected at most 10');
  });

  it.each([
    [{ subset: 55_001 }, 'dataset.subset is 55001; expected at most 55000'],
    [{ testSubset: 10_001 }, 'dataset.testSubset is 10001; expected at most 10000'],
    [{ subset: 59 }, 'training.batchSize is 60; expected at most 59, the training examples kept'],
  ])('refuse to keep %o', (kept, message) => {
    const settings = parseSettings(registries, { dataset: { id: 'mnist', ...kept } });
    expect(() => {
      checkAgainstDataset(settings, dataset);
    }).toThrow(message);
  });

  it.each([
    [{ cropPadding: 28 }, [28, 28, 1], 'dataset.cropPadding is 28; expected at most 27'],
    [{ cropPadding: 4 }, [784], 'dataset.cropPadding is 4; expected none'],
    [{ flip: true }, [784], 'dataset.flip is true; expected none, because the examples are no'],
  ])('refuse to augment by %o examples of %o', (augmentation, shape, message) => {
    const settings = parseSettings(registries, { dataset: { id: 'mnist', ...augmentation } });
    expect(() => {
      checkAgainstDataset(settings, { ...dataset, shape });
    }).toThrow(message);
  });

  it('count epochs over the examples that are kept', () => {
    const settings = parseSettings(registries, {
      dataset: { id: 'mnist', subset: 600 },
      rewind: { epoch: 2 },
    });
    expect(resolveEpochs(registries, settings, dataset).rewind.iteration).toBe(20);
  });

  it('accept a batch of exactly what is left', () => {
    const settings = parseSettings(registries, {
      dataset: { id: 'mnist', validation: 59_940 },
      training: { batchSize: 60 },
    });
    expect(() => {
      checkAgainstDataset(settings, dataset);
    }).not.toThrow();
  });

  it.each([undefined, 'learning-rate'])('turn a rewind epoch into its iteration (%s)', (id) => {
    const settings = parseSettings(registries, { rewind: { id, epoch: 1.5 } });
    // 55,000 examples in batches of 60.
    const { rewind } = resolveEpochs(registries, settings, dataset);
    expect(rewind).toMatchObject({ epoch: 1.5, iteration: 1375 });
    expect(parseSettings(registries, { ...settings, rewind }).rewind).toEqual(rewind);
  });

  it('refuse a rewind epoch after the end', () => {
    const settings = parseSettings(registries, {
      training: { iterations: 900 },
      rewind: { epoch: 1 },
    });
    expect(() => resolveEpochs(registries, settings, dataset)).toThrow(
      'rewind.epoch is 1, which is iteration 917; expected below training.iterations, 900',
    );
  });
});

describe('epochs in settings', () => {
  /** 55,000 examples are trained on in batches of 60. */
  const mnist = { id: 'mnist', trainExamples: 60_000, testExamples: 10_000, shape: [28, 28, 1] };
  const resolved = (input: unknown) =>
    resolveEpochs(registries, parseSettings(registries, input), mnist);

  it('stay as they were written until the dataset is known', () => {
    const written = parseSettings(registries, {
      training: { iterations: '20ep', evaluateEvery: '0.5ep' },
      rewind: { iteration: '2ep' },
      analyses: [{ id: 'early-bird', every: '1ep' }],
    });
    expect(written.training).toMatchObject({ iterations: '20ep', evaluateEvery: '0.5ep' });
    expect(written.rewind).toEqual({ iteration: '2ep' });
    expect(parseSettings(registries, written)).toEqual(written);
    expect(resolveEpochs(registries, written, mnist)).toEqual({
      ...written,
      training: { ...written.training, iterations: 18_333, evaluateEvery: 458 },
      rewind: { iteration: 1833 },
      analyses: [{ id: 'early-bird', every: 917 }],
    });
  });

  it('come to what the same number of iterations is', () => {
    const inEpochs = resolved({
      training: { iterations: '6ep', schedule: { id: 'steps', milestones: ['3ep', 4000] } },
      rewind: { id: 'fine-tune', iterations: '1.2ep' },
    });
    const inIterations = resolved({
      training: { iterations: 5500, schedule: { id: 'steps', milestones: [2750, 4000] } },
      rewind: { id: 'fine-tune', iterations: 1100 },
    });
    expect(inEpochs).toEqual(inIterations);
    expect(inEpochs.rewind).toEqual({ id: 'fine-tune', iterations: 1100, iteration: 4400 });
  });

  it('leave alone what is in iterations, and resolve but once', () => {
    const written = parseSettings(registries, {});
    expect(resolveEpochs(registries, written, mnist)).toEqual(written);
    const once = resolved({ training: { iterations: '20ep' }, rewind: { epoch: 1.5 } });
    expect(resolveEpochs(registries, once, mnist)).toEqual(once);
  });

  it.each([
    [
      { iterations: '2ep', evaluateEvery: '3ep' },
      { iteration: 0 },
      'training.evaluateEvery is "3ep", which is 2750 iterations; expected at most training.iterations, 1833 ("2ep")',
    ],
    [
      { iterations: 900 },
      { iteration: '1ep' },
      'rewind.iteration is "1ep", which is iteration 917; expected below training.iterations, 900',
    ],
    [
      { iterations: '1ep' },
      { iteration: 917 },
      'rewind.iteration is 917; expected below training.iterations, 917 ("1ep")',
    ],
    [
      { iterations: '1ep' },
      { id: 'fine-tune', iterations: '1.5ep' },
      'rewind.iterations is "1.5ep", which is 1375 iterations; expected at most training.iterations, 917 ("1ep")',
    ],
    [
      { evaluateEvery: '0.0001ep' },
      { iteration: 0 },
      'training.evaluateEvery is "0.0001ep", which is 0 iterations; expected 1 to',
    ],
    [{ iterations: `${'9'.repeat(400)}ep` }, { iteration: 0 }, 'expected 1 to 9007199254740991'],
  ])('are refused where they do not fit: %o, %o', (training, rewind, message) => {
    expect(() => resolved({ training, rewind })).toThrow(message);
  });

  it.each(['5', '5 epochs', '-1ep', 'ep', 1.5, [2000]])('are not written as %o', (iterations) => {
    expect(complaint({ training: { iterations } })).toContain(
      `training.iterations is ${JSON.stringify(iterations)}; expected a whole number of iterations, at least 1, or epochs such as "0.5ep"`,
    );
  });

  it('are said once', () => {
    expect(complaint({ rewind: { iteration: '2ep', epoch: 2 } })).toContain(
      'rewind.iteration is "2ep"; expected a number or nothing beside rewind.epoch',
    );
  });

  it('of an analysis that is asked for later are those of the search', () => {
    const settings = resolved({});
    const choice = { id: 'early-bird', every: '0.5ep' };
    expect(resolveAnalysis(registries, choice, settings, mnist)).toEqual({ ...choice, every: 458 });
    expect(() => resolveAnalysis(registries, { ...choice, every: '0ep' }, settings, mnist)).toThrow(
      'early-bird.every is "0ep", which is 0 iterations',
    );
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
