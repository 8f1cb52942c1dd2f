/** The desktop application: one window, its menu, and the workbench in a process of its own. */
import path from 'node:path';
import process from 'node:process';
import {
  app,
  type BrowserWindow,
  dialog,
  ipcMain,
  Menu,
  nativeTheme,
  Notification,
  powerSaveBlocker,
  session,
  shell,
} from 'electron';
import { plainMessage } from '../../../../provision/plain-text.mjs';
import { standardStream } from '../../../../provision/standard-stream.mjs';
import { FROM_WINDOW, TO_WINDOW } from '../../../shared/contract/bridge.ts';
import { reportOf } from '../../../shared/contract/errors.ts';
import type { WorkbenchEvent } from '../../../shared/contract/events.ts';
import type { Json } from '../../../shared/contract/json.ts';
import type { SearchRow } from '../../../shared/contract/records/search-rows.ts';
import { Activity } from './activity.ts';
import { ContractRelay } from './contract-relay.ts';
import { Diagnostics } from './diagnostics.ts';
import { hardenSession, isFromWindow } from './hardening.ts';
import { installCommand, installedMessage } from './install-command.ts';
import { isTriedAgain, pageFailureQuestion } from './page-failure.ts';
import { createMainWindow, reveal } from './main-window.ts';
import { menuTemplate } from './menu.ts';
import { choosePath } from './path-dialog.ts';
import { isTurnedOn, plugInQuestion } from './plug-ins.ts';
import { canInstallOwnCommand, COMMAND } from './own-command.ts';
import { launchOwnWorkbench } from './own-workbench.ts';
import { PRELOAD } from './paths.ts';
import { answerOf, quitQuestion } from './quit.ts';
import { RecentSearches } from './recent-searches.ts';
import { WorkbenchSupervisor } from './supervisor.ts';
import { WINDOW_ADDRESS, type WindowFiles } from './window-files.ts';
import { serveWindow } from './window-protocol.ts';
import { readWindowState, themeSchema, writeWindowState } from './window-state.ts';

/** As src/renderer/state/preferences.svelte.ts names it. */
const THEME_PREFERENCE = 'window.theme';
/** How long quitting waits for an answer of the workbench, which may hang. */
const ANSWER_MILLISECONDS = 2000;

