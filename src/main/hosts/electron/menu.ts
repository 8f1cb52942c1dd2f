import type { MenuItemConstructorOptions } from 'electron';
import type { SearchRow } from '../../../shared/contract/records/search-rows.ts';
import { type ThemeChoice, THEMES } from './window-state.ts';

export interface MenuState {
  readonly isMac: boolean;
  readonly isPackaged: boolean;
  readonly theme: ThemeChoice;
  /** Newest first. */
  readonly recent: readonly Pick<SearchRow, 'id' | 'name'>[];
}

export interface MenuActions {
  /** @param hash a route of the window: `#/new` */
  go(hash: string): void;
  setTheme(theme: ThemeChoice): void;
  showDataDirectory(): void;
  openLogFolder(): void;
  /** Undefined where there is nothing to install. */
  readonly installCommand: (() => void) | undefined;
}

const THEME_LABELS: Readonly<Record<ThemeChoice, string>> = {
  system: 'Follow the System',
  light: 'Light',
  dark: 'Dark',
};

export function menuTemplate(state: MenuState, actions: MenuActions): MenuItemConstructorOptions[] {
  const { isMac, isPackaged } = state;
  const separator: MenuItemConstructorOptions = { type: 'separator' };
  const go = (label: string, hash: string, accelerator?: string): MenuItemConstructorOptions => ({
    label,
    ...(accelerator === undefined ? {} : { accelerator }),
    click: () => {
      actions.go(hash);
    },
  });
  const recent = state.recent.map(({ id, name }) =>
    go(name.replaceAll('&', '&&'), `#/search/${encodeURIComponent(id)}`),
  );
  const about = go('About Ticket Workbench', '#/about');
  const { installCommand } = actions;
  return [
    ...(isMac ? [macMenu(about)] : []),
    {
      label: '&File',
      submenu: [
        go('New Search', '#/new', 'CmdOrCtrl+N'),
        {
          label: 'Recent Searches',
          submenu: recent.length > 0 ? recent : [{ label: 'None yet', enabled: false }],
        },
        separator,
        go('Settings', '#/settings', 'CmdOrCtrl+,'),
        {
          label: 'Show Data Folder',
          click: () => {
            actions.showDataDirectory();
          },
        },
        separator,
        isMac ? { role: 'close' } : { role: 'quit' },
      ],
    },
    { role: 'editMenu' },
    {
      label: '&View',
      submenu: [
        go('Live', '#/live', 'CmdOrCtrl+1'),
        go('History', '#/history', 'CmdOrCtrl+2'),
        go('Compare', '#/compare', 'CmdOrCtrl+3'),
        separator,
        {
          label: 'Theme',
          submenu: THEMES.map((theme) => ({
            label: THEME_LABELS[theme],
            type: 'radio',
            checked: theme === state.theme,
            click: () => {
              actions.setTheme(theme);
            },
          })),
        },
        separator,
        { role: 'resetZoom' },
        { role: 'zoomIn' },
        { role: 'zoomOut' },
        { role: 'togglefullscreen' },
        separator,
        { role: 'reload' },
        ...(isPackaged ? [] : [{ role: 'toggleDevTools' } as const]),
      ],
    },
    { role: 'windowMenu' },
    {
      role: 'help',
      submenu: [
        go('How It Works', '#/start', 'F1'),
        separator,
        { label: 'Open Log Folder', click: actions.openLogFolder },
        ...(installCommand === undefined
          ? []
          : [{ label: 'Install the Command “ticket”…', click: installCommand }]),
        ...(isMac ? [] : [separator, about]),
      ],
    },
  ];
}

/** The menu `appMenu` of Electron, with our own page about the application. */
function macMenu(about: MenuItemConstructorOptions): MenuItemConstructorOptions {
  return {
    role: 'appMenu',
    submenu: [
      about,
      { type: 'separator' },
      { role: 'services' },
      { type: 'separator' },
      { role: 'hide' },
      { role: 'hideOthers' },
      { role: 'unhide' },
      { type: 'separator' },
      { role: 'quit' },
    ],
  };
}
