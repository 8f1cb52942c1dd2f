import { expect, it } from 'vitest';
import { someLevels } from '../../../src/renderer/views/shared/some-levels.ts';

it.each([
  [0, [0]],
  [3, [0, 1, 2, 3]],
  [30, [0, 6, 12, 18, 24, 30]],
  [7, [0, 1, 3, 4, 6, 7]],
])('of %i levels some are shown, from the dense network to the last', (last, levels) => {
  expect(someLevels(last)).toEqual(levels);
});
