/** What counts as an attempt at a search, and what forgets those before. */
import { beforeEach, expect, it, onTestFinished, vi } from 'vitest';
import { Attempts } from '../../../../src/main/workbench/running/attempts.ts';

const queue = { countAttempt: vi.fn(), recordProgress: vi.fn(), forgetAttempts: vi.fn() };
let attempts: Attempts;
let now: number;

beforeEach(() => {
  vi.resetAllMocks();
  now = 0;
  vi.spyOn(performance, 'now').mockImplementation(() => now);
  onTestFinished(() => {
    vi.restoreAllMocks();
  });
  const store = { queue, inTurn: (work: () => unknown) => Promise.resolve(work()) };
  attempts = new Attempts(store as never, (error) => {
    throw error;
  });
  attempts.begin('a');
  attempts.begin('b');
});

it('the fourth is one too many', () => {
  queue.countAttempt.mockReturnValueOnce(3).mockReturnValueOnce(4);
  expect(attempts.isOneTooMany('a')).toBe(false);
  expect(attempts.isOneTooMany('a')).toBe(true);
});

it('progress is saved every ten seconds, as the evaluations since a training finished', () => {
  for (let evaluation = 0; evaluation < 5; evaluation += 1) {
    now += 4000;
    attempts.evaluated('a');
  }
  expect(queue.recordProgress.mock.calls).toEqual([['a', 3]]);
  attempts.trainingFinished('a');
  now += 10_000;
  attempts.evaluated('a');
  expect(queue.recordProgress.mock.lastCall).toEqual(['a', 1]);
});

it('they are forgotten once, until something counts again', () => {
  attempts.forget(['a', 'b']);
  attempts.forget(['a', 'b']);
  expect(queue.forgetAttempts.mock.calls).toEqual([[['a', 'b']]]);
  now += 10_000;
  attempts.evaluated('b');
  attempts.forget(['a', 'b']);
  expect(queue.forgetAttempts.mock.lastCall).toEqual([['b']]);
});

it('of searches that have ended are nothing to it', () => {
  attempts.end('a');
  now += 10_000;
  attempts.evaluated('a');
  attempts.forget(['a']);
  expect(queue.recordProgress).not.toHaveBeenCalled();
  expect(queue.forgetAttempts).not.toHaveBeenCalled();
});
