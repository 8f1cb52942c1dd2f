import { expect, it } from 'vitest';
import { menuTemplate } from '../../../../src/main/hosts/electron/menu.ts';
import { MENU_LABELS } from '../../../support/menu-labels.ts';

interface Item {
  readonly label?: string;
  readonly role?: string;
  readonly enabled?: boolean;
  readonly submenu?: readonly Item[];
}

/** Roles of Electron that act on the page. The others act on the system's window or on text. */
const OF_ROLES: Readonly<Record<string, string>> = {
  resetZoom: 'Usual size of text',
  zoomIn: 'Zoom in: larger text',
  zoomOut: 'Zoom out: smaller text',
  togglefullscreen: 'Full screen on or off',
  reload: 'Reload the page',
};

/** What the palette calls otherwise. */
const OTHERWISE: Readonly<Record<string, string>> = {
  Settings: 'Go to Settings',
  'Show Data Folder': 'Show the data folder',
  Live: 'Go to Live',
  History: 'Go to History',
  Compare: 'Go to Compare',
  'Follow the System': 'Theme: follow the system',
  Light: 'Theme: light',
  Dark: 'Theme: dark',
  'Open Log Folder': 'Open the log folder',
};

function labelsOf(items: readonly Item[]): string[] {
  return items.flatMap(({ label, role, submenu, enabled }) => {
    if (submenu) return labelsOf(submenu);
    if (role !== undefined) return OF_ROLES[role] ?? [];
    return label === undefined || enabled === false ? [] : (OTHERWISE[label] ?? label);
  });
}

it('has nothing that the palette of the window lacks', () => {
  const nothing = (): undefined => undefined;
  const template = menuTemplate(
    { isMac: false, isPackaged: true, theme: 'system', recent: [] },
    {
      go: nothing,
      setTheme: nothing,
      showDataDirectory: nothing,
      openLogFolder: nothing,
      installCommand: nothing,
    },
  ) as readonly Item[];
  const labels = labelsOf(template).map((label) => label.toLowerCase());
  expect(labels).toEqual(MENU_LABELS.map((label) => label.toLowerCase()));
});
