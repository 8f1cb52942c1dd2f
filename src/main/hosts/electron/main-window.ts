/** The one window: where it was, locked down, and known to the rest by what it can do. */
import { BrowserWindow, nativeTheme, screen } from 'electron';
import { WINDOW_ADDRESS } from './window-files.ts';
import {
  readWindowState,
  visibleBounds,
  type WindowState,
  writeWindowState,
} from './window-state.ts';

/** The smallest size that the window is readable at is 1024×700. */
const SMALLEST = { minWidth: 800, minHeight: 560 };
const FIRST_SIZE = { width: 1280, height: 860 };

/** `--background` of src/renderer/styles/tokens.css: no flash before the page is drawn. */
const BACKGROUNDS = { light: '#fbfbfc', dark: '#0f1216' };

export function createMainWindow(preload: string, stateFile: string): BrowserWindow {
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
      // Its dictionaries come from the network.
      spellcheck: false,
    },
  });
  if (state.isMaximized) window.maximize();
  if (state.isFullScreen) window.setFullScreen(true);
  window.once('ready-to-show', () => {
    window.show();
  });
  for (const change of ['resized', 'moved', 'maximize', 'unmaximize', 'close'] as const) {
    // The overloads of `on` take one name each, and all of these have no argument that is used.
    window.on(change as 'maximize', () => {
      keepState(window, stateFile);
    });
  }
  window.webContents.on('render-process-gone', (_event, { reason }) => {
    if (reason !== 'clean-exit' && !window.isDestroyed()) window.webContents.reload();
  });
  void window.loadURL(WINDOW_ADDRESS);
  return window;
}

function keepState(window: BrowserWindow, stateFile: string): void {
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
