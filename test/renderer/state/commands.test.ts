import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createClient } from '../../../src/shared/contract/client.ts';
import { App } from '../../../src/renderer/state/app.svelte.ts';
import { commandsOf, matchingCommands } from '../../../src/renderer/state/commands.ts';
import type { Route } from '../../../src/renderer/state/route.ts';
import { handleShortcut } from '../../../src/renderer/state/shortcuts.ts';
import { MENU_LABELS } from '../../support/menu-labels.ts';
import { createFakeWorkbench } from '../support/fake-workbench.ts';

let app: App;

beforeEach(async () => {
  vi.stubGlobal('window', {
    addEventListener: () => undefined,
    location: { hash: '' },
    history: { replaceState: () => undefined },
  });
  const darkQuery = { matches: false, addEventListener: () => undefined };
  const workbench = createFakeWorkbench({ finished: 3 });
  app = new App(createClient(workbench), darkQuery as unknown as MediaQueryList);
  for (const each of [app.catalog, app.presets, app.health, app.tags]) await each.reload();
  app.health.set({
    ...app.health.value!,
    host: { ...app.health.value!.host, canOpenFolder: true, canInstallCommand: true },
  });
});

afterEach(() => vi.unstubAllGlobals());

const labels = () => commandsOf(app).map(({ label }) => label);
const openView = (route: Route) => {
  app.router.replace(route);
};

describe('the palette', () => {
  it('reaches everything that the application’s menu reaches', () => {
    expect(labels()).toEqual(expect.arrayContaining([...MENU_LABELS]));
  });

  it('has no two commands of one name or id, in any view', async () => {
    const { row } = await app.client.call('search.get', { id: 'search-1' });
    app.history.select(['search-1', 'search-2']);
    const routes: readonly Route[] = [
      { view: 'history' },
      { view: 'new' },
      { view: 'sweep', id: 's' },
      { view: 'detail', id: row.id, tab: 'overview' },
    ];
    for (const route of routes) {
      openView(route);
      app.openSearch = route.view === 'detail' ? row : undefined;
      const commands = commandsOf(app);
      for (const pick of ['id', 'label'] as const) {
        const all = commands.map((command) => command[pick]);
        const twice = all.filter((each, index) => all.indexOf(each) !== index);
        expect(twice, `${route.view} ${pick}`).toEqual([]);
      }
    }
  });

  it('offers to hold a search that waits, and to resume one that is held', async () => {
    const { row } = await app.client.call('search.get', { id: 'search-1' });
    app.active.set([
      { ...row, id: 'a', name: 'A', state: 'queued' },
      { ...row, id: 'b', name: 'B', state: 'paused' },
    ]);
    expect(labels()).toEqual(expect.arrayContaining(['Pause “A”', 'Resume “B”']));
    expect(labels()).not.toContain('Resume “A”');
  });

  it('says what resuming a search means while its shards run elsewhere', async () => {
    openView({ view: 'detail', id: 'search-1', tab: 'overview' });
    const { row } = await app.client.call('search.get', { id: 'search-1' });
    const shards = { total: 3, done: 1, running: 1, queued: 1, failed: 0 };
    const resume = () => commandsOf(app).find(({ id }) => id === 'resume');
    app.openSearch = { ...row, state: 'interrupted', shards };
    expect(resume()?.hint).toContain('the same trainings would run twice');
    app.openSearch = { ...row, state: 'interrupted', shards: { ...shards, running: 0, queued: 0 } };
    expect(resume()?.hint).toBeUndefined();
  });

  it('reaches what the menus of the open search reach', async () => {
    expect(labels().filter((label) => label.includes('this search'))).toEqual([]);
    openView({ view: 'detail', id: 'search-1', tab: 'overview' });
    const { row } = await app.client.call('search.get', { id: 'search-1' });
    app.openSearch = row;
    expect(labels()).toEqual(
      expect.arrayContaining([
        'Clone this search',
        'Rename this search',
        'Extend this search',
        'Export this search…',
        'Copy this search as a command',
        'Add this search to Compare',
        'Archive this search',
        'Delete this search',
        'Show the levels of this search',
      ]),
    );
    expect(labels()).not.toContain('Pause this search');
    app.openSearch = { ...row, state: 'running' };
    expect(labels()).toEqual(
      expect.arrayContaining([
        'Pause this search',
        'Stop this search now',
        'Stop this search after the running trainings',
      ]),
    );
    expect(labels()).not.toContain('Delete this search');
  });

  it('reaches the menus of the history while that is open', () => {
    openView({ view: 'history' });
    expect(labels()).toEqual(
      expect.arrayContaining([
        'Filter by status: running',
        'Filter by verdict: winning',
        'Show only archived searches',
        'Show the column Optimizer',
        'Hide the column Tags',
        'Sort the history by Best ticket',
        'Clear the filters of the history',
      ]),
    );
    const [filter] = matchingCommands(commandsOf(app), 'filter status finished');
    filter?.run();
    expect(app.history.query.filter.states).toEqual(['finished']);
    expect(labels()).toContain('No longer filter by status: finished');
    openView({ view: 'settings' });
    expect(labels()).not.toContain('Filter by status: running');
  });
});

describe('single-letter keys', () => {
  const press = (key: string) => {
    const event = { key, preventDefault: vi.fn(), target: null };
    handleShortcut(app, event as unknown as KeyboardEvent);
    return event.preventDefault.mock.calls.length > 0;
  };

  beforeEach(() => {
    vi.stubGlobal('HTMLElement', Event);
    vi.stubGlobal('document', { querySelector: () => null });
  });

  it('act until they are switched off', () => {
    expect(press('t')).toBe(true);
    app.preferences.set('singleKeys', false);
    expect(['n', 'l', 'h', 'c', 't', '?'].filter(press)).toEqual([]);
    expect(app.areShortcutsOpen).toBe(false);
  });

  it('are not those that no shortcut has', () => {
    expect(press('constructor')).toBe(false);
  });
});
