/** Backups and restores that are killed before each of their changes of files. */
import { spawnSync } from 'node:child_process';
import { readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { Store } from '../../../src/main/store/store.ts';
import { sampleSearch, temporaryFile } from './samples.ts';

const RESTORE = fileURLToPath(new URL('./children/restore.ts', import.meta.url));
const DIE = new URL('../../../torture/children/die.ts', import.meta.url).href;

function databaseWith(name: string): string {
  const file = temporaryFile();
  const store = Store.open(file);
  store.searches.create({ ...sampleSearch(), name });
  store.close();
  return file;
}

function namesIn(file: string): string[] {
  const store = Store.open(file);
  const names = store.searches.list().map(({ name }) => name);
  store.close();
  return names;
}

test('a killed restore leaves the old searches or the new ones, and nothing for ever', () => {
  const backup = databaseWith('new');
  let kills = 0;
  for (;;) {
    const file = databaseWith('old');
    const { signal } = spawnSync(process.execPath, ['--import', DIE, RESTORE, file, backup], {
      env: { ...process.env, TORTURE_DIE_AT: String(kills) },
    });
    expect(readdirSync(path.dirname(file))).toContain('workbench.sqlite');
    expect([['old'], ['new']]).toContainEqual(namesIn(file));

    const store = Store.open(file);
    store.backUp(path.join(path.dirname(file), 'next.sqlite'));
    store.close();
    expect(readdirSync(path.dirname(file)).filter((name) => name.includes('.part'))).toEqual([]);
    if (signal === null) break;
    kills += 1;
  }
  expect(kills).toBeGreaterThan(2);
});

test('a backup that another process is writing stays', () => {
  const file = databaseWith('old');
  const store = Store.open(file);
  const folder = path.dirname(file);
  const other = '.ticket-00000000-1-0123456789abcdef.part';
  writeFileSync(path.join(folder, other), 'another machine');
  store.backUp(path.join(folder, 'next.sqlite'));
  store.close();
  expect(readdirSync(folder)).toContain(other);
});
