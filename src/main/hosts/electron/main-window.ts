/** The main window: restored to its last place, and locked down. */
import { BrowserWindow, nativeTheme, screen } from 'electron';
import { PageReloads } from './page-reloads.ts';
import { WINDOW_ADDRESS } from './window-files.ts';
import {
  readWindowState,
  visibleBounds,
  type WindowState,
  writeWindowState,
} from './window-state.ts';

/** The window can be smaller than 1024×700, the smallest size it is designed for. */
const SMALLEST = { minWidth: 800, minHeight: 560 };
const FIRST_SIZE = { width: 1280, height: 860 };

/** `--background` of src/renderer/styles/tokens.css, so that the window does not flash at first. */
const BACKGROUNDS = { light: '#fbfbfc', dark: '#0f1216' };

export interface MainWindowOptions {
  readonly preload: string;
  /** Where its place, size and theme are kept. */
  readonly stateFile: string;
  /** The page's process has died, and the page is loaded again. */
  onPageDeath(reason: string): void;
  /** The page has died too often. @returns whether it is to be loaded again. */
  askToReload(reason: string): Promise<boolean>;
}

export function createMainWindow(options: MainWindowOptions): BrowserWindow {
  const { preload, stateFile } = options;
  const state = readWindowState(stateFile);
  const screens = screen.getAllDisplays().map(({ workArea }) => workArea);
  const window = new BrowserWindow({
    ...FIRST_SIZE,
    ...visibleBounds(state.bounds, screens),
    ...SMALLEST,
    title: 'Ticket Workbench',
    show: false,
    backgroundColor: nativeTheme.shouldUseDarkColors ? BACKGROUNDS.dark : BACKGROUNDS.light,
    webPreferences: {
      preload,
      contextIsolation: true,
      sandbox: true,
      nodeIntegration: false,
      nodeIntegrationInWorker: false,
      nodeIntegrationInSubFrames: false,
      webSecurity: true,
      allowRunningInsecureContent: false,
      experimentalFeatures: false,
      webviewTag: false,
      // Dictionaries would be downloaded.
      spellcheck: false,
    },
  });
  if (state.isMaximized) window.maximize();
  if (state.isFullScreen) window.setFullScreen(true);
  window.once('ready-to-show', () => {
    window.show();
  });
  for (const change of ['resized', 'moved', 'maximize', 'unmaximize', 'close'] as const) {
    // Each overload of `on` takes one event name. None of these events has an argument that we use.
    window.on(change as 'maximize', () => {
      saveState(window, stateFile);
    });
  }
  const reloads = new PageReloads({
    reload: () => {
      if (!window.isDestroyed()) window.webContents.reload();
    },
    ask: (reason) => options.askToReload(reason),
  });
  window.webContents.on('render-process-gone', (_event, { reason }) => {
    if (reason === 'clean-exit' || window.isDestroyed()) return;
    options.onPageDeath(reason);
    void reloads.died(reason);
  });
  void window.loadURL(WINDOW_ADDRESS);
  return window;
}

function saveState(window: BrowserWindow, stateFile: string): void {
  const state: WindowState = {
    ...readWindowState(stateFile),
    bounds: window.getNormalBounds(),
    isMaximized: window.isMaximized(),
    isFullScreen: window.isFullScreen(),
  };
  writeWindowState(stateFile, state);
}

export function reveal(window: BrowserWindow): void {
  if (window.isMinimized()) window.restore();
  window.show();
  window.focus();
}
