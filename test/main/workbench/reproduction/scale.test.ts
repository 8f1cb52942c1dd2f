import { describe, expect, it } from 'vitest';
import {
  reproducibleFiles,
  settingsOfRun,
} from '../../../../src/main/workbench/reproduction/experiments.ts';
import {
  describeScale,
  scaledSettings,
} from '../../../../src/main/workbench/reproduction/scale.ts';
import { preset } from '../../../../src/main/workbench/settings/presets.ts';

describe('a scaled reproduction', () => {
  it('shortens trainings, and keeps data, levels and replicates', () => {
    const { settings } = preset('lenet-300-100');
    expect(scaledSettings(settings, 1)).toBe(settings);
    const tenth = scaledSettings(settings, 0.1);
    expect(tenth.training).toMatchObject({ iterations: 5000, evaluateEvery: 100 });
    expect({ ...tenth, training: settings.training }).toEqual(settings);
    // Enough evaluations to find an early stop.
    expect(scaledSettings(settings, 0.01).training).toMatchObject({
      iterations: 500,
      evaluateEvery: 20,
    });
    expect(describeScale(settings, 0.01)).toBe('500 of 50,000 iterations per training');
    expect(describeScale(settings, 1)).toBeUndefined();
  });

  it('shortens epochs, milestones and the rewind point alike', () => {
    const { settings } = preset('resnet-20');
    const { training, rewind } = scaledSettings(settings, 0.1);
    expect(training).toMatchObject({ iterations: '18.2ep', evaluateEvery: '0.728ep' });
    expect(training.schedule).toMatchObject({ milestones: ['9.1ep', '13.6ep'], factor: 0.1 });
    expect(rewind).toEqual({ iteration: '1.2ep' });
    expect(describeScale(settings, 0.1)).toBe('18.2 of 182 epochs per training');
  });

  it('is possible for every run of every reproduction', () => {
    const names = reproducibleFiles().map(({ reproduction }) => reproduction.name);
    expect(names).toEqual(
      expect.arrayContaining(['lenet-300-100', 'conv-2', 'conv-4', 'conv-6', 'resnet-20']),
    );
    for (const { reproduction } of reproducibleFiles()) {
      for (const run of reproduction.runs) {
        const half = settingsOfRun(run, { scale: 0.5 });
        expect(half.replicates).toEqual(settingsOfRun(run, { scale: 1 }).replicates);
      }
    }
  });
});
