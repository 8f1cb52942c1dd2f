/** The commands of the command palette. */
import type { IconName } from '../ui/icons.ts';
import type { App } from './app.svelte.ts';

export interface Command {
  readonly id: string;
  readonly label: string;
  readonly icon: IconName;
  readonly hint?: string;
  readonly run: () => void;
}

export function commandsOf(app: App): Command[] {
  const { router, theme, actions } = app;
  return [
    {
      id: 'new',
      label: 'New search',
      icon: 'add',
      hint: 'N',
      run: () => router.go({ view: 'new' }),
    },
    {
      id: 'live',
      label: 'Go to Live',
      icon: 'live',
      hint: 'L',
      run: () => router.go({ view: 'live', id: undefined }),
    },
    {
      id: 'history',
      label: 'Go to History',
      icon: 'history',
      hint: 'H',
      run: () => router.go({ view: 'history' }),
    },
    {
      id: 'compare',
      label: 'Go to Compare',
      icon: 'compare',
      hint: 'C',
      run: () => router.go({ view: 'compare', ids: app.compared }),
    },
    {
      id: 'reproduce',
      label: 'Go to Reproduce',
      icon: 'check',
      run: () => router.go({ view: 'reproduce' }),
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
    ...(app.presets.value ?? []).map(({ id, label }): Command => ({
      id: `preset-${id}`,
      label: `New search from preset: ${label}`,
      icon: 'add',
      run: () => {
        void app.draft.takePreset(id);
        router.go({ view: 'new' });
      },
    })),
    ...searchCommands(app),
    ...(['system', 'light', 'dark'] as const).map((choice): Command => ({
      id: `theme-${choice}`,
      label: choice === 'system' ? 'Theme: follow the system' : `Theme: ${choice}`,
      icon: 'theme',
      run: () => {
        theme.choice = choice;
      },
    })),
    {
      id: 'data-directory',
      label: 'Copy the path to the data directory',
      icon: 'copy',
      run: () => void actions.copy(app.health.value?.dataDirectory ?? '', 'Path'),
    },
    {
      id: 'shortcuts',
      label: 'Show shortcuts',
      icon: 'info',
      hint: '?',
      run: () => {
        app.areShortcutsOpen = true;
      },
    },
  ];
}

/** Commands for the open search and for active ones. */
function searchCommands(app: App): Command[] {
  const { actions, router } = app;
  const route = router.current;
  const open = route.view === 'detail' || route.view === 'live' ? route.id : undefined;
  const ofOpen: Command[] =
    open === undefined
      ? []
      : [
          {
            id: 'clone',
            label: 'Clone this search',
            icon: 'copy',
            run: () => void actions.clone(open),
          },
          {
            id: 'copy-command',
            label: 'Copy this search as a command',
            icon: 'copy',
            run: () => void actions.copyCommand(open),
          },
          {
            id: 'add-compare',
            label: 'Add this search to Compare',
            icon: 'compare',
            run: () => actions.compare([...app.compared, open]),
          },
        ];
  const ofRunning = (app.active.value ?? []).map((row): Command => {
    const isRunning = row.state === 'running';
    return {
      id: `hold-${row.id}`,
      label: `${isRunning ? 'Pause' : 'Resume'} “${row.name}”`,
      icon: isRunning ? 'pause' : 'play',
      run: () => void (isRunning ? actions.pause(row) : actions.resume(row)),
    };
  });
  return [...ofOpen, ...ofRunning];
}

/** The commands whose label contains every word of the text, in any order. */
export function matchingCommands(commands: readonly Command[], text: string): Command[] {
  const words = text
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== '');
  return commands.filter(({ label }) => words.every((word) => label.toLowerCase().includes(word)));
}
