import { expect, it } from 'vitest';
import { describeExtension } from '../../../src/shared/domain/extension.ts';

it('an extension is described by what it changed', () => {
  expect(
    describeExtension({
      replicates: { from: 3, to: 6 },
      levels: { from: 5, to: 7 },
      branches: ['random-reinit', 'sign-only'],
    }),
  ).toBe('replicates 3 → 6, levels 5 → 7, with random-reinit, sign-only');
  expect(describeExtension({ levels: { from: 5, to: 7 } })).toBe('levels 5 → 7');
});
