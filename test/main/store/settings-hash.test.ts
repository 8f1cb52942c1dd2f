import { expect, test } from 'vitest';
import { settingsHash } from '../../../src/main/store/settings-hash.ts';
import { sampleSettings } from './samples.ts';

// A new setting whose default changes nothing must be left out of stored settings, or this pin says
// that every old search has become another one.
test('the hash of these settings stays what it is', () => {
  expect(settingsHash(sampleSettings())).toMatchInlineSnapshot(
    `"ee3f3eda415fabb324c1a6fc95f60ee8a670d064d5d5acccf22c295cb15a86b4"`,
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
