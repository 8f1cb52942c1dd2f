import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { Store } from '../../../src/main/store/store.ts';
import { backUp } from '../../../src/main/workbench/backups/backups.ts';
import type { HostServices } from '../../../src/main/workbench/handlers/context.ts';
import { CrashReports } from '../../../src/main/workbench/logs/crash-reports.ts';
import { LogFile } from '../../../src/main/workbench/logs/log-file.ts';
import { openService } from '../../../src/main/workbench/service.ts';
import { type Client, createClient } from '../../../src/shared/contract/client.ts';
import type { WorkbenchEvent } from '../../../src/shared/contract/events.ts';
import { POLL } from '../../support/patience.ts';
import { holdLock } from '../store/held-lock.ts';
import { key, sampleSearch, sampleTraining, temporaryFolder } from '../store/samples.ts';
import { countRows, inspect, startedSearch } from '../store/support.ts';

function create(directory: string, ...names: string[]): void {
  const store = Store.open(path.join(directory, 'workbench.sqlite'));
  for (const name of names) {
    const { id } = store.searches.create({ ...sampleSearch(), name });
    // Otherwise the service would run it.
    store.searches.setStatus(id, 'interrupted');
  }
  store.close();
}

function open(directory: string, host: Partial<HostServices> = {}) {
  const events: WorkbenchEvent[] = [];
  const errors: string[] = [];
  const service = openService({
    dataDirectory: directory,
    host: { kind: 'browser', confirmPlugIns: () => Promise.resolve(false), ...host },
    onError: (message) => errors.push(message),
  });
  let isOpen = true;
  const close = async () => {
    if (isOpen) await service.close();
    isOpen = false;
  };
  onTestFinished(close);
  service.subscribe((event) => events.push(event));
  const client: Client = createClient({
    invoke: async (name, input) => {
      const message = { type: 'call', id: 0, name, input };
      return (await service.answer({ isTrusted: () => true }, message)).result;
    },
    subscribe: () => () => undefined,
  });
  return { client, events, errors, close };
}

const namesOf = async (client: Client) =>
  (await client.call('search.list')).rows.map(({ name }) => name).sort();

describe('a restore in a running workbench', () => {
  test('puts the backup in the place of all searches, and the window stays connected', async () => {
    const directory = temporaryFolder();
    create(directory, 'kept');
    const { file } = backUp(directory);
    create(directory, 'later');
    const { client, events, errors } = open(directory);
    expect(await namesOf(client)).toEqual(['kept', 'later']);

    const contents = await client.call('backup.inspect', { name: path.basename(file) });
    expect(contents).toMatchObject({ file, searches: 1, currentSearches: 2, runningSearches: 0 });
    const restoring = client.call('backup.restore', { file });
    await new Promise(setImmediate);
    // A call in between waits for the other searches.
    const [restored, names] = await Promise.all([restoring, namesOf(client)]);
    expect(names).toEqual(['kept']);
    expect(restored).toMatchObject({ searches: 1 });
    expect(restored.previous !== undefined && existsSync(restored.previous)).toBe(true);
    expect(events).toContainEqual({ type: 'history-changed' });
    expect(events.filter(({ type }) => type === 'backup-progress').at(-1)).toEqual({
      type: 'backup-progress',
      progress: undefined,
    });
    expect(errors).toEqual([]);

    // And back.
    const again = await client.call('backup.inspect', { path: restored.previous! });
    await client.call('backup.restore', { file: again!.file });
    expect(await namesOf(client)).toEqual(['kept', 'later']);
  });

  test('changes nothing while another process has the database open', async () => {
    const directory = temporaryFolder();
    create(directory, 'kept');
    const { file } = backUp(directory);
    const { client } = open(directory);
    const other = Store.open(path.join(directory, 'workbench.sqlite'));
    other.searches.list();
    await client.call('backup.inspect', { path: file });
    await expect(client.call('backup.restore', { file })).rejects.toMatchObject({
      code: 'conflict',
    });
    other.close();
    expect(await namesOf(client)).toEqual(['kept']);
  });
});

test('trainings of earlier versions are checked after the start, once', async () => {
  const directory = temporaryFolder();
  const file = path.join(directory, 'workbench.sqlite');
  const before = Store.open(file);
  const id = startedSearch(before);
  before.trainings.save(id, sampleTraining(key()));
  before.searches.setStatus(id, 'interrupted');
  before.close();
  inspect(file, (database) => database.exec('DELETE FROM decisive_evaluations'));
  const { client, errors, close } = open(directory);
  await vi.waitFor(() => {
    expect(countRows(file, 'decisive_evaluations')).toBe(1);
  }, 60_000);
  expect((await client.call('search.get', { id })).row.trainingsDone).toBe(1);
  await close();
  expect(errors).toEqual([]);
});

