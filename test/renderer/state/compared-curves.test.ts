import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { type Client, createClient } from '../../../src/shared/contract/client.ts';
import type { JsonObject } from '../../../src/shared/contract/json.ts';
import { ComparedCurves } from '../../../src/renderer/state/compared-curves.svelte.ts';
import { FAKE_SETTINGS } from '../support/fake-catalog.ts';
import { createFakeWorkbench, type FakeWorkbench } from '../support/fake-workbench.ts';

let workbench: FakeWorkbench;
let client: Client;
let curves: ComparedCurves;
let asked: unknown[];

beforeEach(() => {
  vi.useFakeTimers();
  workbench = createFakeWorkbench({ finished: 2 });
  asked = [];
  client = createClient({
    subscribe: (listener) => workbench.subscribe(listener),
    invoke: (name, input) => {
      if (name === 'search.curves') asked.push(input);
      return workbench.invoke(name, input);
    },
  });
  curves = new ComparedCurves(client);
});

afterEach(() => {
  curves.close();
  vi.useRealTimers();
});

const settle = () => vi.advanceTimersByTimeAsync(1000);

it('are asked for once, level by level, of the branch that is shown', async () => {
  curves.want([{ id: 'search-1', branch: 'ticket', levels: [0, 2] }]);
  expect(curves.areLoading).toBe(true);
  await settle();
  curves.want([{ id: 'search-1', branch: 'ticket', levels: [2, 3] }]);
  await settle();
  expect(asked).toEqual(
    [0, 2, 3].map((level) => ({ id: 'search-1', branch: 'ticket', levels: [level] })),
  );
  expect(new Set(curves.of('search-1').map(({ key }) => key.level))).toEqual(new Set([0, 2, 3]));
  expect(curves.of('search-2')).toEqual([]);
  expect(curves.areLoading).toBe(false);
});

it('of a running search grow, and only where they are shown', async () => {
  const settings = { ...FAKE_SETTINGS, replicates: { count: 1, seed: 1 } } as unknown as JsonObject;
  const { id } = await client.call('search.launch', { settings, name: 'running' });
  curves.want([{ id, branch: 'ticket', levels: [0] }]);
  await settle();
  for (let count = 0; count < 3; count += 1) workbench.tick();
  await settle();
  expect(curves.of(id)[0]?.iterations).toEqual([0, 100, 200, 300]);
  for (let count = 0; count < 40; count += 1) workbench.tick();
  await settle();
  expect(new Set(curves.of(id).map(({ key }) => key.level))).toEqual(new Set([0]));
  expect(curves.of(id)[0]?.isFinished).toBe(true);
});

it('are read again when another process has changed the history', async () => {
  curves.want([{ id: 'search-1', branch: 'ticket', levels: [0] }]);
  await settle();
  workbench.tell({ type: 'history-changed' });
  await vi.advanceTimersByTimeAsync(3000);
  expect(asked).toHaveLength(2);
});
