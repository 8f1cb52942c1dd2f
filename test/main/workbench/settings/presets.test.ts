import { describe, expect, it } from 'vitest';
import { architectures } from '../../../../src/main/engine/architectures/index.ts';
import { layoutOf } from '../../../../src/main/engine/network.ts';
import { preset, presets } from '../../../../src/main/workbench/settings/presets.ts';
import { plannedDensities } from '../../engine/pruning/planned-densities.ts';

describe('presets', () => {
  // Frankle & Carbin 2019: density in % after so many rounds.
  it.each([
    ['lenet-300-100', [28, 28, 1], 15, '3.58'],
    ['conv-2', [32, 32, 3], 11, '8.81'],
    ['conv-2', [32, 32, 3], 14, '4.57'],
    ['conv-4', [32, 32, 3], 11, '11.06'],
    ['conv-4', [32, 32, 3], 12, '9.18'],
  ] as const)('%s of %j comes to the paper’s density in round %i', (id, shape, round, percent) => {
    const { architecture, pruning } = preset(id).settings;
    const network = architectures.get(architecture.id).build(architecture, shape, 10);
    const density = plannedDensities(pruning, layoutOf(network))[round - 1]!;
    expect((density * 100).toFixed(2)).toBe(percent);
  });

  it('says of data that has to be fetched how to get it', () => {
    const fetched = presets().filter(({ settings }) => settings.dataset.id !== 'mnist');
    expect(fetched.length).toBeGreaterThan(0);
    for (const { description, settings } of fetched) {
      expect(description).toContain(`ticket datasets fetch ${settings.dataset.id}`);
    }
  });

  it('names the presets there are when there is no such one', () => {
    expect(() => preset('conv-3')).toThrow('there is no preset "conv-3"');
  });
});
