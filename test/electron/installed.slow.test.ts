/**
 * The application as a user has it: the Debian package installed by dpkg, started by an ordinary user on
 * a machine without a network. `npm run test:installed` packs it and sets all of this up.
 */
import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { connectToWindow } from '../support/connect-to-window.ts';
import { PATIENCE_MILLISECONDS, POLL } from '../support/patience.ts';
import { goTo, importSettings, launch, waitUntilFinished } from '../support/window-steps.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const SCREENSHOTS = path.join(ROOT, 'docs/screenshots');
const PACKAGE = process.env['TICKET_INSTALLED_PACKAGE'];
const REASON =
  process.env['TICKET_INSTALLED_MISSING'] ?? 'run "npm run test:installed", which packs it.';
/** A folder with a finished installation of TensorFlow. */
const TENSORFLOW = process.env['TICKET_INSTALLED_TENSORFLOW'] ?? '';

const USER = 'ticket-tester';
const INSTALLED = '/opt/Ticket Workbench';
/** What the workbench's process runs first. */
const ENTRY = 'src/main/hosts/electron/workbench-entry.ts';
const TRAINING_MILLISECONDS = 240_000;

/** The preset `quick`, short. Its dense level needs TensorFlow. */
const SHORT = {
  dataset: { id: 'mnist', validation: 500, testSubset: 1000 },
  training: { iterations: 60, evaluateEvery: 20 },
  pruning: { levels: 1 },
  replicates: { count: 1 },
};

