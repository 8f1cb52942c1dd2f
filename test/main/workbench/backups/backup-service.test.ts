import { existsSync, mkdirSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { BackupService } from '../../../../src/main/workbench/backups/backup-service.ts';
import { backUp } from '../../../../src/main/workbench/backups/backups.ts';
import type { BackupProgress } from '../../../../src/shared/contract/records/backups.ts';
import { Store } from '../../../../src/main/store/store.ts';
import { sampleSearch, temporaryFolder } from '../../store/samples.ts';

const DAY = 24 * 60 * 60_000;

function openBackups() {
  const directory = temporaryFolder();
  const store = Store.open(path.join(directory, 'workbench.sqlite'));
  onTestFinished(() => {
    store.close();
  });
  store.searches.create(sampleSearch());
  const progress: (BackupProgress | undefined)[] = [];
  const restored: string[] = [];
  const state = { now: Date.now(), running: 0 };
  const service = new BackupService({
    store,
    directory,
    runningCount: () => state.running,
    onProgress: (each) => progress.push(each),
    restore: (file) => {
      restored.push(file);
      return Promise.resolve({ searches: 1, previous: undefined });
    },
    now: () => state.now,
  });
  const nightly = () => service.overview().backups.filter(({ isNightly }) => isNightly);
  return { directory, store, service, progress, restored, state, nightly };
}

describe('a backup from the window', () => {
  test('is written in a thread with progress, checked, and listed', async () => {
    const { service, progress, directory } = openBackups();
    const { file, searches, bytes } = await service.make(undefined, false);
    expect(path.dirname(file)).toBe(path.join(directory, 'backups'));
    expect(searches).toBe(1);
    expect(progress.map((each) => each?.step)).toEqual(
      expect.arrayContaining(['copying', 'checking']),
    );
    expect(progress.at(-1)).toBeUndefined();
    expect(service.overview().backups).toEqual([
      { name: path.basename(file), bytes, at: expect.any(Number), isNightly: false },
    ]);
    expect(readdirSync(path.dirname(file))).toEqual([path.basename(file)]);
  });

  test('replaces a file only where the user agreed, and never the database itself', async () => {
    const { service, directory } = openBackups();
    const file = path.join(directory, 'mine.sqlite');
    writeFileSync(file, 'mine');
    await expect(service.make(file, false)).rejects.toMatchObject({ code: 'store-failed' });
    await expect(service.make(file, true)).resolves.toMatchObject({ searches: 1 });
    const database = path.join(directory, 'workbench.sqlite');
    await expect(service.make(database, true)).rejects.toMatchObject({ code: 'invalid-argument' });
  });

  test('is one at a time', async () => {
    const { service } = openBackups();
    const first = service.make(undefined, false);
    await expect(service.make('/elsewhere.sqlite', false)).rejects.toMatchObject({
      code: 'conflict',
    });
    await first;
  });
});

describe('a restore from the window', () => {
  test('takes only the backup whose contents were shown last', async () => {
    const { service, restored, directory } = openBackups();
    const { file } = backUp(directory);
    const other = backUp(directory, path.join(directory, 'other.sqlite')).file;
    await expect(service.restore(file)).rejects.toMatchObject({ code: 'conflict' });
    expect(service.inspect(file)).toMatchObject({ file, searches: 1, currentSearches: 1 });
    service.inspect(other);
    await expect(service.restore(file)).rejects.toMatchObject({ code: 'conflict' });
    await service.restore(other);
    await expect(service.restore(other)).rejects.toMatchObject({ code: 'conflict' });
    expect(restored).toEqual([other]);
  });

  test('refuses what is no backup, by path and by name', () => {
    const { service, directory } = openBackups();
    const file = path.join(directory, 'text.sqlite');
    writeFileSync(file, 'no database at all');
    expect(() => service.inspect(file)).toThrow(expect.objectContaining({ code: 'store-failed' }));
    expect(() => service.named('../workbench.sqlite')).toThrow(
      expect.objectContaining({ code: 'not-found' }),
    );
  });
});

describe('the daily backup', () => {
  test('is made only if it is wanted, once a day', async () => {
    const { service, state, nightly } = openBackups();
    await service.makeNightly();
    expect(nightly()).toHaveLength(0);
    await service.setNightly(true);
    await service.makeNightly();
    await service.makeNightly();
    expect(nightly()).toHaveLength(1);
    state.now += DAY + 1000;
    await service.makeNightly();
    expect(nightly()).toHaveLength(2);
  });

  test('waits for a day until no search runs, and no longer', async () => {
    const { service, state, nightly, directory } = openBackups();
    await service.setNightly(true);
    const old = path.join(directory, 'backups', 'nightly-20260101-000000.sqlite');
    mkdirSync(path.dirname(old));
    writeFileSync(old, '');
    state.running = 1;
    const writtenBefore = (milliseconds: number) => {
      const at = new Date(state.now - milliseconds);
      utimesSync(old, at, at);
    };
    writtenBefore(1.5 * DAY);
    await service.makeNightly();
    expect(nightly()).toHaveLength(1);
    writtenBefore(2.5 * DAY);
    await service.makeNightly();
    expect(nightly()).toHaveLength(2);
  });

  test('is kept for a week, beside the backups that somebody asked for', async () => {
    const { service, directory, nightly, state } = openBackups();
    const folder = path.join(directory, 'backups');
    mkdirSync(folder);
    const names = Array.from({ length: 9 }, (_, day) => `nightly-2026010${day + 1}-000000.sqlite`);
    for (const [day, name] of names.entries()) {
      writeFileSync(path.join(folder, name), '');
      const at = new Date(state.now - (20 - day) * DAY);
      utimesSync(path.join(folder, name), at, at);
    }
    const kept = path.join(folder, 'workbench-20200101-000000.sqlite');
    writeFileSync(kept, '');
    const left = path.join(folder, '.ticket-00000000-1-0123456789abcdef.part');
    writeFileSync(left, '');
    utimesSync(left, 0, 0);
    await service.setNightly(true);
    await service.makeNightly();
    expect(nightly()).toHaveLength(7);
    expect(
      nightly()
        .slice(1)
        .map(({ name }) => name),
    ).toEqual(names.slice(-6).reverse());
    expect(existsSync(kept)).toBe(true);
    expect(existsSync(left)).toBe(false);
  });

  test('says once why it can’t be made, and shows it', async () => {
    const { service, directory } = openBackups();
    writeFileSync(path.join(directory, 'backups'), 'a file where the folder should be');
    await service.setNightly(true);
    await expect(service.makeNightly()).rejects.toThrow(/can't be read/);
    await expect(service.makeNightly()).resolves.toBeUndefined();
    rmSync(path.join(directory, 'backups'));
    expect(service.overview().nightlyProblem).toMatch(/can't be read/);
    await service.makeNightly();
    expect(service.overview()).toMatchObject({
      nightlyProblem: undefined,
      backups: [{ isNightly: true }],
    });
  });
});
