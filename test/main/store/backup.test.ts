import {
  copyFileSync,
  existsSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, test } from 'vitest';
import { restoreDatabase } from '../../../src/main/store/backup.ts';
import { Store } from '../../../src/main/store/store.ts';
import { key, sampleSearch, sampleTraining, temporaryFile } from './samples.ts';
import { failure, MOMENT, openStore, startedSearch } from './support.ts';

const beside = (file: string, name: string) => path.join(path.dirname(file), name);
const namesIn = (file: string) =>
  readdirSync(path.dirname(file)).filter((name) => !/-(?:wal|shm)$/.test(name));

/** Opened, read and closed again. */
function namesOfSearches(file: string): string[] {
  const store = Store.open(file);
  try {
    expect(store.integrityCheck()).toEqual([]);
    return store.searches
      .list()
      .map(({ name }) => name)
      .toSorted();
  } finally {
    store.close();
  }
}

describe('a backup', () => {
  test('holds everything, also what is only in the log so far', () => {
    const { store, file } = openStore();
    const id = startedSearch(store);
    const training = sampleTraining(key());
    store.trainings.save(id, training);
    const copy = beside(file, 'copy.sqlite');
    store.backUp(copy);
    store.searches.create({ ...sampleSearch(), name: 'later' });

    const other = Store.open(copy);
    expect(other.searches.list()).toHaveLength(1);
    expect(other.trainings.weights(id, key()).finalWeights).toEqual(training.finalWeights);
    expect(other.integrityCheck()).toEqual([]);
    other.close();
  });

  test('never replaces a link, also one that leads nowhere', () => {
    const { store, file } = openStore();
    const link = beside(file, 'copy.sqlite');
    symlinkSync(beside(file, 'nowhere/copy.sqlite'), link);
    expect(failure(() => store.backUp(link))).toMatchObject({
      code: 'store-failed',
      message: `${link} exists already`,
    });
    expect(readlinkSync(link)).toBe(beside(file, 'nowhere/copy.sqlite'));
  });

  test('never replaces a file, and leaves nothing behind where it fails', () => {
    const { store, file } = openStore();
    const copy = beside(file, 'copy.sqlite');
    writeFileSync(copy, 'mine');
    expect(failure(() => store.backUp(copy))).toMatchObject({ code: 'store-failed' });
    expect(readFileSync(copy, 'utf8')).toBe('mine');
    expect(failure(() => store.backUp(beside(file, 'nowhere/copy.sqlite'))).message).toContain(
      'there is no folder',
    );
    expect(namesIn(file)).toEqual(['copy.sqlite', path.basename(file)]);
  });
});