export class DesktopApplication {
  readonly #stateFile = path.join(app.getPath('userData'), 'window.json');
  readonly #activity = new Activity();
  readonly #diagnostics = new Diagnostics(() => this.#activity.running);
  readonly #supervisor = new WorkbenchSupervisor({
    launch: launchOwnWorkbench,
    choosePath: async (question) => this.#window && choosePath(this.#window, question),
    confirmPlugIns: (folder) => this.#confirmPlugIns(folder),
    openFolder: async (folder) => {
      const problem = await shell.openPath(folder);
      if (problem !== '') throw new Error(problem);
    },
    installCommand: () => {
      if (canInstallOwnCommand()) void this.#installCommand();
    },
    // The terminal that started the application may be closed.
    onFault: (message) => {
      standardStream(process.stderr).write(`error: ${plainMessage(message)}\n`);
      this.#diagnostics.log.write('error', message);
    },
    onDeath: (reason, startedAt) => {
      this.#diagnostics.workbenchDied(reason, startedAt);
    },
  });
  readonly #recent = new RecentSearches(this.#supervisor.client, () => {
    this.#drawMenu();
  });
  #window: BrowserWindow | undefined;
  #relay: ContractRelay | undefined;
  #blocker: number | undefined;
  #isInBackground = false;
  #isAsking = false;
  #isClosed = false;

  start(files: WindowFiles): void {
    this.#diagnostics.start(app);
    hardenSession(session.defaultSession, app.isPackaged);
    serveWindow(files);
    nativeTheme.themeSource = readWindowState(this.#stateFile).theme;
    ipcMain.on(FROM_WINDOW, (event, message: unknown) => {
      if (isFromWindow(event, this.#window?.webContents)) this.#relay?.receive(message);
    });
    this.#supervisor.transport.subscribe((event) => {
      this.#onEvent(event);
    });
    this.#supervisor.start();
    this.#openWindow();
    this.#drawMenu();
    void this.#readPreferences();

    app.on('second-instance', () => {
      this.#reveal();
    });
    app.on('activate', () => {
      this.#reveal();
    });
    app.on('before-quit', (event) => {
      if (this.#isClosed) return;
      event.preventDefault();
      void this.#askAndQuit();
    });
    // A signal from outside is a decision; there is nobody to ask.
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
      process.on(signal, () => void this.#quit());
    }
  }

  #openWindow(): void {
    const window = createMainWindow({
      preload: PRELOAD,
      stateFile: this.#stateFile,
      onPageDeath: (reason) => {
        this.#diagnostics.crashed(`the window's page ended: ${reason}`);
      },
      askToReload: (reason) => this.#askToReload(reason),
    });
    this.#window = window;
    this.#relay = new ContractRelay({
      transport: this.#supervisor.transport,
      lost: () => this.#supervisor.lost,
      send: (message) => {
        if (!window.isDestroyed()) window.webContents.send(TO_WINDOW, message);
      },
    });
    window.on('close', (event) => {
      if (this.#isClosed) return;
      event.preventDefault();
      if (process.platform === 'darwin') window.hide();
      else void this.#askAndQuit();
    });
    window.on('closed', () => {
      this.#relay?.close();
      this.#relay = undefined;
      this.#window = undefined;
      // The page closed it, which nobody is asked about first.
      if (!this.#isClosed) void this.#askAndQuit();
    });
  }

  #reveal(): void {
    this.#isInBackground = false;
    if (!this.#window) this.#openWindow();
    else reveal(this.#window);
  }

  #go(hash: string): void {
    this.#reveal();
    // Only the hash changes, so the page is not reloaded.
    void this.#window?.loadURL(`${WINDOW_ADDRESS}${hash}`);
  }

  #onEvent(event: WorkbenchEvent): void {
    const ended = this.#activity.take(event);
    if (ended) this.#notify(ended);
    switch (event.type) {
      case 'search-live':
      case 'workbench-lost':
        this.#showActivity();
        break;
      case 'preference-changed':
        if (event.key === THEME_PREFERENCE) this.#applyTheme(event.value);
        break;
      case 'search-changed':
      case 'search-deleted':
      case 'search-undeleted':
      case 'history-changed':
      case 'workbench-restarted':
        this.#recent.readSoon();
        break;
      case 'search-event':
      case 'search-logged':
      case 'sweep-changed':
      case 'sweep-live':
      case 'dataset-progress':
      case 'dataset-changed':
      case 'dataset-failed':
      case 'tensorflow-changed':
      case 'backup-progress':
      case 'bundle-progress':
      case 'export-progress':
      case 'storage-progress':
      case 'database-wait':
        break;
    }
  }

  #showActivity(): void {
    const progress = this.#activity.progress;
    this.#window?.setProgressBar(progress?.fraction ?? -1, {
      mode: progress?.isPaused === true ? 'paused' : 'normal',
    });
    if (this.#activity.isTraining) {
      this.#blocker ??= powerSaveBlocker.start('prevent-app-suspension');
    } else if (this.#blocker !== undefined) {
      powerSaveBlocker.stop(this.#blocker);
      this.#blocker = undefined;
    }
    if (progress === undefined && this.#isInBackground) void this.#quitIfIdle();
  }

  /** Notifies the user of a finished or failed search, unless the window has the focus. */
  #notify({ id, name, state, verdict }: SearchRow): void {
    if (this.#window?.isFocused() === true || !Notification.isSupported()) return;
    const notification = new Notification({
      title: state === 'finished' ? `“${name}” has finished` : `“${name}” has failed`,
      body: verdict?.reason ?? '',
    });
    notification.on('click', () => {
      this.#go(`#/search/${encodeURIComponent(id)}`);
    });
    notification.show();
  }

  async #readPreferences(): Promise<void> {
    try {
      const preferences = await this.#supervisor.client.call('preferences.get');
      this.#applyTheme(preferences[THEME_PREFERENCE] ?? 'system');
      await this.#recent.read();
    } catch {
      // The workbench can't be reached. The window says so and tries again.
    }
  }

  #applyTheme(value: Json): void {
    const parsed = themeSchema.safeParse(value);
    if (!parsed.success || parsed.data === nativeTheme.themeSource) return;
    nativeTheme.themeSource = parsed.data;
    writeWindowState(this.#stateFile, {
      ...readWindowState(this.#stateFile),
      theme: parsed.data,
    });
    this.#drawMenu();
  }

  #drawMenu(): void {
    const template = menuTemplate(
      {
        isMac: process.platform === 'darwin',
        isPackaged: app.isPackaged,
        theme: nativeTheme.themeSource,
        recent: this.#recent.rows,
      },
      {
        go: (hash) => {
          this.#go(hash);
        },
        setTheme: (theme) => {
          this.#supervisor.client
            .call('preferences.set', { key: THEME_PREFERENCE, value: theme })
            .catch(() => undefined);
        },
        showDataDirectory: () => void this.#showDataDirectory(),
        openLogFolder: () => void this.#openLogFolder(),
        installCommand: canInstallOwnCommand() ? () => void this.#installCommand() : undefined,
      },
    );
    Menu.setApplicationMenu(Menu.buildFromTemplate(template));
  }

  async #askToReload(reason: string): Promise<boolean> {
    this.#diagnostics.log.write('error', `the page ended too often (${reason}); asks the user`);
    const { response } = await dialog.showMessageBox(
      pageFailureQuestion(reason, this.#diagnostics.log.folder),
    );
    if (isTriedAgain(response)) return true;
    void this.#quit();
    return false;
  }

  async #openLogFolder(): Promise<void> {
    const problem = await shell.openPath(this.#diagnostics.log.folder);
    if (problem !== '') dialog.showErrorBox('Can’t show the log folder', problem);
  }

  async #installCommand(): Promise<void> {
    try {
      await dialog.showMessageBox(installedMessage(installCommand(COMMAND)));
    } catch (error) {
      const { message, hint = '' } = reportOf(error);
      dialog.showErrorBox('Can’t install the command', `${message}\n${hint}`);
    }
  }

  async #showDataDirectory(): Promise<void> {
    try {
      const { dataDirectory } = await this.#supervisor.client.call('health');
      await shell.openPath(dataDirectory);
    } catch (error) {
      dialog.showErrorBox('Can’t show the data folder', reportOf(error).message);
    }
  }

  async #confirmPlugIns(folder: string): Promise<boolean> {
    if (!this.#window) return false;
    const { response } = await dialog.showMessageBox(this.#window, plugInQuestion(folder));
    return isTurnedOn(response);
  }

  async #askAndQuit(): Promise<void> {
    if (this.#isAsking) return;
    this.#isAsking = true;
    try {
      const count = await this.#runningCount();
      if (count > 0) {
        const question = quitQuestion(count);
        const { response } = this.#window?.isVisible()
          ? await dialog.showMessageBox(this.#window, question)
          : await dialog.showMessageBox(question);
        const answer = answerOf(response);
        if (answer === 'cancel') return;
        if (answer === 'background') {
          this.#isInBackground = true;
          this.#window?.hide();
          return;
        }
      }
      await this.#quit();
    } finally {
      this.#isAsking = false;
    }
  }

  /** Asks the workbench, because one that has just started may not have reported its searches yet. */
  async #runningCount(): Promise<number> {
    if (this.#supervisor.lost !== undefined) return 0;
    const reported = this.#activity.runningCount;
    const timeout = new Promise<number>((resolve) => {
      setTimeout(() => {
        resolve(reported);
      }, ANSWER_MILLISECONDS);
    });
    const answer = this.#supervisor.client.call('health').then(({ running }) => running);
    return Promise.race([timeout, answer.catch(() => reported)]);
  }

  /** Quits if the application is in the background and no search is running or waiting. */
  async #quitIfIdle(): Promise<void> {
    try {
      const { running, waiting } = await this.#supervisor.client.call('health');
      if (running === 0 && waiting === 0 && this.#isInBackground) await this.#quit();
    } catch {
      // The workbench is restarting and will continue its searches.
    }
  }

  async #quit(): Promise<void> {
    if (this.#isClosed) return;
    this.#window?.hide();
    await this.#supervisor.close();
    this.#diagnostics.log.write('info', 'quits');
    this.#isClosed = true;
    app.quit();
  }
}
