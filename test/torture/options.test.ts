import { expect, test } from 'vitest';
import { readOptions } from '../../torture/options.ts';

test('numbers, names and the seed are taken; the short form makes less of everything', () => {
  const full = readOptions(['--seed', '7', '--kills', '3', '--only', 'kills,disks']);
  expect(full).toMatchObject({ seed: 7, kills: 3, only: ['kills', 'disks'], isShort: false });
  expect(full.inputs).toBe(10_000);
  expect(readOptions(['--short']).inputs).toBeLessThan(1000);
});

test('what is no number, and an option that does not exist, is refused', () => {
  expect(() => readOptions(['--kills', 'many'])).toThrow('--kills is "many"');
  expect(() => readOptions(['--kill', '3'])).toThrow('--kill');
});