describe('what is restored', () => {
  /** A database with a search `new`, and a backup with a search `old`. */
  function withBackup() {
    const file = temporaryFile();
    const store = Store.open(file);
    store.searches.create({ ...sampleSearch(), name: 'old' });
    const backup = beside(file, 'backup.sqlite');
    store.backUp(backup);
    store.searches.create({ ...sampleSearch(), name: 'new' });
    return { file, backup, store };
  }

  test('takes the place of the database, which is kept', () => {
    const { file, backup, store } = withBackup();
    store.close();
    const previous = restoreDatabase(file, backup, MOMENT);
    expect(namesOfSearches(file)).toEqual(['old']);
    expect(previous).toBe(beside(file, 'workbench-before-20250314-153045.sqlite'));
    expect(namesOfSearches(previous ?? '')).toEqual(['new', 'old']);
    expect(existsSync(backup)).toBe(true);
  });

  test('does not read the log of another database', () => {
    const { file, backup, store } = withBackup();
    // A process was killed: its log is left, and somebody took the database away.
    for (const ending of ['-wal', '-shm'])
      copyFileSync(`${file}${ending}`, `${file}${ending}.kept`);
    store.close();
    renameSync(file, beside(file, 'away.sqlite'));
    for (const ending of ['-wal', '-shm']) renameSync(`${file}${ending}.kept`, `${file}${ending}`);
    expect(statSync(`${file}-wal`).size).toBeGreaterThan(0);

    expect(restoreDatabase(file, backup, MOMENT)).toBeUndefined();
    expect(namesOfSearches(file)).toEqual(['old']);
  });

  test('takes the place of a damaged database', () => {
    const { file, backup, store } = withBackup();
    store.close();
    writeFileSync(file, 'no database at all, but long enough to be taken for one'.repeat(50));
    const previous = restoreDatabase(file, backup, MOMENT);
    expect(namesOfSearches(file)).toEqual(['old']);
    expect(readFileSync(previous ?? '', 'utf8')).toContain('no database');
  });

  test('waits for no one: an open database is refused', () => {
    const { file, backup, store } = withBackup();
    expect(failure(() => restoreDatabase(file, backup, MOMENT))).toMatchObject({
      code: 'conflict',
      message: `another process has ${file} open`,
    });
    expect(store.searches.list()).toHaveLength(2);
    store.close();
  });

  test.each<[string, (backup: string) => void, string]>([
    [
      'is no database',
      (backup) => {
        writeFileSync(backup, 'text'.repeat(1000));
      },
      'not an SQLite database',
    ],
    [
      'belongs to another program',
      (backup) => {
        const database = new Database(backup);
        database.pragma('application_id = 1');
        database.close();
      },
      'is a database of another program',
    ],
    [
      'comes from a newer version',
      (backup) => {
        const database = new Database(backup);
        database.pragma('user_version = 1000');
        database.close();
      },
      'was written by a newer version',
    ],
    [
      'is damaged',
      (backup) => {
        const bytes = readFileSync(backup);
        bytes.fill(0xa5, 4096 * 2, 4096 * 12);
        writeFileSync(backup, bytes);
      },
      '',
    ],
  ])('is refused, with nothing changed, if it %s', (_, spoil, message) => {
    const { file, backup, store } = withBackup();
    store.close();
    spoil(backup);
    const error = failure(() => restoreDatabase(file, backup, MOMENT));
    expect(error.code).toBe('store-failed');
    expect(error.message).toContain(message);
    expect(namesOfSearches(file)).toEqual(['new', 'old']);
    expect(namesIn(file)).toEqual(['backup.sqlite', path.basename(file)]);
  });
});

describe('a database that was taken away while it was open', () => {
  const taken: readonly (readonly [string, (file: string) => void, string])[] = [
    [
      'renamed',
      (file) => {
        renameSync(file, beside(file, 'elsewhere.sqlite'));
      },
      'deleted or renamed',
    ],
    [
      'replaced',
      (file) => {
        copyFileSync(file, `${file}.copy`);
        renameSync(`${file}.copy`, file);
      },
      'replaced by another file',
    ],
  ];

  test.each(taken)('is noticed, and saved beside its place: %s', (_, take, message) => {
    const { store, file } = openStore();
    store.searches.create({ ...sampleSearch(), name: 'kept' });
    expect(store.isInPlace()).toBe(true);
    expect(store.rescue()).toBeUndefined();
    take(file);
    expect(store.isInPlace()).toBe(false);
    store.searches.create({ ...sampleSearch(), name: 'written since' });
    const moved = store.rescue();
    expect(moved?.isSaved).toBe(true);
    expect(moved?.error.message).toContain(message);
    const copy = /saved in (\S+)$/.exec(moved?.error.message ?? '')?.[1] ?? '';
    expect(namesOfSearches(copy)).toEqual(['kept', 'written since']);

    // The same copy, until more is written.
    expect(store.rescue()?.error.message).toBe(moved?.error.message);
    store.searches.create({ ...sampleSearch(), name: 'later' });
    const again = /saved in (\S+)$/.exec(store.rescue()?.error.message ?? '')?.[1] ?? '';
    expect(namesOfSearches(again)).toEqual(['kept', 'later', 'written since']);
    expect(existsSync(copy)).toBe(false);
  });
});
