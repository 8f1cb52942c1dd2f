import { describe, expect, it } from 'vitest';
import { covers } from '../../../../src/main/workbench/reproduction/covers.ts';
import { resolveSettings } from '../../../../src/main/workbench/settings/settings-input.ts';

const settingsOf = (config: object) => resolveSettings({ preset: 'lenet-300-100', config });
const wanted = settingsOf({});

describe('a saved search covers a run', () => {
  it.each([
    ['with the same settings', {}],
    ['with more replicates', { replicates: { count: 8 } }],
    ['with more levels', { pruning: { levels: 20 } }],
    ['with more branches', { branches: ['random-reinit', 'shuffled-mask'] }],
  ])('%s', (_, changes) => {
    expect(covers(settingsOf(changes), wanted)).toBe(true);
  });

  it.each([
    ['fewer replicates', { replicates: { count: 4 } }],
    ['another seed', { replicates: { seed: 2 } }],
    ['fewer levels', { pruning: { levels: 14 } }],
    ['another branch', { branches: ['shuffled-mask'] }],
    ['no branch', { branches: [] }],
    ['other lengths', { training: { iterations: 40_000 } }],
    ['another network', { architecture: { id: 'mlp' } }],
  ])('but not with %s', (_, changes) => {
    expect(covers(settingsOf(changes), wanted)).toBe(false);
  });

  it('with more listed densities, if the first ones are the same', () => {
    const listed = (densities: readonly number[]) =>
      resolveSettings({
        preset: 'quick',
        config: { pruning: { schedule: 'densities', densities } },
      });
    expect(covers(listed([0.5, 0.2, 0.1]), listed([0.5, 0.2]))).toBe(true);
    expect(covers(listed([0.6, 0.2, 0.1]), listed([0.5, 0.2]))).toBe(false);
  });
});