describe('a page', () => {
  test('names no path where the host has dialogs', async () => {
    const directory = temporaryFolder();
    create(directory, 'kept');
    const target = path.join(temporaryFolder(), 'chosen.sqlite');
    const { client } = open(directory, {
      pickTarget: () => Promise.resolve(target),
      pickPath: () => Promise.resolve(undefined),
    });
    const elsewhere = path.join(temporaryFolder(), 'elsewhere.sqlite');
    expect(await client.call('backup.make', { path: elsewhere })).toMatchObject({ file: target });
    expect(existsSync(elsewhere)).toBe(false);
    expect(await client.call('backup.inspect', { path: target })).toBeUndefined();
  });

  test('gives whole paths where it has none', async () => {
    const { client } = open(temporaryFolder());
    await expect(client.call('backup.make', { path: 'a.sqlite' })).rejects.toMatchObject({
      code: 'invalid-argument',
    });
    await expect(client.call('backup.inspect', {})).rejects.toMatchObject({
      code: 'invalid-argument',
    });
  });

  test('opens only the folders of the program', async () => {
    const opened: string[] = [];
    const directory = temporaryFolder();
    const { client } = open(directory, {
      cacheDirectory: '/cache',
      openFolder: (folder) => {
        opened.push(folder);
        return Promise.resolve();
      },
    });
    for (const folder of ['data', 'cache', 'logs'] as const) {
      await client.call('about.openFolder', { folder });
    }
    expect(opened).toEqual([directory, '/cache', path.join(directory, 'logs')]);
    const { client: plain } = open(temporaryFolder());
    await expect(plain.call('about.openFolder', { folder: 'data' })).rejects.toMatchObject({
      code: 'unavailable',
    });
  });
});

test('about: versions and folders; the licences are collected in a clone', async () => {
  const directory = temporaryFolder();
  const { client } = open(directory, {
    cacheDirectory: '/cache',
    parts: () => ({ TensorFlow: '2.21.0', Electron: undefined }),
  });
  const about = await client.call('about');
  expect(about).toMatchObject({
    licence: 'MIT',
    folders: [
      { id: 'data', path: directory },
      { id: 'cache', path: '/cache' },
      { id: 'logs', path: path.join(directory, 'logs') },
    ],
  });
  expect(about.parts).toEqual([
    { name: 'Node', version: process.versions.node },
    { name: 'SQLite', version: expect.stringMatching(/^3[.]\d+/) },
    { name: 'TensorFlow', version: '2.21.0' },
  ]);
  expect(await client.call('about.licences')).toContain('better-sqlite3');
});

test('the log has the start with versions, faults and the close', async () => {
  const directory = temporaryFolder();
  const { client, close } = open(directory, {
    openFolder: () => Promise.reject(new TypeError('a mistake')),
  });
  await expect(client.call('about.openFolder', { folder: 'logs' })).rejects.toThrow();
  await close();
  const log = readFileSync(path.join(directory, 'logs', 'ticket.log'), 'utf8');
  expect(log).toMatch(/ info: opened .*: Node \d.*SQLite 3.*Ticket Workbench \d/);
  expect(log).toMatch(/ error: about.openFolder failed: a mistake\n {4}TypeError: a mistake\n/);
  expect(log).toMatch(/ info: closed\n$/);
});

test('a crash is told once: until it is dismissed, and not at the next start', async () => {
  const directory = temporaryFolder();
  const log = new LogFile(path.join(directory, 'logs'), { process: 'serve' });
  const file = new CrashReports(log, {}).write({ what: 'it ended', searches: [] });
  const first = open(directory);
  expect(await first.client.call('about.crash')).toMatchObject({ what: 'it ended', file });
  expect(await first.client.call('about.crash')).toBeDefined();
  await first.client.call('about.dismissCrash');
  expect(await first.client.call('about.crash')).toBeUndefined();
  await first.close();
  const second = open(directory);
  expect(await second.client.call('about.crash')).toBeUndefined();
  await second.close();
  expect(readdirSync(log.folder)).toContain(path.basename(file!));
  new CrashReports(log, {}, () => Date.now() + 1000).write({ what: 'again', searches: [] });
  expect(await open(directory).client.call('about.crash')).toMatchObject({ what: 'again' });
});

test('windows are told while another process keeps everything from being saved', async () => {
  const directory = temporaryFolder();
  create(directory, 'one');
  const { client, events, errors } = open(directory);
  const { rows } = await client.call('search.list');
  const { id } = rows[0]!;
  const file = path.join(directory, 'workbench.sqlite');
  const lock = await holdLock(file);
  const waits = () =>
    events.flatMap((event) => (event.type === 'database-wait' ? [event.wait] : []));
  const noting = client.call('search.note', { id, note: 'after the other process' });
  await expect.poll(waits, POLL).not.toHaveLength(0);
  expect(waits()[0]).toEqual({ file, writer: undefined });
  expect((await client.call('search.list')).rows).toMatchObject([{ id, note: '' }]);
  await lock.release();
  expect(await noting).toMatchObject({ note: 'after the other process' });
  expect(waits().at(-1)).toBeUndefined();
  expect(errors).toEqual([]);
});
