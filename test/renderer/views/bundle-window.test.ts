import { beforeEach, expect, it, vi } from 'vitest';

/** What a page knows of its window once it is loaded. */
async function loadPage() {
  vi.resetModules();
  return import('../../../src/renderer/views/bundles/bundle-window.ts');
}

beforeEach(() => () => {
  vi.unstubAllGlobals();
});

it('a page that is reloaded knows what its window has begun, and another window does not', async () => {
  const kept = new Map<string, string>();
  const storage = {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => kept.set(key, value),
  };
  vi.stubGlobal('sessionStorage', storage);
  const task = (await loadPage()).beginTask().task;
  expect((await loadPage()).isOfThisWindow(task)).toBe(true);
  kept.clear();
  expect((await loadPage()).isOfThisWindow(task)).toBe(false);
});

it('a browser that keeps nothing is no obstacle', async () => {
  vi.stubGlobal('sessionStorage', undefined);
  const page = await loadPage();
  const task = page.beginTask().task;
  expect(page.isOfThisWindow(task)).toBe(true);
  expect(task.length).toBeLessThanOrEqual(64);
  expect(page.beginTask().task).not.toBe(task);
});
