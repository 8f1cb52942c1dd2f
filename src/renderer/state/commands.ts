/** The commands of the command palette: everything that a menu, the side bar or a main button does. */
import type { App } from './app.svelte.ts';
import type { Command } from './command.ts';
import { historyCommands } from './history-commands.ts';
import { menuCommands } from './menu-commands.ts';
import { newSearchCommands } from './new-search-commands.ts';
import { searchCommands, sweepCommands } from './search-commands.ts';

export function commandsOf(app: App): Command[] {
  return [
    ...viewCommands(app),
    ...searchCommands(app),
    ...sweepCommands(app),
    ...newSearchCommands(app),
    ...historyCommands(app),
    ...windowCommands(app),
    ...menuCommands(app.menus),
  ];
}

function viewCommands(app: App): Command[] {
  const { router } = app;
  const hints = app.preferences.get('singleKeys');
  const hint = (key: string) => (hints ? { hint: key } : {});
  return [
    {
      id: 'new',
      label: 'New search',
      icon: 'add',
      ...hint('N'),
      run: () => router.go({ view: 'new' }),
    },
    {
      id: 'live',
      label: 'Go to Live',
      icon: 'live',
      ...hint('L'),
      run: () => router.go({ view: 'live', id: undefined }),
    },
    {
      id: 'history',
      label: 'Go to History',
      icon: 'history',
      ...hint('H'),
      run: () => router.go({ view: 'history' }),
    },
    {
      id: 'compare',
      label: 'Go to Compare',
      icon: 'compare',
      ...hint('C'),
      run: () => router.go({ view: 'compare', ids: app.compared }),
    },
    {
      id: 'reproduce',
      label: 'Go to Reproduce',
      icon: 'check',
      run: () => router.go({ view: 'reproduce' }),
    },
    {
      id: 'storage',
      label: 'Go to Storage',
      icon: 'archive',
      run: () => router.go({ view: 'storage' }),
    },
    {
      id: 'trash',
      label: 'Go to the trash',
      icon: 'delete',
      run: () => router.go({ view: 'trash' }),
    },
    {
      id: 'settings',
      label: 'Go to Settings',
      icon: 'settings',
      run: () => router.go({ view: 'settings' }),
    },
    {
      id: 'setup',
      label: 'Set up TensorFlow',
      icon: 'download',
      run: () => router.go({ view: 'setup' }),
    },
    {
      id: 'about',
      label: 'About Ticket Workbench',
      icon: 'info',
      run: () => router.go({ view: 'about' }),
    },
    { id: 'start', label: 'How it works', icon: 'help', run: () => router.go({ view: 'start' }) },
    {
      id: 'glossary',
      label: 'Glossary',
      icon: 'info',
      run: () => router.go({ view: 'glossary', term: undefined }),
    },
    ...(app.presets.value ?? []).map(({ id, label }): Command => ({
      id: `preset-${id}`,
      label: `New search from preset: ${label}`,
      icon: 'add',
      run: () => {
        void app.draft.takePreset(id);
        router.go({ view: 'new' });
      },
    })),
  ];
}

/** What the application's menu has beside views. */
function windowCommands(app: App): Command[] {
  const { theme, actions, program, preferences, health } = app;
  const canOpen = health.value?.host.canOpenFolder === true;
  return [
    {
      id: 'undo',
      label: 'Undo the last action',
      icon: 'history',
      hint: 'Ctrl Z',
      run: () => {
        if (!app.toasts.undo()) app.toasts.info('There is nothing to undo');
      },
    },
    ...(['system', 'light', 'dark'] as const).map((choice): Command => ({
      id: `theme-${choice}`,
      label: choice === 'system' ? 'Theme: follow the system' : `Theme: ${choice}`,
      icon: 'theme',
      run: () => {
        theme.choice = choice;
      },
    })),
    ...textSizeCommands(app),
    { id: 'full-screen', label: 'Full screen on or off', icon: 'columns', run: toggleFullScreen },
    {
      id: 'reload',
      label: 'Reload the page',
      icon: 'history',
      run: () => {
        preferences.flush();
        window.location.reload();
      },
    },
    ...(canOpen
      ? [
          {
            id: 'data-folder',
            label: 'Show the data folder',
            icon: 'archive' as const,
            run: () => void program.openFolder('data'),
          },
          {
            id: 'log-folder',
            label: 'Open the log folder',
            icon: 'archive' as const,
            run: () => void program.openFolder('logs'),
          },
        ]
      : []),
    ...(health.value?.host.canInstallCommand === true
      ? [
          {
            id: 'install-command',
            label: 'Install the command “ticket”…',
            icon: 'download' as const,
            run: () => void program.installCommand(),
          },
        ]
      : []),
    {
      id: 'data-directory',
      label: 'Copy the path to the data directory',
      icon: 'copy',
      run: () => void actions.copy(health.value?.dataDirectory ?? '', 'Path'),
    },
    {
      id: 'single-keys',
      label: `Switch single-letter keys ${preferences.get('singleKeys') ? 'off' : 'on'}`,
      icon: 'settings',
      run: () => preferences.set('singleKeys', !preferences.get('singleKeys')),
    },
    {
      id: 'shortcuts',
      label: 'Show shortcuts',
      icon: 'info',
      ...(preferences.get('singleKeys') ? { hint: '?' } : {}),
      run: () => {
        app.areShortcutsOpen = true;
      },
    },
  ];
}

const TEXT_SCALES = { step: 0.1, least: 0.7, most: 1.8 };

function textSizeCommands({ preferences }: App): Command[] {
  const scale = preferences.get('textScale');
  const set = (wanted: number): void => {
    const { least, most } = TEXT_SCALES;
    preferences.set('textScale', Number(Math.min(most, Math.max(least, wanted)).toFixed(2)));
  };
  return [
    {
      id: 'text-larger',
      label: 'Zoom in: larger text',
      icon: 'add',
      run: () => set(scale + TEXT_SCALES.step),
    },
    {
      id: 'text-smaller',
      label: 'Zoom out: smaller text',
      icon: 'search',
      run: () => set(scale - TEXT_SCALES.step),
    },
    { id: 'text-usual', label: 'Usual size of text', icon: 'search', run: () => set(1) },
  ];
}

function toggleFullScreen(): void {
  // The browser may refuse, and says so itself.
  const change = document.fullscreenElement
    ? document.exitFullscreen()
    : document.documentElement.requestFullscreen();
  change.catch(() => undefined);
}

/** The commands whose label contains every word of the text, in any order. */
export function matchingCommands(commands: readonly Command[], text: string): Command[] {
  const words = text
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== '');
  return commands.filter(({ label }) => words.every((word) => label.toLowerCase().includes(word)));
}
