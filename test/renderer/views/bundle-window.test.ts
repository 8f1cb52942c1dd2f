import { beforeEach, describe, expect, it, vi } from 'vitest';

/** A window with its own copy of what the browser keeps, in which pages are loaded one after another. */
function openWindow(kept: ReadonlyMap<string, string> = new Map()) {
  const storage = new Map(kept);
  let listeners: { readonly type: string; readonly listener: () => void }[] = [];
  const fire = (type: string): void => {
    for (const each of listeners) if (each.type === type) each.listener();
  };
  const load = async () => {
    fire('pagehide');
    listeners = [];
    vi.stubGlobal('sessionStorage', {
      getItem: (key: string) => storage.get(key) ?? null,
      setItem: (key: string, value: string) => storage.set(key, value),
      removeItem: (key: string) => storage.delete(key),
    });
    vi.stubGlobal('addEventListener', (type: string, listener: () => void) => {
      listeners.push({ type, listener });
    });
    vi.resetModules();
    return import('../../../src/renderer/views/bundles/bundle-window.ts');
  };
  return { storage, load, fire };
}

beforeEach(() => () => {
  vi.unstubAllGlobals();
});

describe('what a window has begun', () => {
  it('is known to its page also when it is reloaded, and to no other window', async () => {
    const own = openWindow();
    const { task } = (await own.load()).beginTask();
    expect((await own.load()).isOfThisWindow(task)).toBe(true);
    expect((await own.load()).isOfThisWindow(task)).toBe(true);
    expect((await openWindow().load()).isOfThisWindow(task)).toBe(false);
  });

  it('is not that of a duplicate, which begins with what the browser keeps', async () => {
    const own = openWindow();
    const { task } = (await own.load()).beginTask();
    expect((await openWindow(own.storage).load()).isOfThisWindow(task)).toBe(false);
  });

  it('is not that of a duplicate of a page that came back, either', async () => {
    const own = openWindow();
    const { task } = (await own.load()).beginTask();
    own.fire('pagehide');
    own.fire('pageshow');
    expect((await openWindow(own.storage).load()).isOfThisWindow(task)).toBe(false);
  });
});

it('a browser that keeps nothing is no obstacle', async () => {
  vi.stubGlobal('sessionStorage', undefined);
  vi.resetModules();
  const page = await import('../../../src/renderer/views/bundles/bundle-window.ts');
  const { task } = page.beginTask();
  expect(page.isOfThisWindow(task)).toBe(true);
  expect(task.length).toBeLessThanOrEqual(64);
  expect(page.beginTask().task).not.toBe(task);
});
