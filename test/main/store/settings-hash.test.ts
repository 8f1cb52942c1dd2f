import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { settingsHash } from '../../../src/main/store/settings-hash.ts';
import type { Settings } from '../../../src/shared/domain/settings.ts';
import { tinySettings } from '../../support/tiny-settings.ts';
import { sampleSettings } from './samples.ts';

// Searches out there carry hashes: equal settings must give the same one in every version.
test('the hash of given settings stays what it is', () => {
  const settings = JSON.parse('{"b":[2,1],"a":{"d":0.0012,"c":"text"}}') as Settings;
  const canonical = '{"a":{"c":"text","d":0.0012},"b":[2,1]}';
  expect(settingsHash(settings)).toBe(createHash('sha256').update(canonical).digest('hex'));
});

test('settings from before branches could have settings of their own keep their hash', () => {
  const settings = tinySettings({ branches: ['random-reinit', 'supermask'] });
  expect(settingsHash(settings)).toBe(
    'f3dd76c6f06a1c7df2ba676b1539647adcaf39e7a8d0197026f4395b8ac3cb7a',
  );
});

test('neither the order of keys nor undefined values count', () => {
  const { verdict, ...rest } = sampleSettings();
  const settings = sampleSettings();
  const reordered = { verdict, ...rest, pruning: { ...rest.pruning, targetDensity: undefined } };
  expect(settingsHash(reordered)).toBe(settingsHash(settings));
});

test('every value and the order of lists count', () => {
  const hashes = [
    sampleSettings(),
    sampleSettings({ rewind: { iteration: 1 } }),
    sampleSettings({ branches: ['random-reinit', 'shuffled-mask'] }),
    sampleSettings({ branches: ['shuffled-mask', 'random-reinit'] }),
  ].map(settingsHash);
  expect(new Set(hashes).size).toBe(hashes.length);
});
