import { expect, it } from 'vitest';
import { beforeLeaving } from '../../../src/renderer/state/leaving.ts';

class FakeDocument extends EventTarget {
  visibilityState: DocumentVisibilityState = 'visible';
}

function leave() {
  const page = { window: new EventTarget(), document: new FakeDocument() };
  const done: string[] = [];
  let now = '';
  beforeLeaving(() => done.push(now), page);
  const fire = (target: EventTarget, type: string): void => {
    now = type;
    target.dispatchEvent(new Event(type));
  };
  return { page, done, fire };
}

it('acts before the page is left, and again when it goes', () => {
  const { page, done, fire } = leave();
  fire(page.window, 'beforeunload');
  fire(page.window, 'pagehide');
  expect(done).toEqual(['beforeunload', 'pagehide']);
});

it('acts when the page is hidden, not when it is seen again', () => {
  const { page, done, fire } = leave();
  page.document.visibilityState = 'hidden';
  fire(page.document, 'visibilitychange');
  page.document.visibilityState = 'visible';
  fire(page.document, 'visibilitychange');
  expect(done).toEqual(['visibilitychange']);
});
