import type { MenuItemConstructorOptions } from 'electron';
import { describe, expect, it } from 'vitest';
import { Activity } from '../../../../src/main/hosts/electron/activity.ts';
import { type MenuActions, menuTemplate } from '../../../../src/main/hosts/electron/menu.ts';
import { answerOf, quitQuestion } from '../../../../src/main/hosts/electron/quit.ts';
import type { LiveSearch } from '../../../../src/shared/contract/records/live.ts';
import type {
  SearchRow,
  SearchState,
} from '../../../../src/shared/contract/records/search-rows.ts';

const live = (fraction: number, isPaused = false): LiveSearch => ({
  fraction,
  etaSeconds: undefined,
  workers: 1,
  running: [],
  isPaused,
  stopping: undefined,
});

const row = (id: string, state: SearchState): SearchRow => ({
  id,
  name: 'A search',
  state,
  isOurs: true,
  createdAt: 0,
  finishedAt: undefined,
  waitedMilliseconds: undefined,
  trainingsDone: 0,
  trainingsTotal: 1,
  dataset: 'mnist',
  architecture: 'lenet-300-100',
  optimizer: 'adam',
  strategy: 'magnitude',
  schedule: 'iterative',
  levels: 1,
  replicates: 1,
  iterations: 1,
  trainingMilliseconds: 0,
  tags: [],
  note: '',
  isArchived: false,
  verdict: undefined,
  denseAccuracy: undefined,
  bestAccuracy: undefined,
  sparkline: new Float32Array(),
  error: undefined,
});

describe('what runs, as the frame of the window shows it', () => {
  it('is the mean over running searches, and nothing when the last one ends', () => {
    const activity = new Activity();
    expect(activity.progress).toBeUndefined();
    activity.take({ type: 'search-live', id: 'a', live: live(0.25) });
    activity.take({ type: 'search-live', id: 'b', live: live(0.75) });
    expect(activity.progress).toEqual({ fraction: 0.5, isPaused: false });
    activity.take({ type: 'search-live', id: 'a', live: undefined });
    activity.take({ type: 'search-live', id: 'b', live: undefined });
    expect(activity.progress).toBeUndefined();
  });

  it('lets the machine sleep while every search is paused, or the workbench is lost', () => {
    const activity = new Activity();
    activity.take({ type: 'search-live', id: 'a', live: live(0.5) });
    expect(activity.isTraining).toBe(true);
    activity.take({ type: 'search-live', id: 'a', live: live(0.5, true) });
    expect(activity.isTraining).toBe(false);
    expect(activity.progress?.isPaused).toBe(true);
    activity.take({ type: 'workbench-lost', reason: 'gone' });
    expect(activity.runningCount).toBe(0);
  });

  it('tells once of a search that has run here and is over', () => {
    const activity = new Activity();
    activity.take({ type: 'search-live', id: 'a', live: live(1) });
    activity.take({ type: 'search-live', id: 'a', live: undefined });
    expect(activity.take({ type: 'search-changed', row: row('a', 'running') })).toBeUndefined();
    expect(activity.take({ type: 'search-changed', row: row('a', 'finished') })?.id).toBe('a');
    expect(activity.take({ type: 'search-changed', row: row('a', 'finished') })).toBeUndefined();
    // Renamed, tagged, or finished by another process.
    expect(activity.take({ type: 'search-changed', row: row('b', 'finished') })).toBeUndefined();
  });
});

describe('the question before quitting', () => {
  it('offers to keep running, to pause and quit, and to stay, and stays when it is closed', () => {
    const { message, buttons, cancelId } = quitQuestion(2);
    expect(message).toBe('2 searches are running.');
    expect(buttons).toEqual(['Keep running in the background', 'Pause and quit', 'Cancel']);
    expect([0, 1, 2].map(answerOf)).toEqual(['background', 'quit', 'cancel']);
    expect(answerOf(cancelId!)).toBe('cancel');
    expect(answerOf(-1)).toBe('cancel');
  });
});

const ACTIONS: MenuActions = {
  go: () => {},
  setTheme: () => {},
  showDataDirectory: () => {},
  openLogFolder: () => {},
  installCommand: undefined,
};

const labelsOf = (items: readonly MenuItemConstructorOptions[]): string[] =>
  items.flatMap(({ label = '', submenu }) => [
    label,
    ...(Array.isArray(submenu) ? labelsOf(submenu) : []),
  ]);

describe('the menu', () => {
  it('leads to the page about the application and to its log', () => {
    const state = { isMac: false, isPackaged: true, theme: 'dark', recent: [] } as const;
    const about = 'About Ticket Workbench';
    expect(labelsOf(menuTemplate(state, ACTIONS))).toEqual(
      expect.arrayContaining([about, 'Open Log Folder']),
    );
    const onMac = menuTemplate({ ...state, isMac: true }, ACTIONS);
    expect(labelsOf(onMac).filter((label) => label === about)).toHaveLength(1);
    expect(labelsOf(onMac.slice(0, 1))).toContain(about);
  });

  it('offers the command only where it can be installed', () => {
    const state = { isMac: false, isPackaged: true, theme: 'dark', recent: [] } as const;
    const command = 'Install the Command “ticket”…';
    expect(labelsOf(menuTemplate(state, ACTIONS))).not.toContain(command);
    const actions = { ...ACTIONS, installCommand: () => {} };
    expect(labelsOf(menuTemplate(state, actions))).toContain(command);
  });

  it('opens recent searches, has accelerators, and hides developer tools from users', () => {
    const gone: string[] = [];
    const template = menuTemplate(
      { isMac: false, isPackaged: true, theme: 'dark', recent: [{ id: 'a/b', name: 'R & D' }] },
      { ...ACTIONS, go: (hash) => gone.push(hash) },
    );
    const text = JSON.stringify(template);
    expect(text).toContain('"accelerator":"CmdOrCtrl+N"');
    expect(text).toContain('R && D');
    expect(text).toContain('{"label":"Dark","type":"radio","checked":true}');
    expect(text).not.toContain('toggleDevTools');
    const file = template[0]!.submenu;
    if (!Array.isArray(file)) throw new Error('the menu has no items');
    const recent = file.find(({ label }) => label === 'Recent Searches')?.submenu;
    if (!Array.isArray(recent)) throw new Error('there are no recent searches');
    Reflect.apply(recent[0]!.click!, undefined, []);
    expect(gone).toEqual(['#/search/a%2Fb']);
  });
});
