import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createClient } from '../../../src/shared/contract/client.ts';
import { App } from '../../../src/renderer/state/app.svelte.ts';
import { EMPTY_FILTER } from '../../../src/renderer/state/history-query.ts';
import { type HistoryState, searchesOf } from '../../../src/renderer/state/history.svelte.ts';
import { createFakeWorkbench, FAKE_SWEEP, type FakeWorkbench } from '../support/fake-workbench.ts';

const ALONE = 2;
const SWEPT = ['search-1', 'search-2', 'search-3'];

let workbench: FakeWorkbench;
let app: App;
let history: HistoryState;

function openApp(): void {
  const darkQuery = { matches: false, addEventListener: () => undefined };
  app = new App(createClient(workbench), darkQuery as unknown as MediaQueryList);
  history = app.history;
  history.open();
}

const settle = () => vi.advanceTimersByTimeAsync(1000);

/** What each line shows, members of a sweep indented. */
const shown = (): string[] =>
  Array.from({ length: history.total ?? 0 }, (_, index) => {
    const line = history.lineAt(index);
    if (!line) return 'missing';
    if (line.kind === 'sweep') return `${line.row.name} (${line.matching.length})`;
    return `${line.sweep ? '  ' : ''}${line.row.id}`;
  });

beforeEach(async () => {
  vi.useFakeTimers();
  vi.stubGlobal('window', { addEventListener: () => undefined });
  workbench = createFakeWorkbench({ finished: SWEPT.length + ALONE, swept: SWEPT.length });
  openApp();
  await settle();
});

afterEach(() => {
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

describe('the history', () => {
  it('shows the searches of a sweep as one line until it is expanded', async () => {
    expect(shown()).toEqual(['search-5', 'search-4', 'Batches (3)']);
    expect(history.searches).toBe(5);

    history.setExpanded(FAKE_SWEEP.id, true);
    await settle();
    expect(shown().slice(2)).toEqual(['Batches (3)', '  search-3', '  search-2', '  search-1']);
    expect(history.searches).toBe(5);

    history.setExpanded(FAKE_SWEEP.id, false);
    await settle();
    expect(shown()).toHaveLength(3);
  });

  it('keeps what is expanded over a restart', async () => {
    history.setExpanded(FAKE_SWEEP.id, true);
    await settle();
    openApp();
    await app.preferences.load();
    history.reload();
    await settle();
    expect(shown()).toHaveLength(6);
  });

  it('asks for no more expanded sweeps than it may, the newest ones', async () => {
    const others = Array.from({ length: 600 }, (_, index) => `other-${index}`);
    app.preferences.set('historyExpanded', [FAKE_SWEEP.id, ...others]);
    history.reload();
    await settle();
    expect(history.error).toBeUndefined();
    expect(shown()).toHaveLength(3);
    history.setExpanded(FAKE_SWEEP.id, true);
    await settle();
    expect(history.error).toBeUndefined();
    expect(shown()).toHaveLength(6);
    expect(app.preferences.get('historyExpanded')).not.toContain('other-0');
  });

  it('shows of an expanded sweep what matches', async () => {
    history.setExpanded(FAKE_SWEEP.id, true);
    history.setQuery({ ...history.query, filter: { ...EMPTY_FILTER, text: 'mlp' } });
    await settle();
    expect(shown()).toEqual(['search-5', 'Batches (1)', '  search-2']);
    expect(history.searches).toBe(2);
  });

  it('selects a sweep as all of its searches, and unselects it as a whole', () => {
    const sweep = history.lineAt(2)!;
    expect([...searchesOf(sweep)].sort()).toEqual(SWEPT);
    history.toggle(['search-2']);
    history.toggle(searchesOf(sweep));
    expect([...history.selected].sort()).toEqual(SWEPT);
    history.toggle(searchesOf(sweep));
    expect(history.selected.size).toBe(0);
  });

  it('knows the tags of searches whose sweep is collapsed', async () => {
    await app.client.call('search.tag', { ids: ['search-1'], add: ['good'] });
    await settle();
    expect(history.tagsOf(['search-1'])).toEqual(['good']);
    expect(history.tagsOf(['search-5'])).toEqual([]);
  });

  it('sums a sweep up anew when one of its searches changes', async () => {
    history.setExpanded(FAKE_SWEEP.id, true);
    await settle();
    await app.client.call('search.tag', { ids: ['search-3'], add: ['good'] });
    expect(history.lineAt(3)?.row.tags).toEqual(['good']);
    await settle();
    expect(history.lineAt(2)?.row.tags).toEqual(['good']);
  });

  it('follows a deletion inside a sweep, and its undoing', async () => {
    history.setExpanded(FAKE_SWEEP.id, true);
    history.select(['search-2', 'search-3']);
    await app.client.call('search.delete', { ids: ['search-2'] });
    await settle();
    expect(shown().slice(2)).toEqual(['Batches (2)', '  search-3', '  search-1']);
    expect([...history.selected]).toEqual(['search-3']);

    await app.client.call('search.undelete', { ids: ['search-2'] });
    await settle();
    expect(shown()).toHaveLength(6);
  });
});
