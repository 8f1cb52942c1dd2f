import { expect, it } from 'vitest';
import { pressing } from '../../../src/renderer/ui/surface.ts';

/** A key with what a browser tells of it. */
function pressed(press: (event: KeyboardEvent) => void, key: string, held: object = {}): boolean {
  let isTaken = false;
  const event = {
    key,
    ...held,
    preventDefault: () => {
      isTaken = true;
    },
    stopPropagation: () => undefined,
  };
  press(event as unknown as KeyboardEvent);
  return isTaken;
}

it('keys of a surface act by their names, with Shift by what Shift has of its own', () => {
  const done: string[] = [];
  const press = pressing(
    { ArrowLeft: () => done.push('read'), '+': () => done.push('zoom') },
    { ArrowLeft: () => done.push('move') },
  );
  pressed(press, 'ArrowLeft');
  pressed(press, 'ArrowLeft', { shiftKey: true });
  // A keyboard may need Shift for it.
  pressed(press, '+', { shiftKey: true });
  expect(done).toEqual(['read', 'move', 'zoom']);
});

it('other keys, and those with Ctrl, Alt or Meta, are left to the browser', () => {
  const press = pressing({ '0': () => undefined });
  expect(pressed(press, '0')).toBe(true);
  expect(pressed(press, '1')).toBe(false);
  for (const held of ['ctrlKey', 'altKey', 'metaKey']) {
    expect(pressed(press, '0', { [held]: true })).toBe(false);
  }
});
