/** The commands of the palette for the form of a new search, while it is open. */
import type { App } from './app.svelte.ts';
import type { Command } from './command.ts';

export function newSearchCommands(app: App): Command[] {
  const { draft, actions, toasts, preferences, router } = app;
  if (router.current.view !== 'new') return [];
  const onlyChanged = preferences.get('formOnlyChanged');
  return [
    {
      id: 'import',
      label: 'Import settings…',
      icon: 'upload',
      run: () => {
        app.dialog = 'import';
      },
    },
    {
      id: 'only-changed',
      label: onlyChanged ? 'Show all settings' : 'Show only settings that were changed',
      icon: 'filter',
      run: () => preferences.set('formOnlyChanged', !onlyChanged),
    },
    ...(draft.isValid
      ? [
          {
            id: 'launch',
            label: draft.isSweep ? 'Launch this sweep' : 'Launch this search',
            icon: 'play' as const,
            hint: 'Ctrl Enter',
            run: () => void draft.launch(),
          },
          {
            id: 'measure',
            label: 'Measure how long this search takes',
            icon: 'clock' as const,
            run: () => void draft.calibrate(),
          },
          {
            id: 'copy-draft',
            label: 'Copy these settings as a command',
            icon: 'copy' as const,
            run: () => {
              draft
                .command()
                .then((command) =>
                  command === undefined ? undefined : actions.copy(command, 'Command'),
                )
                .catch((error: unknown) => {
                  toasts.error(error);
                });
            },
          },
        ]
      : []),
  ];
}
