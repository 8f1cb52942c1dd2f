import { expect, it } from 'vitest';
import { iterationsOf, spanOf } from '../../../../src/main/engine/lottery/span.ts';
import { tinySettings } from '../../../support/tiny-settings.ts';

const settings = tinySettings({
  rewind: { iteration: 10 },
  branches: ['random-reinit', 'supermask', { id: 'transfer', optimizer: { id: 'sgd' } }],
});

it.each([
  ['ticket', 0, 0, 30],
  ['ticket', 1, 10, 30],
  ['random-reinit', 2, 10, 30],
  ['transfer-sgd', 0, 0, 30],
  ['transfer-sgd', 1, 10, 30],
  ['supermask', 1, 10, 10],
])('%s, level %d, trains from iteration %d to %d', (branch, level, from, to) => {
  const key = { replicate: 0, level, branch };
  expect(spanOf(settings, key)).toEqual({ from, to });
  expect(iterationsOf(settings, key)).toBe(to - from);
});
