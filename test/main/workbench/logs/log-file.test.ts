import { readdirSync, readFileSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import envPaths from 'env-paths';
import { describe, expect, test } from 'vitest';
import {
  errorText,
  LogFile,
  logFolder,
  logText,
} from '../../../../src/main/workbench/logs/log-file.ts';
import { temporaryFolder } from '../../store/samples.ts';

const MODULE = fileURLToPath(
  new URL('../../../../src/main/workbench/logs/log-file.ts', import.meta.url),
);
const NOON = Date.UTC(2026, 0, 2, 12);

const linesOf = (file: string) => readFileSync(file, 'utf8').trimEnd().split('\n');

describe('the log', () => {
  test('says when, which process, how bad and what, a line at a time', () => {
    const log = new LogFile(path.join(temporaryFolder(), 'logs'), {
      process: 'serve',
      now: () => NOON,
    });
    log.write('info', 'starts');
    log.write('error', 'it broke\nin two lines');
    expect(linesOf(log.file)).toEqual([
      `2026-01-02T12:00:00.000Z serve ${process.pid} info: starts`,
      `2026-01-02T12:00:00.000Z serve ${process.pid} error: it broke`,
      '    in two lines',
    ]);
    expect(log.lastLines()).toEqual(linesOf(log.file));
  });

  test('is only for its owner', ({ skip }) => {
    if (process.platform === 'win32') skip('Windows has no such modes');
    const log = new LogFile(temporaryFolder(), { process: 'serve' });
    log.write('info', 'starts');
    expect(statSync(log.file).mode & 0o077).toBe(0);
  });

  test('takes a bounded number of bytes: the newest file and three older ones', () => {
    const log = new LogFile(temporaryFolder(), { process: 'serve', mostBytes: 1000 });
    for (let count = 0; count < 200; count += 1) log.write('info', `message ${count}`);
    const names = readdirSync(log.folder).sort();
    expect(names).toEqual(['ticket.1.log', 'ticket.2.log', 'ticket.3.log', 'ticket.log']);
    const bytes = names.map((name) => statSync(path.join(log.folder, name)).size);
    for (const size of bytes) expect(size).toBeLessThan(1200);
    const numbers = names
      .flatMap((name) => linesOf(path.join(log.folder, name)))
      .map((line) => Number(line.split(' ').at(-1)))
      .sort((one, other) => one - other);
    // The newest messages are there, without a gap.
    expect(numbers.at(-1)).toBe(199);
    expect(numbers).toEqual(numbers.map((_, index) => numbers[0]! + index));
  });

  test('loses no line where several processes write and rotate', async () => {
    const folder = temporaryFolder();
    const script = `
      import { LogFile } from ${JSON.stringify(MODULE)};
      const log = new LogFile(process.argv[1], { process: process.argv[2], mostBytes: 20_000 });
      for (let count = 0; count < 150; count += 1) log.write('info', 'message ' + count);`;
    const write = (name: string) =>
      promisify(execFile)(process.execPath, [
        ...['--input-type=module-typescript', '--no-warnings', '--eval', script],
        ...[folder, name],
      ]);
    await Promise.all(['a', 'b', 'c'].map(write));
    const lines = readdirSync(folder)
      .filter((name) => name.endsWith('.log'))
      .flatMap((name) => linesOf(path.join(folder, name)));
    expect(lines).toHaveLength(450);
    for (const line of lines) expect(line).toMatch(/^\S+Z [abc] \d+ info: message \d+$/);
  });

  test('is rotated although a process was killed while it did so', () => {
    const log = new LogFile(temporaryFolder(), { process: 'serve', mostBytes: 10 });
    const lock = path.join(log.folder, 'rotating.lock');
    writeFileSync(lock, '');
    log.write('info', 'one');
    log.write('info', 'two');
    expect(linesOf(log.file)).toHaveLength(2);
    const before = new Date(Date.now() - 60_000);
    utimesSync(lock, before, before);
    log.write('info', 'three');
    log.write('info', 'four');
    expect(linesOf(log.file)).toHaveLength(1);
    expect(readdirSync(log.folder)).not.toContain('rotating.lock');
  });

  test('does nothing where it can’t write', () => {
    const file = path.join(temporaryFolder(), 'file');
    writeFileSync(file, '');
    const log = new LogFile(path.join(file, 'logs'), { process: 'serve' });
    log.write('info', 'starts');
    expect(log.lastLines()).toEqual([]);
  });
});

describe('a text of the log', () => {
  test('has no control characters', () => {
    expect(logText('\u001b[2J red\r\nnext\u0085')).toBe('\\u001b[2J red\n    next\\u0085');
  });

  test('is cut where it is endless', () => {
    expect(logText('n'.repeat(100_000)).length).toBeLessThan(10_000);
  });

  test('does not name the user’s own folder', () => {
    expect(logText(`no file ${path.join(homedir(), 'data.csv')}`)).toBe(
      `no file ${path.join('~', 'data.csv')}`,
    );
  });

  test('has the stack of an error, and its causes', () => {
    const error = new Error('outer', { cause: new Error('inner') });
    expect(errorText(error)).toMatch(/^Error: outer\n {4}at [^]*\ncaused by Error: inner\n {4}at/);
    expect(errorText('plain')).toBe('plain');
  });
});

test('the log is in the system’s folder, or in a data directory that was chosen', () => {
  const usual = envPaths('ticket-workbench', { suffix: '' });
  expect(logFolder(usual.data)).toBe(usual.log);
  expect(logFolder('/elsewhere')).toBe(path.join('/elsewhere', 'logs'));
});
