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

it('lines are asked for with differences from the pinned search, where a column shows them', async () => {
  const call = vi.spyOn(app.client, 'call');
  const lastAsked = () => call.mock.calls.findLast(([name]) => name === 'history.lines')?.[1];
  app.history.baseline.pin(rowOf('search-2'));
  await settle();
  expect(lastAsked()).toMatchObject({ baseline: 'search-2', comparedAt: 'density' });
  app.history.baseline.comparedAt = 'verdict';
  await settle();
  expect(lastAsked()).toMatchObject({ baseline: 'search-2', comparedAt: 'verdict' });
  app.history.baseline.pin(rowOf('search-1'));
  await settle();
  expect(lastAsked()).toMatchObject({ baseline: 'search-1' });
  app.history.setColumns(['levels']);
  await settle();
  expect(lastAsked()).not.toHaveProperty('baseline');
  app.history.setColumns(['baseline-time']);
  app.history.baseline.unpin();
  await settle();
  expect(lastAsked()).not.toHaveProperty('baseline');
});

it('a difference is that of the line, and none until lines are compared with the pinned search', () => {
  const difference = { accuracy: undefined, earlyStop: undefined, milliseconds: 5, density: 0.5 };
  const lineOf = (id: string) =>
    ({
      kind: 'search',
      position: 1,
      siblings: 3,
      row: rowOf(id),
      sweep: undefined,
      difference,
    }) as const;
  const { baseline } = app.history;
  expect(baseline.differenceOf(lineOf('search-1'))).toBeUndefined();
  baseline.pin(rowOf('search-2'));
  baseline.answered(baseline.asked);
  expect(baseline.differenceOf(lineOf('search-1'))).toBe(difference);
  expect(baseline.differenceOf(lineOf('search-2'))).toBeUndefined();
  baseline.pin(rowOf('search-3'));
  expect(baseline.differenceOf(lineOf('search-1'))).toBeUndefined();
  baseline.answered(baseline.asked);
  baseline.comparedAt = 'verdict';
  expect(baseline.differenceOf(lineOf('search-1'))).toBeUndefined();
});
