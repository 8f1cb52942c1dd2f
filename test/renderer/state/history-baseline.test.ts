import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { createClient } from '../../../src/shared/contract/client.ts';
import { App } from '../../../src/renderer/state/app.svelte.ts';
import { historyTable } from '../../../src/renderer/state/history-table.ts';
import { createFakeWorkbench, type FakeWorkbench } from '../support/fake-workbench.ts';

let workbench: FakeWorkbench;
let app: App;

const settle = () => vi.advanceTimersByTimeAsync(1000);
const shown = () => app.history.columns.map(({ id }) => id);

function openApp(): void {
  const darkQuery = { matches: false, addEventListener: () => undefined };
  app = new App(createClient(workbench), darkQuery as unknown as MediaQueryList);
}

beforeEach(async () => {
  vi.useFakeTimers();
  vi.stubGlobal('window', { addEventListener: () => undefined });
  workbench = createFakeWorkbench({ finished: 3 });
  openApp();
  app.history.open();
  await settle();
});

afterEach(() => {
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

const rowOf = (id: string) => app.history.rowOf(id)!;

it('a pinned search shows differences beside the names, until it is unpinned', () => {
  const before = shown();
  app.history.baseline.pin(rowOf('search-2'));
  expect(shown().slice(0, 4)).toEqual([
    'name',
    'baseline-accuracy',
    'baseline-early-stop',
    'baseline-time',
  ]);
  expect(historyTable(app.history, 'csv')).toMatchObject({
    baseline: 'search-2',
    comparedAt: 'density',
  });
  app.history.baseline.toggle(rowOf('search-2'));
  expect(app.history.baseline.row).toBeUndefined();
  expect(shown()).toEqual(before);
});

it('columns that were chosen stay where they are when another search is pinned', () => {
  app.history.setColumns(['levels', 'baseline-accuracy']);
  app.history.baseline.pin(rowOf('search-1'));
  expect(shown()).toEqual(['name', 'levels', 'baseline-accuracy']);
});

it('the pinned search is there after a restart', async () => {
  app.history.baseline.pin(rowOf('search-1'));
  app.preferences.flush();
  await settle();
  openApp();
  await app.preferences.load();
  app.history.open();
  await settle();
  expect(app.history.baseline.row?.id).toBe('search-1');
});

it('a deleted search is no longer pinned', async () => {
  app.history.baseline.pin(rowOf('search-1'));
  await app.client.call('search.delete', { ids: ['search-1'] });
  await settle();
  expect(app.history.baseline.isPinned('search-1')).toBe(false);
});

it('only the settings that are shown are asked for', async () => {
  const call = vi.spyOn(app.client, 'call');
  app.history.setColumns(['setting:training.batchSize']);
  await settle();
  expect(call).toHaveBeenCalledWith(
    'history.lines',
    expect.objectContaining({ settings: ['training.batchSize'] }),
  );
});
