import { existsSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, expect, test, vi } from 'vitest';
import { dataDirectory, databaseFile } from '../../../src/main/workbench/data-directory.ts';
import { temporaryFolder } from '../store/samples.ts';

afterEach(() => {
  vi.unstubAllEnvs();
});

test.each(['', '  '])('an empty data directory (%j) is not the current folder', (empty) => {
  const problem = { code: 'invalid-argument', message: /expected the path of a folder/ };
  expect(() => dataDirectory(empty)).toThrow(expect.objectContaining({ code: problem.code }));
  vi.stubEnv('TICKET_DATA_DIR', empty);
  expect(() => dataDirectory()).toThrow(problem.message);
  expect(dataDirectory('here')).toBe(path.resolve('here'));
});

test('a data directory is made with all its parents', () => {
  const directory = path.join(temporaryFolder(), 'one', 'two');
  expect(databaseFile(directory)).toBe(path.join(directory, 'workbench.sqlite'));
  expect(existsSync(directory)).toBe(true);
});

test('a place that is none is refused at once, by its name', ({ skip }) => {
  if (process.platform !== 'linux') skip('/proc is of Linux');
  const folder = temporaryFolder();
  symlinkSync(path.join(folder, 'nowhere', 'else'), path.join(folder, 'link'));
  writeFileSync(path.join(folder, 'file'), '');
  const places = [
    '/proc/searches',
    path.join(folder, 'link'),
    path.join(folder, 'link', 'searches'),
    path.join(folder, 'file'),
    path.join(folder, 'file', 'searches'),
    path.join(folder, 'x'.repeat(300)),
  ];
  for (const place of places) {
    expect(() => databaseFile(place)).toThrow(`the data directory ${place} can't be created`);
  }
});
