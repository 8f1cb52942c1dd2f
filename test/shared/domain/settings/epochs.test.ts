import { describe, expect, it } from 'vitest';
import {
  parseSettings,
  resolveAnalysis,
  resolveEpochs,
} from '../../../../src/shared/domain/settings.ts';
import { complaint, registries } from './example-registries.ts';

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
      'training.evaluateEvery is "3ep", which is 2,750 iterations; expected at most training.iterations, 1833 ("2ep")',
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
      'rewind.iterations is "1.5ep", which is 1,375 iterations; expected at most training.iterations, 917 ("1ep")',
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
      'rewind.iteration is "2ep"; expected a number, or no value, together with rewind.epoch',
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

  it('count epochs over the examples that are kept', () => {
    const settings = parseSettings(registries, {
      dataset: { id: 'mnist', subset: 600 },
      rewind: { epoch: 2 },
    });
    expect(resolveEpochs(registries, settings, mnist).rewind.iteration).toBe(20);
  });

  it.each([undefined, 'learning-rate'])('turn a rewind epoch into its iteration (%s)', (id) => {
    const settings = parseSettings(registries, { rewind: { id, epoch: 1.5 } });
    // 55,000 examples in batches of 60.
    const { rewind } = resolveEpochs(registries, settings, mnist);
    expect(rewind).toMatchObject({ epoch: 1.5, iteration: 1375 });
    expect(parseSettings(registries, { ...settings, rewind }).rewind).toEqual(rewind);
  });

  it('refuse a rewind epoch after the end', () => {
    const settings = parseSettings(registries, {
      training: { iterations: 900 },
      rewind: { epoch: 1 },
    });
    expect(() => resolveEpochs(registries, settings, mnist)).toThrow(
      'rewind.epoch is 1, which is iteration 917; expected below training.iterations, 900',
    );
  });
});
