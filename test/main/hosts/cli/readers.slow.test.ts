/** A reader that goes away (`| head`), one that does not read, and a full disk. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { startTicket, ticket, writeSmallDataset } from '../../../support/command-line.ts';
import { onlySearch } from '../../../support/kept.ts';
import { Store } from '../../../../src/main/store/store.ts';

const scratch = mkdtempSync(path.join(tmpdir(), 'ticket-readers-'));
const dataDir = path.join(scratch, 'searches');
const PROJECT = path.resolve(import.meta.dirname, '../../../..');
const MAIN = path.join(PROJECT, 'src/main/hosts/cli/main.ts');
afterAll(() => {
  rmSync(scratch, { recursive: true, force: true });
});

const SMALL = [
  `dataset={"id":"idx","folder":${JSON.stringify(writeSmallDataset(path.join(scratch, 'data')))},"validation":100}`,
  'architecture={"id":"mlp","widths":[12]}',
  'training.engine=dense',
  'training.iterations=120',
  'training.evaluateEvery=20',
  'pruning.levels=2',
  'replicates.count=1',
].flatMap((assignment) => ['--set', assignment]);

/** Starts a command whose stdout has no reader, from the start or after its first bytes. */
async function unread(args: readonly string[], after: 'nothing' | 'the first bytes') {
  const { child, ended } = startTicket(args);
  if (after === 'the first bytes' && child.stdout) await once(child.stdout, 'data');
  child.stdout?.destroy();
  return ended;
}

describe('a reader that goes away', () => {
  beforeAll(async () => {
    expect(await ticket('search', ...SMALL, '--data-dir', dataDir, '--quiet')).toMatchObject({
      code: 0,
    });
  });

  it.each([
    [['runs', '--data-dir', dataDir]],
    [['runs', '--data-dir', dataDir, '--json']],
    [['catalog']],
    [['catalog', '--json']],
    [['presets']],
    [['datasets', '--data-dir', dataDir]],
    [['--help']],
    [['search', '--help']],
  ])('ends %j in silence, with the exit code of SIGPIPE', async (command) => {
    expect(await unread(command, 'nothing')).toMatchObject({ code: 141, stderr: '' });
  });

  it.each([['show'], ['analyse']])('ends "ticket %s ID" without a stack trace', async (command) => {
    const { id } = onlySearch(dataDir);
    for (const options of [[], ['--json']]) {
      const { stderr } = await unread([command, id, '--data-dir', dataDir, ...options], 'nothing');
      expect(stderr).toBe('');
    }
  });

  it.each([
    ['events', ['--json', '--quiet']],
    ['the result', ['--quiet']],
  ])('of %s does not stop a search, which is saved', async (_, options) => {
    const folder = path.join(scratch, `unread-${options.length}`);
    const args = ['search', ...SMALL, '--data-dir', folder, ...options];
    const ended = await unread(args, options.length === 2 ? 'the first bytes' : 'nothing');
    expect(ended).toMatchObject({ code: 0, stderr: '' });
    expect(onlySearch(folder).status).toBe('finished');
  });

  it('of a sweep’s events does not stop its searches', async () => {
    const folder = path.join(scratch, 'sweep');
    const args = ['sweep', ...SMALL, '--sweep', 'replicates.seed=1,2', '--data-dir', folder];
    const ended = await unread([...args, '--json'], 'the first bytes');
    expect(ended.code).toBe(0);
    expect(ended.stderr).not.toContain('EPIPE');
    const store = Store.open(path.join(folder, 'workbench.sqlite'));
    const states = store.searches.list().map(({ status }) => status);
    store.close();
    expect(states).toEqual(['finished', 'finished']);
  });

  it('of the messages does not stop a search either', async () => {
    const folder = path.join(scratch, 'no-messages');
    const { child, ended } = startTicket(['search', ...SMALL, '--data-dir', folder]);
    child.stderr?.destroy();
    const { code, stdout } = await ended;
    expect(code).toBe(0);
    expect(stdout).toContain('verdict');
  });
});

describe('a closed terminal', () => {
  it('does not stop a search that keeps running, with its progress on that terminal', async () => {
    const folder = path.join(scratch, 'closed-terminal');
    const args = ['search', ...SMALL, '--set', 'training.iterations=400', '--data-dir', folder];
    const python = spawn('python3', ['-c', CLOSED_TERMINAL, process.execPath, MAIN, ...args], {
      stdio: 'ignore',
    });
    expect(await once(python, 'close')).toEqual([0, null]);
    expect(onlySearch(folder).status).toBe('finished');
  });
});

