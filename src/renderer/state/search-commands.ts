/** The commands of the palette for the open search or sweep, and for searches in the queue. */
import { DENSITY_CHARTS } from '../../shared/charts/density-chart.ts';
import { EXPORT_SUBJECTS } from '../../shared/contract/records/catalog.ts';
import type { StopMoment } from '../../shared/contract/records/live.ts';
import type { SearchRow } from '../../shared/contract/records/search-rows.ts';
import { runsElsewhere } from '../shards-text.ts';
import type { App, ViewDialog } from './app.svelte.ts';
import type { Command } from './command.ts';
import { formatsFor, formatsForSweep } from './export-formats.ts';
import { DETAIL_TABS } from './route.ts';
import { abilitiesOf } from './search-controls.ts';

export function searchCommands(app: App): Command[] {
  const row = app.openSearch;
  const others = (app.active.value ?? []).filter(({ id }) => id !== row?.id);
  return [
    ...(row ? [...controlCommands(app, row), ...openCommands(app, row)] : []),
    ...others.map((other): Command => {
      const { canPause } = abilitiesOf(other);
      return {
        id: `hold-${other.id}`,
        label: `${canPause ? 'Pause' : 'Resume'} “${other.name}”`,
        icon: canPause ? 'pause' : 'play',
        run: () => void (canPause ? app.actions.pause(other) : app.actions.resume(other)),
      };
    }),
  ];
}

const STOPS: readonly { readonly when: StopMoment; readonly text: string }[] = [
  { when: 'now', text: 'now' },
  { when: 'level-end', text: 'after the running trainings' },
];

function controlCommands({ actions }: App, row: SearchRow): Command[] {
  const { canPause, canResume, canStop } = abilitiesOf(row);
  const commands: Command[] = [];
  if (canPause) {
    commands.push({
      id: 'pause',
      label: 'Pause this search',
      icon: 'pause',
      run: () => void actions.pause(row),
    });
  }
  if (canResume) {
    commands.push({
      id: 'resume',
      label: 'Resume this search',
      icon: 'play',
      ...(runsElsewhere(row.shards) && {
        hint: 'Shards run elsewhere: the same trainings would run twice',
      }),
      run: () => void actions.resume(row),
    });
  }
  const stops = STOPS.filter(({ when }) => canStop && (when === 'now' || row.state === 'running'));
  for (const { when, text } of stops) {
    commands.push({
      id: `stop-${when}`,
      label: `Stop this search ${text}`,
      icon: 'stop',
      run: () => void actions.stop(row, when),
    });
  }
  return commands;
}

function openCommands(app: App, row: SearchRow): Command[] {
  const { actions, router } = app;
  const { id } = row;
  const isActive = ['running', 'paused', 'queued'].includes(row.state);
  const openDialog = (dialog: ViewDialog): void => {
    const { current } = router;
    app.dialog = dialog;
    if (current.view !== 'detail') router.go({ view: 'detail', id, tab: 'overview' });
  };
  return [
    {
      id: 'clone',
      label: 'Clone this search',
      icon: 'copy',
      run: () => void actions.clone(id),
    },
    {
      id: 'rename',
      label: 'Rename this search',
      icon: 'settings',
      run: () => openDialog('rename'),
    },
    ...(isActive
      ? [
          {
            id: 'show-live',
            label: 'Show this search live',
            icon: 'live' as const,
            run: () => router.go({ view: 'live', id }),
          },
        ]
      : [
          {
            id: 'extend',
            label: 'Extend this search',
            icon: 'add' as const,
            run: () => openDialog('extend'),
          },
        ]),
    {
      id: 'export',
      label: 'Export this search…',
      icon: 'download',
      run: () => openDialog('export'),
    },
    {
      id: 'copy-command',
      label: 'Copy this search as a command',
      icon: 'copy',
      run: () => void actions.copyCommand(id),
    },
    {
      id: 'add-compare',
      label: 'Add this search to Compare',
      icon: 'compare',
      run: () => actions.compare([...app.compared, id]),
    },
    {
      id: 'archive',
      label: `${row.isArchived ? 'Unarchive' : 'Archive'} this search`,
      icon: 'archive',
      run: () => void actions.archive([id], !row.isArchived),
    },
    ...(isActive
      ? []
      : [
          {
            id: 'delete',
            label: 'Delete this search',
            icon: 'delete' as const,
            run: () => {
              void actions.remove([id]).then((isDeleted) => {
                if (isDeleted) router.go({ view: 'history' });
              });
            },
          },
        ]),
    ...DETAIL_TABS.map((tab): Command => ({
      id: `tab-${tab}`,
      label: `Show the ${tab} of this search`,
      icon: 'chevronRight',
      run: () => router.go({ view: 'detail', id, tab }),
    })),
    ...exportCommands(app, id),
  ];
}

function exportCommands({ actions, catalog }: App, id: string): Command[] {
  return EXPORT_SUBJECTS.flatMap((what) =>
    formatsFor(catalog.value, what).flatMap(({ id: format, label }): Command[] =>
      (what === 'chart' ? DENSITY_CHARTS : [undefined]).map((chart) => ({
        id: `export-${what}-${format}-${chart ?? ''}`,
        label: `Export ${chart === undefined ? what : `the ${chart} chart`} as ${label}`,
        icon: 'download',
        run: () =>
          void actions.export({ id, what, format, ...(chart === undefined ? {} : { chart }) }),
      })),
    ),
  );
}

/** For the open sweep. What its searches can't do now is answered with a message. */
export function sweepCommands(app: App): Command[] {
  const { client, router, toasts, actions, catalog } = app;
  const { current } = router;
  if (current.view !== 'sweep') return [];
  const { id } = current;
  const tried = (act: () => Promise<unknown>) => () => {
    act().catch((error: unknown) => {
      toasts.error(error);
    });
  };
  return [
    {
      id: 'pause-sweep',
      label: 'Pause this sweep',
      icon: 'pause',
      run: tried(() => client.call('sweep.pause', { id })),
    },
    {
      id: 'resume-sweep',
      label: 'Resume this sweep',
      icon: 'play',
      run: tried(() => client.call('sweep.resume', { id })),
    },
    ...STOPS.map(({ when, text }): Command => ({
      id: `stop-sweep-${when}`,
      label: `Stop this sweep ${text}`,
      icon: 'stop',
      run: tried(() => client.call('sweep.stop', { id, when })),
    })),
    ...formatsForSweep(catalog.value, 'table').map(({ id: format, label }): Command => ({
      id: `sweep-table-${format}`,
      label: `Save the table of this sweep as ${label}`,
      icon: 'download',
      run: tried(async () => {
        await actions.save(await client.call('sweep.export', { id, what: 'table', format }));
      }),
    })),
  ];
}
