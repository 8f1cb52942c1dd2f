/** The window on a real Electron (provision/electron-rig.mjs): what a browser can't show. */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { _electron, type ElectronApplication, type Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { PATIENCE_MILLISECONDS, POLL } from '../support/patience.ts';
import { goTo, importSettings, launch, waitUntilFinished } from '../support/window-steps.ts';
import { writeBundle } from '../../src/main/workbench/bundles/bundle-writer.ts';
import { inTemporaryStore } from '../../src/main/workbench/bundles/temporary-store.ts';
import type { Transport } from '../../src/shared/contract/client.ts';
import { saveSearch } from '../main/workbench/bundles/samples.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const RIG = process.env['TICKET_ELECTRON_RIG'];
const REASON =
  process.env['TICKET_ELECTRON_RIG_MISSING'] ?? 'run "npm run test:electron", which sets it up.';

/** As root, in a container, there is no system sandbox; the preload script is sandboxed regardless. */
const ARGUMENTS = ['--no-sandbox', '--disable-gpu'];

/** A whole search of which takes seconds. */
const SMALL_SETTINGS = {
  dataset: { id: 'mnist', validation: 500, testSubset: 1000 },
  training: { iterations: 60, evaluateEvery: 20 },
  pruning: { levels: 1 },
  replicates: { count: 1 },
};
const TRAINING_MILLISECONDS = 240_000;

const TURN_ON = 0;
const KEEP_OFF = 1;
const BACKGROUND = 0;
const PAUSE_AND_QUIT = 1;
const CANCEL = 2;

interface SeenBySystem {
  readonly progress: number[];
  readonly notified: { title: string; hasReason: boolean }[];
  readonly isAwake: boolean[];
}

declare global {
  /** In the main process: what was asked since the answer was set. */
  var askedForTest: string[];
  /** In the main process: what the system was shown and told since it is watched. */
  var seenForTest: SeenBySystem;
}

/** Globals of the page, as far as these tests use them. */
declare const window: {
  readonly ticketBridge: Transport;
  readonly location: { href: string };
  open(address: string): unknown;
};
declare const document: {
  readonly title: string;
  readonly head: { append(element: { textContent: string }): void };
  createElement(name: string): { textContent: string };
};
declare const Notification: { requestPermission(): Promise<string> };

describe('the window on Electron', () => {
  let scratch: string;
  let environment: Record<string, string>;
  let application: ElectronApplication;
  let main: ChildProcess;
  let page: Page;
  let complaints: string[];

  const start = async (...further: string[]): Promise<void> => {
    application = await _electron.launch({
      executablePath: RIG!,
      args: [...ARGUMENTS, ...further],
      env: environment,
      timeout: PATIENCE_MILLISECONDS,
    });
    main = application.process();
    page = await application.firstWindow();
    page.setDefaultTimeout(PATIENCE_MILLISECONDS);
    complaints = [];
    page.on('console', (message) => {
      if (message.type() === 'error') complaints.push(message.text());
    });
    page.on('pageerror', (error) => complaints.push(error.message));
    await page.getByRole('navigation', { name: 'Views' }).waitFor();
    // Its address changes once more when the first view is known.
    await page.waitForURL(/#\//);
  };
  const hasExited = async (): Promise<void> => {
    if (main.exitCode === null && main.signalCode === null) await once(main, 'exit');
  };
  /** From now on, every question is answered with that button, and kept. */
  const answerQuestions = (button: number): Promise<void> =>
    application.evaluate(({ dialog }, response) => {
      globalThis.askedForTest = [];
      dialog.showMessageBox = (...parameters: unknown[]) => {
        const { message } = parameters.at(-1) as { message: string };
        globalThis.askedForTest.push(message);
        return Promise.resolve({ response, checkboxChecked: false });
      };
    }, button);
  /** From now on: what is shown in the task bar and told, and whether the machine is kept awake. */
  const watchTheSystem = (): Promise<void> =>
    application.evaluate(({ BrowserWindow, Notification, powerSaveBlocker }) => {
      const seen: SeenBySystem = { progress: [], notified: [], isAwake: [] };
      globalThis.seenForTest = seen;
      const window = BrowserWindow.getAllWindows()[0]!;
      window.setProgressBar = (fraction) => {
        seen.progress.push(fraction);
      };
      // Nobody looks at the window: that is when there is something to tell.
      window.isFocused = () => false;
      Object.defineProperty(Notification, 'isSupported', { value: () => true });
      // Each one has its own `show`, out of reach; what is done when it is clicked is set just before.
      const shared = Object.getPrototypeOf(
        new Notification({ title: '' }),
      ) as Electron.Notification;
      const { on } = shared;
      shared.on = function listen(this: Electron.Notification, ...parameters: [never, never]) {
        seen.notified.push({ title: this.title, hasReason: this.body !== '' });
        return on.apply(this, parameters);
      };
      const { start, stop } = powerSaveBlocker;
      let blocker = -1;
      powerSaveBlocker.start = (type) => {
        blocker = start.call(powerSaveBlocker, type);
        seen.isAwake.push(powerSaveBlocker.isStarted(blocker));
        return blocker;
      };
      powerSaveBlocker.stop = (id) => {
        const stopped = stop.call(powerSaveBlocker, id);
        seen.isAwake.push(powerSaveBlocker.isStarted(id));
        return stopped;
      };
    });
  /** Clicks an entry of the menus. */
  const choose = (wanted: string): Promise<void> =>
    application.evaluate(({ Menu, BrowserWindow }, label) => {
      const find = (menu: Electron.Menu | null | undefined): Electron.MenuItem | undefined =>
        menu?.items
          .map((item) => (item.label === label ? item : find(item.submenu)))
          .find((item) => item !== undefined);
      find(Menu.getApplicationMenu())?.click(undefined, BrowserWindow.getAllWindows()[0]);
    }, wanted);
  /** From now on, folders that are opened are kept, and not shown. */
  const watchFolders = (): Promise<void> =>
    application.evaluate(({ shell }) => {
      globalThis.askedForTest = [];
      shell.openPath = (opened) => {
        globalThis.askedForTest.push(opened);
        return Promise.resolve('');
      };
    });
  const asked = (): Promise<string[]> => application.evaluate(() => globalThis.askedForTest);
  const isVisible = (): Promise<boolean | undefined> =>
    application.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.isVisible());
  /** Not awaited: the process may be gone before it could answer. */
  const quit = (): void => {
    application
      .evaluate(({ app }) => {
        app.quit();
      })
      .catch(() => undefined);
  };
  const launchSearch = async (name: string, settings: object): Promise<void> => {
    await goTo(page, 'New search');
    await importSettings(page, settings);
    await launch(page, name);
  };

  beforeEach((context) => {
    if (RIG === undefined) context.skip(REASON);
  });

  beforeAll(async () => {
    if (RIG === undefined) return;
    scratch = mkdtempSync(path.join(tmpdir(), 'ticket-electron-'));
    const folder = path.join(scratch, 'app');
    mkdirSync(folder);
    for (const part of ['src', 'provision', 'resources', 'node_modules']) {
      symlinkSync(path.join(ROOT, part), path.join(folder, part));
    }
    writeFileSync(
      path.join(folder, 'package.json'),
      readFileSync(path.join(ROOT, 'package.json'), 'utf8').replace('"type": "module",', ''),
    );
    await promisify(execFile)(
      process.execPath,
      [
        path.join(ROOT, 'node_modules/electron-vite/bin/electron-vite.js'),
        'build',
        '--outDir',
        path.join(folder, 'out'),
      ],
      { cwd: ROOT, env: { ...process.env, TICKET_FILES_HAVE_PATHS: '1' } },
    );
    environment = Object.fromEntries(
      Object.entries(process.env).flatMap(([name, value]) =>
        value === undefined ? [] : [[name, value]],
      ),
    );
    environment['TICKET_RIG_APP'] = folder;
    environment['TICKET_RIG_WAIT'] = '1';
    environment['TICKET_DATA_DIR'] = path.join(scratch, 'data');
    await start();
  });

  afterAll(async () => {
    if (RIG === undefined) return;
    try {
      main.kill('SIGKILL');
      await hasExited();
    } finally {
      rmSync(scratch, { recursive: true, force: true, maxRetries: 5 });
    }
  });

  it('opens under an address of its own, and complains of nothing', async () => {
    expect(page.url()).toMatch(/^ticket:\/\/workbench\//);
    await expect.poll(() => page.title(), POLL).toMatch(/Ticket Workbench$/);
    expect(complaints).toEqual([]);
  });

  it('shows the page the bridge as it is declared, and nothing else of Electron or Node', async () => {
    const surface = await page.evaluate(() => ({
      bridge: Object.entries(window.ticketBridge).map(([name, value]) => [name, typeof value]),
      leaked: [
        'require',
        'process',
        'module',
        'Buffer',
        'global',
        'electron',
        'ipcRenderer',
      ].filter((name) => name in window),
      isFixed: Object.isFrozen(window.ticketBridge),
    }));
    expect(surface).toEqual({
      bridge: [
        ['invoke', 'function'],
        ['subscribe', 'function'],
        ['mergeFile', 'function'],
      ],
      leaked: [],
      isFixed: true,
    });
  });

  it('lets calls of the contract through the bridge, and no others', async () => {
    const [known, unknown, wrong, named] = await page.evaluate(() =>
      Promise.all([
        window.ticketBridge.invoke('health', {}),
        window.ticketBridge.invoke('shell.openExternal', {}),
        window.ticketBridge.invoke('search.get', { id: 7 }),
        window.ticketBridge.invoke('bundle.merge', { path: '/tmp/search.ticket', task: 'one' }),
      ]),
    );
    expect(known).toMatchObject({ ok: true, value: { host: { kind: 'electron' } } });
    expect(unknown).toMatchObject({ ok: false, error: { code: 'malformed-message' } });
    expect(wrong).toMatchObject({ ok: false, error: { code: 'invalid-argument' } });
    expect(named).toMatchObject({ ok: false, error: { code: 'malformed-message' } });
  });

  it('isolates and sandboxes the page', async () => {
    const preferences = await application.evaluate(({ BrowserWindow }) => {
      // Not in Electron's types.
      const contents = BrowserWindow.getAllWindows()[0]!.webContents as unknown as {
        getLastWebPreferences(): Record<string, unknown>;
      };
      return contents.getLastWebPreferences();
    });
    expect(preferences).toMatchObject({
      contextIsolation: true,
      sandbox: true,
      nodeIntegration: false,
      webSecurity: true,
      webviewTag: false,
    });
  });

  it('denies navigation, new windows, permissions, and every request to elsewhere', async () => {
    const address = page.url();
    const outcome = await page.evaluate(async () => {
      const opened = window.open('https://example.org/') === null;
      const permission = await Notification.requestPermission();
      const fetched = await fetch('https://example.org/').then(
        () => true,
        () => false,
      );
      window.location.href = 'https://example.org/';
      return { opened, permission, fetched };
    });
    expect(outcome).toEqual({ opened: true, permission: 'denied', fetched: false });
    await page.waitForTimeout(500);
    expect(page.url()).toBe(address);
    expect(application.windows()).toHaveLength(1);
    // Playwright waits for the navigation that was denied, until there is another one.
    await page.reload();
  });

  it('runs no script that is not a file of its own', async () => {
    const ran = await page.evaluate(() => {
      const script = document.createElement('script');
      script.textContent = 'document.title = "inline"';
      document.head.append(script);
      return document.title === 'inline';
    });
    expect(ran).toBe(false);
  });

  it('runs a search that was launched through the form, to its verdict', async () => {
    await watchTheSystem();
    await launchSearch('Small', SMALL_SETTINGS);
    await waitUntilFinished(page, TRAINING_MILLISECONDS);
    // The charts draw what has come in since.
    await page.waitForTimeout(1500);
    mkdirSync(path.join(ROOT, 'docs/screenshots'), { recursive: true });
    await page.screenshot({ path: path.join(ROOT, 'docs/screenshots/electron.png') });
  });

  it('showed its progress in the task bar, kept the machine awake, and told of its end', async () => {
    const seen = () => application.evaluate(() => globalThis.seenForTest);
    await expect
      .poll(async () => (await seen()).notified, POLL)
      .toEqual([{ title: '“Small” has finished', hasReason: true }]);
    await expect.poll(async () => (await seen()).progress.at(-1), POLL).toBe(-1);
    const { progress, isAwake } = await seen();
    expect(progress.some((fraction) => fraction > 0 && fraction <= 1)).toBe(true);
    expect(isAwake[0]).toBe(true);
    await expect.poll(async () => (await seen()).isAwake.at(-1), POLL).toBe(false);
  });

  it('has menus whose entries lead where they say, recent searches among them', async () => {
    const entries = () =>
      application.evaluate(({ Menu }) => {
        const listed: { label: string; accelerator: string }[] = [];
        const list = (menu: Electron.Menu | null | undefined): void => {
          for (const { label, accelerator, submenu } of menu?.items ?? []) {
            listed.push({ label, accelerator: accelerator ?? '' });
            list(submenu);
          }
        };
        list(Menu.getApplicationMenu());
        return listed;
      });
    await expect
      .poll(async () => (await entries()).map(({ label }) => label), POLL)
      .toContain('Small');
    expect(await entries()).toEqual(
      expect.arrayContaining([
        { label: 'New Search', accelerator: 'CmdOrCtrl+N' },
        { label: 'History', accelerator: 'CmdOrCtrl+2' },
        { label: 'How It Works', accelerator: 'F1' },
      ]),
    );
    await choose('History');
    await page.getByRole('heading', { level: 1, name: 'History' }).waitFor();
    await choose('Small');
    await page.getByRole('heading', { level: 1, name: 'Small' }).waitFor();
  });

  it('shows what it runs on, and opens its folders', async () => {
    await choose('About Ticket Workbench');
    await page.getByRole('heading', { level: 1, name: 'About Ticket Workbench' }).waitFor();
    await page.getByText('Electron', { exact: true }).waitFor();
    await page.getByText('Chromium', { exact: true }).waitFor();
    const logs = path.join(scratch, 'data', 'logs');
    await watchFolders();
    await page.getByRole('button', { name: 'Open folder: logs' }).click();
    await expect.poll(asked, POLL).toEqual([logs]);
    await watchFolders();
    await choose('Open Log Folder');
    await expect.poll(asked, POLL).toEqual([logs]);
    const log = readFileSync(path.join(logs, 'ticket.log'), 'utf8');
    expect(log).toMatch(/ desktop \d+ info: starts: .*Electron \d+.*Chromium \d+/);
    expect(log).toMatch(/ workbench \d+ info: opened .*Node 24.*TensorFlow \d/);
  });

  it('backs up and restores through dialogs of the system', async () => {
    const target = path.join(scratch, 'chosen.sqlite');
    await application.evaluate(({ dialog }, filePath) => {
      dialog.showSaveDialog = () => Promise.resolve({ canceled: false, filePath });
      dialog.showOpenDialog = () => Promise.resolve({ canceled: false, filePaths: [filePath] });
    }, target);
    await goTo(page, 'Settings');
    await page.getByRole('button', { name: 'Back up…' }).click();
    await page.getByText(/1 search, .* written and checked/).waitFor();
    expect(existsSync(target)).toBe(true);
    await page.getByRole('button', { name: 'Restore…', exact: true }).click();
    const dialog = page.getByRole('dialog', { name: 'Restore this backup?' });
    await dialog.getByText('It replaces everything that is here now: 1 search').waitFor();
    await dialog.getByRole('button', { name: 'Restore', exact: true }).click();
    await page.getByText('1 search restored.').waitFor();
    await choose('History');
    await page.getByRole('row', { name: /Small/ }).waitFor();
  });

  it('merges bundles that are chosen and dropped, from where they are, and no others', async () => {
    const earlier = complaints.length;
    const file = path.join(scratch, 'sample.ticket');
    await inTemporaryStore(async (store) => {
      const request = { searchIds: [saveSearch(store)], withWeights: true, overwrite: false };
      await writeBundle(store, file, request);
    });
    await goTo(page, 'History');
    await page.getByRole('button', { name: 'Merge bundles…' }).click();
    const dialog = page.getByRole('dialog', { name: 'Merge bundles' });
    const input = dialog.getByLabel('Bundles, or drop them on the window');
    await input.setInputFiles(file);
    await dialog.getByText('new, 10 trainings added').waitFor();
    await dialog.getByRole('button', { name: 'Close' }).click();
    await dialog.waitFor({ state: 'hidden' });

    // A drag can't be made up here, but a file that is chosen has a path as one that is dropped.
    await page.evaluate(`(() => {
      const input = document.createElement('input');
      input.type = 'file';
      input.id = 'dropped';
      document.body.append(input);
      globalThis.drop = (file) => {
        const dataTransfer = new DataTransfer();
        dataTransfer.items.add(file);
        const event = { dataTransfer, bubbles: true, cancelable: true };
        document.body.dispatchEvent(new DragEvent('drop', event));
      };
    })()`);
    await page.locator('#dropped').setInputFiles(file);
    await page.evaluate("drop(document.querySelector('#dropped').files[0])");
    await dialog.getByText('nothing new: its 10 trainings are here, bit for bit').waitFor();
    await page.evaluate("drop(new File(['zip'], 'made-up.ticket'))");
    await dialog.getByText('made-up.ticket was not merged').waitFor();
    await dialog.getByText('This is no file of this machine').waitFor();
    await dialog.getByRole('button', { name: 'Close' }).click();
    await page.evaluate("document.querySelector('#dropped').remove()");
    expect(complaints.slice(earlier)).toEqual([]);
  });

  it('asks for files and folders in dialogs of the system', async () => {
    const target = path.join(scratch, 'saved.bin');
    await application.evaluate(({ dialog }, filePath) => {
      dialog.showSaveDialog = () => Promise.resolve({ canceled: false, filePath });
      dialog.showOpenDialog = () => Promise.resolve({ canceled: false, filePaths: ['/a/folder'] });
    }, target);
    const [saved, picked] = await page.evaluate(() =>
      Promise.all([
        window.ticketBridge.invoke('host.saveFile', {
          name: 'saved.bin',
          bytes: Uint8Array.of(1, 2, 3),
        }),
        window.ticketBridge.invoke('host.pickPath', { kind: 'folder', title: 'A folder' }),
      ]),
    );
    expect(saved).toEqual({ ok: true, value: target });
    expect([...readFileSync(target)]).toEqual([1, 2, 3]);
    expect(picked).toEqual({ ok: true, value: '/a/folder' });
  });

  it('turns plug-ins on in a dialog of the system only, and shows their folder', async () => {
    await goTo(page, 'Settings');
    const toggle = page.getByRole('switch', { name: /Load plug-ins/ });
    await answerQuestions(KEEP_OFF);
    await toggle.click();
    await expect.poll(asked, POLL).toEqual(['Load plug-ins when Ticket Workbench starts?']);
    await expect.poll(() => toggle.isEnabled(), POLL).toBe(true);
    await expect.poll(() => toggle.isChecked(), POLL).toBe(false);
    expect(await page.getByText('Takes effect').count()).toBe(0);

    await answerQuestions(TURN_ON);
    await toggle.click();
    await page.getByText('Takes effect when Ticket Workbench starts next.').waitFor();
    await expect.poll(() => toggle.isChecked(), POLL).toBe(true);
    const folder = path.join(scratch, 'data', 'plug-ins');
    await application.evaluate(({ shell }) => {
      shell.openPath = (opened) => {
        globalThis.askedForTest = [opened];
        return Promise.resolve('');
      };
    });
    await page.getByRole('button', { name: 'Open folder' }).click();
    await expect.poll(asked, POLL).toEqual([folder]);
    copyFileSync(
      path.join(ROOT, 'resources/plug-ins/checkerboard.js'),
      path.join(folder, 'checkerboard.js'),
    );
  });

  it('follows the theme that was chosen in the window', async () => {
    await page.evaluate(() =>
      window.ticketBridge.invoke('preferences.set', { key: 'window.theme', value: 'dark' }),
    );
    await expect
      .poll(() => application.evaluate(({ nativeTheme }) => nativeTheme.themeSource), POLL)
      .toBe('dark');
  });

  it('keeps one instance: a second one shows the window of the first, and ends', async () => {
    await application.evaluate(({ BrowserWindow }) => {
      BrowserWindow.getAllWindows()[0]!.hide();
    });
    await expect.poll(isVisible, POLL).toBe(false);
    const second = spawn(RIG!, ARGUMENTS, {
      env: { ...environment, TICKET_RIG_WAIT: '' },
      stdio: 'ignore',
    });
    onTestFinished(() => {
      second.kill('SIGKILL');
    });
    const [code] = (await once(second, 'exit')) as [number | null];
    expect(code).toBe(0);
    await expect.poll(isVisible, POLL).toBe(true);
    expect(application.windows()).toHaveLength(1);
  });

  it('says so when the workbench dies, starts it again, and goes on with its search', async () => {
    await launchSearch('Long', { replicates: { count: 3 } });
    await page.getByRole('button', { name: 'Pause' }).waitFor();
    process.kill(workbenchOf(main.pid!), 'SIGKILL');
    await page.getByText('Can’t reach the workbench.').waitFor();
    await expect
      .poll(
        async () => {
          const result = await page.evaluate(() => window.ticketBridge.invoke('health', {}));
          return result.ok ? (result.value as { running: number }).running : 0;
        },
        { ...POLL, interval: 500 },
      )
      .toBe(1);
  });

  it('asks before it quits with a running search, and stays if that is cancelled', async () => {
    await answerQuestions(CANCEL);
    quit();
    await expect.poll(asked, POLL).toEqual(['A search is running.']);
    expect(await isVisible()).toBe(true);
  });

  it('goes on in the background without its window, until that is shown again', async () => {
    await answerQuestions(BACKGROUND);
    quit();
    await expect.poll(isVisible, POLL).toBe(false);
    const health = await page.evaluate(() => window.ticketBridge.invoke('health', {}));
    expect(health).toMatchObject({ ok: true, value: { running: 1 } });
    await application.evaluate(({ app }) => {
      app.emit('activate');
    });
    await expect.poll(isVisible, POLL).toBe(true);
  });

  it('pauses and quits, and goes on at the next start', async () => {
    await answerQuestions(PAUSE_AND_QUIT);
    quit();
    await hasExited();
    const folder = path.join(scratch, 'named');
    mkdirSync(folder);
    copyFileSync(
      path.join(ROOT, 'resources/plug-ins/relative-change.ts'),
      path.join(folder, 'relative-change.ts'),
    );
    await start('--plugins', folder);
    await expect
      .poll(
        async () => {
          const result = await page.evaluate(() => window.ticketBridge.invoke('health', {}));
          return result.ok ? (result.value as { running: number }).running : 0;
        },
        { ...POLL, interval: 500 },
      )
      .toBe(1);
  });

  it('has loaded the plug-ins of the data directory and of --plugins at that start', async () => {
    await goTo(page, 'Settings');
    await page.getByRole('row', { name: /checkerboard.js data directory/ }).waitFor();
    await page.getByRole('row', { name: /relative-change.ts command line/ }).waitFor();
    expect(await page.getByText('Takes effect').count()).toBe(0);
    const catalog = await page.evaluate(() => window.ticketBridge.invoke('catalog', {}));
    expect(JSON.stringify(catalog)).toContain('"checkerboard"');
  });

  // Not by Playwright, whose connection ends with the page.
  it('loads a page that dies again, a few times, and then asks the user', async () => {
    const data = path.join(scratch, 'dying');
    const logs = path.join(data, 'logs');
    const dying = spawn(RIG!, ARGUMENTS, {
      env: { ...environment, TICKET_DATA_DIR: data, TICKET_RIG_WAIT: '' },
      stdio: 'ignore',
    });
    try {
      const killed = new Set<number>();
      const log = (): string => {
        // Each of them dies as soon as it is there.
        for (const id of pagesOf(dying.pid!)) {
          if (!killed.has(id)) process.kill(id, 'SIGKILL');
          killed.add(id);
        }
        const file = path.join(logs, 'ticket.log');
        return existsSync(file) ? readFileSync(file, 'utf8') : '';
      };
      await expect.poll(log, { ...POLL, interval: 100 }).toContain('asks the user');
      const reports = readdirSync(logs).filter((name) => name.startsWith('crash-'));
      expect(reports).toHaveLength(6);
      expect(JSON.parse(readFileSync(path.join(logs, reports[0]!), 'utf8'))).toMatchObject({
        what: "the window's page ended: killed",
        searches: [],
      });
    } finally {
      dying.kill('SIGKILL');
      await once(dying, 'exit');
    }
  });
});

/** The process id of the workbench that this process has started. */
function workbenchOf(parent: number): number {
  const children = readFileSync(`/proc/${parent}/task/${parent}/children`, 'utf8');
  const id = children
    .trim()
    .split(' ')
    .map(Number)
    .find((child) => readFileSync(`/proc/${child}/cmdline`, 'utf8').includes('workbench-entry.ts'));
  if (id === undefined) throw new Error(`process ${parent} has no workbench`);
  return id;
}

/** The process ids of the pages that this process shows. */
function pagesOf(main: number): number[] {
  const children = readFileSync(`/proc/${main}/task/${main}/children`, 'utf8')
    .trim()
    .split(' ')
    .filter((id) => id !== '')
    .map(Number);
  return children.flatMap((child) => {
    try {
      const isPage = readFileSync(`/proc/${child}/cmdline`, 'utf8').includes('--type=renderer');
      return [...(isPage ? [child] : []), ...pagesOf(child)];
    } catch {
      // It has ended meanwhile.
      return [];
    }
  });
}
