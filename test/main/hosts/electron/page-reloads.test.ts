import { describe, expect, test } from 'vitest';
import {
  isTriedAgain,
  pageFailureQuestion,
} from '../../../../src/main/hosts/electron/page-failure.ts';
import { PageReloads } from '../../../../src/main/hosts/electron/page-reloads.ts';

/** A page that dies as soon as it is loaded, until somebody gives up. */
function dyingPage(answers: boolean[]) {
  const waited: number[] = [];
  const asked: string[] = [];
  const clock = { now: 0 };
  const next: (() => void)[] = [];
  const reloads = new PageReloads({
    reload: () => undefined,
    ask: (reason) => {
      asked.push(reason);
      return Promise.resolve(answers.shift() ?? false);
    },
    now: () => clock.now,
    wait: (milliseconds, then) => {
      waited.push(milliseconds);
      next.push(then);
    },
  });
  const die = async (): Promise<boolean> => {
    await reloads.died('crashed');
    const reload = next.pop();
    reload?.();
    return reload !== undefined;
  };
  return { die, waited, asked, clock };
}

describe('a page that dies while it loads', () => {
  test('is loaded again with a growing delay, and then the user is asked', async () => {
    const { die, waited, asked } = dyingPage([false]);
    let deaths = 0;
    while (await die()) deaths += 1;
    expect(deaths).toBe(5);
    expect(waited).toEqual([250, 500, 1000, 2000, 4000]);
    expect(asked).toEqual(['crashed']);
  });

  test('is tried again as often as the user says so', async () => {
    const { die, waited, asked } = dyingPage([true, false]);
    while (await die());
    expect(waited).toHaveLength(10);
    expect(waited[5]).toBe(250);
    expect(asked).toHaveLength(2);
  });

  test('is counted anew once it has lived', async () => {
    const { die, waited, asked, clock } = dyingPage([]);
    for (let day = 0; day < 20; day += 1) {
      clock.now += 60_000;
      expect(await die()).toBe(true);
    }
    expect(new Set(waited)).toEqual(new Set([250]));
    expect(asked).toEqual([]);
  });
});

test('the question says what happened and where the log is, and offers to try again or to quit', () => {
  const { detail, buttons, cancelId } = pageFailureQuestion('oom', '/logs');
  expect(detail).toContain('oom');
  expect(detail).toContain('/logs');
  expect(buttons).toEqual(['Try again', 'Quit']);
  expect(isTriedAgain(0)).toBe(true);
  expect(isTriedAgain(1)).toBe(false);
  expect(isTriedAgain(cancelId!)).toBe(true);
});