describe('the installed application', () => {
  let home: string;
  let scratch: string;
  let tensorflow: string;
  let application: ChildProcess;
  let log: string;
  let whenInstalled: string;
  let page: Page;

  const asUser = () => {
    const [, , uid, gid] = execFileSync('getent', ['passwd', USER], { encoding: 'utf8' }).split(
      ':',
    );
    return {
      uid: Number(uid),
      gid: Number(gid),
      cwd: home,
      env: { HOME: home, USER, PATH: '/usr/bin:/bin', LANG: 'C.UTF-8' },
    };
  };
  /** A command of the user; its output. */
  const command = (...args: string[]): string =>
    execFileSync('ticket', args, {
      ...asUser(),
      encoding: 'utf8',
      stdio: 'pipe',
      timeout: PATIENCE_MILLISECONDS,
    });

  /** Every installed file with its size and when it was last changed. */
  const listing = (): string =>
    execFileSync('find', [INSTALLED, '-printf', '%p %s %t %c\n'], { encoding: 'utf8' });

  const startProcess = (): void => {
    log = '';
    application = spawn(
      'xvfb-run',
      [
        ...['--auto-servernum', '--server-args=-screen 0 1400x1000x24'],
        ...['ticket-workbench', '--remote-debugging-port=0', '--disable-gpu'],
      ],
      { ...asUser(), stdio: ['ignore', 'ignore', 'pipe'], detached: true },
    );
    application.stderr!.setEncoding('utf8').on('data', (text: string) => {
      log += text;
    });
  };
  const start = async (): Promise<void> => {
    startProcess();
    const address = /DevTools listening on (ws:[^\s]+)/;
    await expect.poll(() => log, POLL).toMatch(address);
    page = await connectToWindow(address.exec(log)![1]!, /^ticket:/);
    await page.getByRole('navigation', { name: 'Views' }).waitFor();
  };
  const quit = async (): Promise<void> => {
    const exited = once(application, 'exit');
    await page.close();
    expect(await exited).toEqual([0, null]);
  };
  const screenshot = async (name: string): Promise<void> => {
    mkdirSync(SCREENSHOTS, { recursive: true });
    await page.screenshot({ path: path.join(SCREENSHOTS, name) });
  };

  beforeEach((context) => {
    if (PACKAGE === undefined) context.skip(REASON);
  });

  beforeAll(() => {
    if (PACKAGE === undefined) return;
    scratch = mkdtempSync(path.join(tmpdir(), 'ticket-installed-'));
    chmodSync(scratch, 0o755);
    execFileSync('useradd', ['--create-home', USER]);
    home = `/home/${USER}`;
    tensorflow = path.join(scratch, 'tensorflow');
    cpSync(TENSORFLOW, tensorflow, { recursive: true, verbatimSymlinks: true });
    execFileSync('chmod', ['--recursive', 'a+rX', tensorflow]);
    execFileSync('dpkg', ['--install', PACKAGE]);
    whenInstalled = listing();
  });

  afterAll(() => {
    if (PACKAGE === undefined) return;
    try {
      process.kill(-application.pid!, 'SIGKILL');
    } catch {
      // It has ended.
    }
    spawnSync('pkill', ['-KILL', '-u', USER]);
  });

  it('belongs to root, and nobody else can change it', () => {
    const writable = execFileSync('find', [INSTALLED, '-writable'], {
      ...asUser(),
      encoding: 'utf8',
    });
    expect(writable).toBe('');
    expect(statSync(INSTALLED).uid).toBe(0);
  });

  it('brings the command', () => {
    const { version } = JSON.parse(readFileSync(path.join(ROOT, 'package.json'), 'utf8')) as {
      version: string;
    };
    expect(command('--version').trim()).toBe(version);
    expect(JSON.parse(command('runs', '--json'))).toEqual([]);
  });

  it('brings the native kernels of the sparse engine', () => {
    // Its exit status is about TensorFlow, which is missing yet.
    const { stdout } = spawnSync('ticket', ['doctor', '--json'], {
      ...asUser(),
      encoding: 'utf8',
      timeout: PATIENCE_MILLISECONDS,
    });
    expect(JSON.parse(stdout)).toMatchObject({
      sparseEngine: { width: expect.any(String) as string, reason: 'from the application' },
    });
  });

  it('opens, and says what is missing', async () => {
    await start();
    await page.getByRole('heading', { level: 1, name: 'Set up TensorFlow' }).waitFor();
    await page.getByText('Use a folder or archive I have').waitFor();
    await screenshot('installed-first-run.png');
    await page.getByRole('button', { name: 'Not now' }).click();
    await page.getByRole('heading', { level: 1, name: 'The Lottery Ticket Hypothesis' }).waitFor();
    await quit();
  });

  it('runs a search with TensorFlow from a folder, to its verdict', async () => {
    command('tensorflow', '--from', tensorflow);
    await start();
    await page.getByRole('heading', { level: 1, name: 'The Lottery Ticket Hypothesis' }).waitFor();
    await screenshot('installed-ready.png');
    await goTo(page, 'New search');
    await importSettings(page, SHORT);
    await launch(page, 'Installed');
    await waitUntilFinished(page, TRAINING_MILLISECONDS);
    await screenshot('installed-search.png');
    await quit();
  });

  it('exports what it found', () => {
    const [{ id }] = JSON.parse(command('runs', '--json')) as [{ id: string }];
    const file = path.join(home, 'masks.npz');
    command('export', id, '--what', 'masks', '--format', 'npz', '--out', file);
    expect(readFileSync(file).subarray(0, 2).toString()).toBe('PK');
  });

  it('shows the search again after the next start', async () => {
    await start();
    await goTo(page, 'History');
    await page.locator('main').getByText('Installed', { exact: true }).first().waitFor();
    await quit();
  });

  it('wrote into the folders of the user only', () => {
    expect(listing()).toBe(whenInstalled);
  });

  it('does not run a damaged file, and says which it is and what to do', async () => {
    const damaged = path.join(INSTALLED, 'resources/workbench', ENTRY);
    const sound = readFileSync(damaged);
    const trace = path.join(home, 'damaged-file-has-run');
    const write = `process.getBuiltinModule('node:fs').writeFileSync(${JSON.stringify(trace)}, '');`;
    writeFileSync(damaged, `${write}\n${sound.toString()}`);
    startProcess();
    await expect
      .poll(() => log, POLL)
      .toContain(
        `Ticket Workbench can’t start: The installation in ${INSTALLED}/resources/workbench is damaged: ${ENTRY} was changed.\n  Install the application again. Your searches are not affected.`,
      );
    // Nothing else was started: the dialog waits for an answer.
    process.kill(-application.pid!, 'SIGKILL');
    expect(existsSync(trace)).toBe(false);
    writeFileSync(damaged, sound);
    await start();
    await quit();
  });

  it('leaves the searches when it is uninstalled', () => {
    const said = execFileSync('dpkg', ['--remove', 'ticket-workbench'], { encoding: 'utf8' });
    expect(said).toContain('~/.local/share/ticket-workbench');
    for (const file of [INSTALLED, '/usr/bin/ticket', '/usr/bin/ticket-workbench']) {
      expect(existsSync(file)).toBe(false);
    }
    expect(readdirSync(path.join(home, '.local/share/ticket-workbench'))).toContain(
      'workbench.sqlite',
    );
    execFileSync('userdel', ['--remove', USER], { stdio: 'pipe' });
    rmSync(scratch, { recursive: true, force: true });
  });
});
