import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type Client, createClient } from '../../../src/shared/contract/client.ts';
import type { JsonObject } from '../../../src/shared/contract/json.ts';
import { SearchView } from '../../../src/renderer/state/search-view.svelte.ts';
import { FAKE_SETTINGS } from '../support/fake-catalog.ts';
import { createFakeWorkbench, type FakeWorkbench } from '../support/fake-workbench.ts';

let workbench: FakeWorkbench;
let client: Client;
let view: SearchView;

beforeEach(async () => {
  vi.useFakeTimers();
  vi.stubGlobal('requestAnimationFrame', (callback: () => void) => setTimeout(callback, 16));
  vi.stubGlobal('cancelAnimationFrame', clearTimeout);
  workbench = createFakeWorkbench();
  client = createClient(workbench);
  const settings = {
    ...FAKE_SETTINGS,
    pruning: { ...FAKE_SETTINGS.pruning, levels: 1 },
    replicates: { count: 1, seed: 1 },
  } as unknown as JsonObject;
  const row = await client.call('search.launch', { settings, name: 'followed' });
  view = new SearchView(client, row.id);
  await vi.advanceTimersByTimeAsync(50);
});

afterEach(() => {
  view.close();
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

async function tick(times: number): Promise<void> {
  for (let count = 0; count < times; count += 1) workbench.tick();
  await vi.advanceTimersByTimeAsync(1000);
}

describe('a search that is looked at', () => {
  it('shows where its trainings are, frame by frame', async () => {
    expect(view.row?.state).toBe('running');
    await tick(3);
    expect(view.live?.running[0]?.iteration).toBe(300);
  });

  it('shows the newest of what came within one frame only', async () => {
    const seen: (number | undefined)[] = [];
    for (let count = 0; count < 5; count += 1) {
      workbench.tick();
      seen.push(view.live?.running[0]?.iteration);
    }
    expect(new Set(seen).size).toBe(1);
    await vi.advanceTimersByTimeAsync(20);
    expect(view.live?.running[0]?.iteration).toBe(500);
  });

  it('has a result once the dense network is trained, and a state at the end', async () => {
    expect(view.result.value).toBeUndefined();
    await tick(10);
    expect(view.result.value?.dense.testAccuracy.values).toHaveLength(1);
    await tick(25);
    expect(view.row?.state).toBe('finished');
    expect(view.result.value?.levels).toHaveLength(1);
    expect(view.live).toBeUndefined();
  });

  it('notices that it is deleted, and that this is undone', async () => {
    await client.call('search.delete', { ids: [view.id] });
    expect(view.isGone).toBe(true);
    await client.call('search.undelete', { ids: [view.id] });
    expect(view.isGone).toBe(false);
  });

  it('adds to the log, each entry once', async () => {
    const before = view.log.value?.length ?? 0;
    await tick(10);
    const messages = view.log.value?.map(({ message }) => message) ?? [];
    expect(messages.length).toBeGreaterThan(before);
    expect(new Set(messages).size).toBe(messages.length);
  });

  it('says why it can’t be shown', async () => {
    const missing = new SearchView(client, 'nowhere');
    await vi.advanceTimersByTimeAsync(10);
    expect(missing.detail.error?.code).toBe('not-found');
    missing.close();
  });
});
