import { describe, expect, it } from 'vitest';
import {
  checkSize,
  describeSize,
  IN_FULL,
  sizedSettings,
} from '../../../../src/main/workbench/reproduction/size.ts';
import { preset } from '../../../../src/main/workbench/settings/presets.ts';

const { settings } = preset('lenet-300-100');

describe('the size of a reproduction', () => {
  it('leaves the last replicates out, and nothing else', () => {
    const two = sizedSettings(settings, { scale: 1, replicates: 2 });
    expect(two.replicates).toEqual({ ...settings.replicates, count: 2 });
    expect({ ...two, replicates: settings.replicates }).toEqual(settings);
    expect(sizedSettings(settings, IN_FULL)).toEqual(settings);
    expect(sizedSettings(settings, { scale: 1, replicates: 5 })).toEqual(settings);
    const both = sizedSettings(settings, { scale: 0.1, replicates: 1 });
    expect([both.training.iterations, both.replicates.count]).toEqual([5000, 1]);
  });

  it.each([
    [{ scale: 0.01 }, '500 of 50,000 iterations per training'],
    [{ scale: 1, replicates: 1 }, '1 of 5 replicates'],
    [{ scale: 0.1, replicates: 2 }, '5,000 of 50,000 iterations per training, 2 of 5 replicates'],
    [{ scale: 1, replicates: 5 }, undefined],
    [IN_FULL, undefined],
  ])('is told as it differs from the preset: %j', (size, text) => {
    expect(describeSize(settings, size)).toBe(text);
  });

  it.each([{ scale: 0 }, { scale: 2 }, { scale: 1, replicates: 0 }, { scale: 1, replicates: 1.5 }])(
    'is refused: %j',
    (size) => {
      expect(() => checkSize(size)).toThrow('expected');
    },
  );
});
