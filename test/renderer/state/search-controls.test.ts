import { describe, expect, it } from 'vitest';
import { abilitiesOf } from '../../../src/renderer/state/search-controls.ts';

const diverged = { code: 'training-diverged', message: 'the loss is NaN' } as const;

describe('what can be done with a search', () => {
  it.each([
    ['running', { canPause: true, canResume: false, canStop: true }],
    ['queued', { canPause: true, canResume: false, canStop: true }],
    ['paused', { canPause: false, canResume: true, canStop: true }],
    ['interrupted', { canPause: false, canResume: true, canStop: false }],
    ['finished', { canPause: false, canResume: false, canStop: false }],
  ] as const)('while it is %s', (state, abilities) => {
    expect(abilitiesOf({ state, error: undefined })).toEqual({ ...abilities, hasDiverged: false });
  });

  it('after its training diverged, its settings are to be changed', () => {
    expect(abilitiesOf({ state: 'failed', error: diverged }).hasDiverged).toBe(true);
    const other = { code: 'store-failed', message: 'the disk is full' } as const;
    expect(abilitiesOf({ state: 'failed', error: other }).hasDiverged).toBe(false);
  });
});