/** Runs a command on a terminal of its own, and closes that when the command has written something. */
const CLOSED_TERMINAL = `
import os, pty, subprocess, sys
terminal, end = pty.openpty()
command = subprocess.Popen(sys.argv[1:], stdout=end, stderr=end, start_new_session=True)
os.close(end)
os.read(terminal, 1)
os.close(terminal)
sys.exit(command.wait())
`;

describe('a reader that reads nothing', () => {
  it('gets a line about skipped events, and the memory of the search does not grow', async () => {
    // A worker of its own would need events for minutes; these are written as a search writes them.
    const writer = `
      import { processOutput } from ${JSON.stringify(path.join(PROJECT, 'src/main/hosts/cli/output.ts'))};
      const output = processOutput();
      const line = JSON.stringify({ type: 'evaluation', text: 'x'.repeat(100_000) });
      for (let count = 0; count < 2000; count += 1) {
        output.event(line);
        output.note('x'.repeat(100_000));
        if (count % 100 === 0) await new Promise((resolve) => setImmediate(resolve));
      }
      process.send(process.stdout.writableLength + process.stderr.writableLength);
      process.on('message', () => {
        output.result('{"type":"result"}');
        process.disconnect();
      });
    `;
    const child = spawn(process.execPath, ['--input-type=module-typescript', '-e', writer], {
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    const { stdout, stderr } = child;
    if (!stdout || !stderr) throw new Error('the child has no pipes');
    const [waiting] = await once(child, 'message');
    expect(waiting).toBeLessThan(40_000_000);
    child.send('go on');
    let text = '';
    stdout.setEncoding('utf8').on('data', (part: string) => {
      text += part;
    });
    stderr.resume();
    await once(child, 'close');
    const events = text
      .trimEnd()
      .split('\n')
      .map((each) => JSON.parse(each) as { type: string; events?: number });
    const [skipped, result] = events.slice(-2);
    expect(result).toEqual({ type: 'result' });
    expect(skipped).toEqual({ type: 'skipped', events: 2000 - (events.length - 2) });
  });
});

describe('a full disk', () => {
  it('is named, and the exit code says that the results are not there', async () => {
    const child = spawn(process.execPath, [MAIN, 'presets'], {
      stdio: ['ignore', openSync('/dev/full', 'w'), 'pipe'],
    });
    let stderr = '';
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      stderr += text;
    });
    const [code] = await once(child, 'close');
    expect(code).toBe(1);
    expect(stderr).toMatch(/^error: the results can't be written: ENOSPC.*\n$/);
  });

  /** Runs a command that can write nothing: neither results nor messages. */
  function mute(args: readonly string[]) {
    const full = openSync('/dev/full', 'w');
    return spawn(process.execPath, [MAIN, ...args], { stdio: ['ignore', full, full] });
  }

  it('ends no search: it is saved whole', async () => {
    const folder = path.join(scratch, 'full');
    await once(mute(['search', ...SMALL, '--data-dir', folder]), 'close');
    expect(onlySearch(folder).status).toBe('finished');
    const id = onlySearch(folder).id;
    await once(mute(['extend', id, '--replicates', '+1', '--data-dir', folder]), 'close');
    expect(onlySearch(folder)).toMatchObject({ status: 'finished', trainingsDone: 10 });
    const [code] = (await once(mute(['resume', id, '--data-dir', folder]), 'close')) as [number];
    // The work is done, but nobody has seen its result.
    expect(code).toBe(1);
  });

  it('does not end the server of the window', async () => {
    const folder = path.join(scratch, 'served');
    const window = path.join(scratch, 'window');
    mkdirSync(window);
    writeFileSync(path.join(window, 'index.html'), '<!doctype html>');
    const child = mute(['serve', '--window', window, '--data-dir', folder]);
    const known = path.join(folder, 'windows.json');
    await vi.waitUntil(() => existsSync(known), { timeout: 60_000 });
    const { port } = JSON.parse(readFileSync(known, 'utf8')) as { port: number };
    expect((await fetch(`http://127.0.0.1:${port}/`)).status).toBe(401);
    child.kill('SIGTERM');
    const [code, signal] = (await once(child, 'close')) as [number | null, string | null];
    expect({ code, signal }).toEqual({ code: 1, signal: null });
  });
});
