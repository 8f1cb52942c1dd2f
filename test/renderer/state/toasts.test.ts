import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { Toasts, UNDO } from '../../../src/renderer/state/toasts.svelte.ts';

/** An action that succeeds or fails when it is told to, and what was undone. */
function setUp() {
  const toasts = new Toasts();
  const undone: string[] = [];
  const offer = (name: string): void => {
    toasts.info(name, { label: UNDO, run: () => undone.push(name) });
  };
  const begin = (name: string) => {
    let succeed = (): void => undefined;
    let fail = (_error: Error): void => undefined;
    const answer = new Promise<void>((resolve, reject) => {
      succeed = resolve;
      fail = reject;
    });
    const ended = toasts.undoable(async () => {
      await answer;
      offer(name);
    });
    return {
      succeed: () => {
        succeed();
        return ended;
      },
      fail: async () => {
        fail(new Error(name));
        await expect(ended).rejects.toThrow(name);
      },
    };
  };
  return { toasts, undone, offer, begin };
}

describe('undoing', () => {
  it('takes the newest message that offers it', () => {
    const { toasts, undone, offer } = setUp();
    offer('first');
    offer('second');
    toasts.info('no action');
    expect(toasts.undo()).toBe(true);
    expect(undone).toEqual(['second']);
    expect(toasts.undo()).toBe(true);
    expect(toasts.undo()).toBe(false);
    expect(undone).toEqual(['second', 'first']);
  });

  it('waits for an action that is under way', async () => {
    const { toasts, undone, offer, begin } = setUp();
    offer('earlier');
    const deletion = begin('deletion');
    expect(toasts.undo()).toBe(true);
    expect(undone).toEqual([]);
    await deletion.succeed();
    expect(undone).toEqual(['deletion']);
    expect(toasts.shown.map(({ message }) => message)).toEqual(['earlier']);
  });

  it('undoes nothing else if that action fails', async () => {
    const { toasts, undone, offer, begin } = setUp();
    offer('earlier');
    const deletion = begin('deletion');
    toasts.undo();
    await deletion.fail();
    expect(undone).toEqual([]);
    expect(toasts.undo()).toBe(true);
    expect(undone).toEqual(['earlier']);
  });
});

it('a message stays while the focus is on it, also after the pointer has left', () => {
  vi.useFakeTimers();
  onTestFinished(() => {
    vi.useRealTimers();
  });
  const toasts = new Toasts();
  toasts.info('read me');
  const { id } = toasts.shown[0]!;
  toasts.hold(id, 'focus');
  toasts.hold(id, 'pointer');
  toasts.release(id, 'pointer');
  vi.advanceTimersByTime(60_000);
  expect(toasts.shown).toHaveLength(1);
  toasts.release(id, 'focus');
  vi.advanceTimersByTime(60_000);
  expect(toasts.shown).toEqual([]);
});
