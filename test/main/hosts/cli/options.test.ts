import { expect, it } from 'vitest';
import { densityFraction } from '../../../../src/main/hosts/cli/options.ts';

it('takes a density as a percentage or as a fraction, and refuses what is neither', () => {
  expect(['20%', ' 20 %', '0.2', '100%', '1'].map(densityFraction)).toEqual([0.2, 0.2, 0.2, 1, 1]);
  for (const text of ['', '%', '0', '0%', '-1%', '20', '120%', 'small']) {
    expect(() => densityFraction(text)).toThrow('expected a percentage such as 20%');
  }
});
