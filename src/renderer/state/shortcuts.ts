/** Keys that work everywhere. Tables handle their own keys. */
import type { App } from './app.svelte.ts';

export interface Shortcut {
  readonly keys: readonly string[];
  readonly what: string;
}

export const SHORTCUTS: readonly {
  readonly title: string;
  readonly shortcuts: readonly Shortcut[];
}[] = [
  {
    title: 'Everywhere',
    shortcuts: [
      { keys: ['Ctrl', 'K'], what: 'Command palette' },
      { keys: ['?'], what: 'These shortcuts' },
      { keys: ['N'], what: 'New search' },
      { keys: ['L'], what: 'Live' },
      { keys: ['H'], what: 'History' },
      { keys: ['C'], what: 'Compare' },
      { keys: ['T'], what: 'Theme: system, light, dark' },
      { keys: ['Ctrl', 'Z'], what: 'Undo the last action' },
    ],
  },
  {
    title: 'In a chart',
    shortcuts: [
      { keys: ['←', '→'], what: 'Previous and next point' },
      { keys: ['Home', 'End'], what: 'First and last point' },
      { keys: ['+', '-'], what: 'Zoom in and out' },
      { keys: ['0'], what: 'Show everything' },
      { keys: ['Esc'], what: 'Leave' },
    ],
  },
  {
    title: 'In New search',
    shortcuts: [{ keys: ['Ctrl', 'Enter'], what: 'Launch' }],
  },
  {
    title: 'In the history',
    shortcuts: [
      { keys: ['/'], what: 'Find' },
      { keys: ['↑', '↓'], what: 'Previous and next search' },
      { keys: ['→', '←'], what: 'Expand and collapse a sweep' },
      { keys: ['Enter'], what: 'Open' },
      { keys: ['Space'], what: 'Select' },
      { keys: ['Shift', '↑↓'], what: 'Select several' },
      { keys: ['Ctrl', 'A'], what: 'Select all' },
      { keys: ['Esc'], what: 'Select none' },
      { keys: ['C'], what: 'Compare the selected searches' },
      { keys: ['G'], what: 'Tag' },
      { keys: ['A'], what: 'Archive' },
      { keys: ['Delete'], what: 'Delete' },
      { keys: ['B'], what: 'Pin as the baseline' },
      { keys: ['M'], what: 'Menu of the row' },
      { keys: ['Shift', '←→'], what: 'Move a column, from its heading' },
    ],
  },
];

/** Whether keys pressed here go into a field. */
export function isTyping(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement &&
    (target.isContentEditable ||
      target.matches('input:not([type=checkbox]):not([type=radio]), textarea, select'))
  );
}

export function handleShortcut(app: App, event: KeyboardEvent): void {
  if (event.defaultPrevented) return;
  const isCommand = event.ctrlKey || event.metaKey;
  if (isCommand && event.key.toLowerCase() === 'k') {
    event.preventDefault();
    app.isPaletteOpen = !app.isPaletteOpen;
    return;
  }
  if (event.altKey || isTyping(event.target)) return;
  if (isCommand && event.key.toLowerCase() === 'z' && app.toasts.undo()) {
    event.preventDefault();
    return;
  }
  if (isCommand) return;
  if (document.querySelector('dialog[open]') || !app.preferences.get('singleKeys')) return;
  const action = Object.hasOwn(ACTIONS, event.key) ? ACTIONS[event.key] : undefined;
  if (!action) return;
  event.preventDefault();
  action(app);
}

const ACTIONS: Readonly<Record<string, (app: App) => void>> = {
  '?': (app) => {
    app.areShortcutsOpen = true;
  },
  n: ({ router }) => router.go({ view: 'new' }),
  l: ({ router }) => router.go({ view: 'live', id: undefined }),
  h: ({ router }) => router.go({ view: 'history' }),
  c: (app) => app.router.go({ view: 'compare', ids: app.compared }),
  t: ({ theme }) => theme.next(),
};
