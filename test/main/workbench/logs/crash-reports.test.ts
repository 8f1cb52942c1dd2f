import { execFile } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { CrashReports } from '../../../../src/main/workbench/logs/crash-reports.ts';
import { LogFile } from '../../../../src/main/workbench/logs/log-file.ts';
import { temporaryFolder } from '../../store/samples.ts';

const NOON = Date.UTC(2026, 0, 2, 12);
const LOGS = fileURLToPath(new URL('../../../../src/main/workbench/logs/', import.meta.url));

function reportsIn(folder: string, now = () => NOON): CrashReports {
  return new CrashReports(new LogFile(folder, { process: 'serve', now }), { Node: '24.1.0' }, now);
}

const isReport = (name: string) => /^crash-.*[.]json$/.test(name);

describe('a report of a crash', () => {
  test('has what a report needs: what, stack, versions, searches and the end of the log', () => {
    const folder = temporaryFolder();
    const log = new LogFile(folder, { process: 'serve' });
    log.write('info', 'something before');
    const error = new TypeError('not a function', { cause: new Error('deeper') });
    const file = reportsIn(folder).write({ what: 'ticket ended', error, searches: ['a-search'] });
    const report: unknown = JSON.parse(readFileSync(file!, 'utf8'));
    expect(report).toEqual({
      what: 'ticket ended',
      at: '2026-01-02T12:00:00.000Z',
      stack: expect.stringMatching(/^TypeError: not a function\n[^]*caused by Error: deeper/),
      versions: { Node: '24.1.0' },
      platform: `${process.platform}-${process.arch}`,
      searches: ['a-search'],
      log: expect.arrayContaining([expect.stringContaining('something before')]),
    });
    expect(path.basename(file!)).toBe(`crash-20260102T120000000Z-${process.pid}.json`);
    expect(readdirSync(folder).filter((name) => name.endsWith('.part'))).toEqual([]);
  });

  test('is kept with the newest twenty, and no other file is touched', () => {
    const folder = temporaryFolder();
    writeFileSync(path.join(folder, 'crash-mine.json'), 'mine');
    let now = NOON;
    const reports = reportsIn(folder, () => now);
    for (let count = 0; count < 25; count += 1) {
      now += 1000;
      reports.write({ what: `crash ${count}`, searches: [] });
    }
    const names = readdirSync(folder).filter(isReport);
    expect(names).toHaveLength(21);
    expect(names).toContain('crash-mine.json');
    expect(reports.newest()).toMatchObject({ what: 'crash 24', at: now });
  });

  test('is undefined where it can’t be written or read', () => {
    const folder = temporaryFolder();
    expect(reportsIn(folder).newest()).toBeUndefined();
    writeFileSync(path.join(folder, 'crash-20260102T120000000Z-1.json'), '{"what":');
    expect(reportsIn(folder).newest()).toBeUndefined();
    const file = path.join(folder, 'file');
    writeFileSync(file, '');
    expect(reportsIn(path.join(file, 'logs')).write({ what: 'x', searches: [] })).toBeUndefined();
  });
});

test.each([
  ['an error', "setTimeout(() => { throw new Error('oh') })"],
  ['a promise that nobody waited for', "void Promise.reject(new Error('oh'))"],
])('a process that ends by %s writes one, and ends as before', async (how, fault) => {
  const folder = temporaryFolder();
  const script = `
    import { CrashReports, reportUncaughtErrors } from ${JSON.stringify(path.join(LOGS, 'crash-reports.ts'))};
    import { LogFile } from ${JSON.stringify(path.join(LOGS, 'log-file.ts'))};
    const log = new LogFile(process.argv[1], { process: 'child' });
    reportUncaughtErrors('the child', () => new CrashReports(log, {}), () => ['running']);
    ${fault};`;
  const ended = promisify(execFile)(process.execPath, [
    ...['--input-type=module-typescript', '--no-warnings', '--eval', script, folder],
  ]);
  await expect(ended).rejects.toMatchObject({ code: 1, stderr: expect.stringContaining('oh') });
  const [name = ''] = readdirSync(folder).filter(isReport);
  const report: unknown = JSON.parse(readFileSync(path.join(folder, name), 'utf8'));
  expect(report).toMatchObject({ what: `the child ended by ${how}`, searches: ['running'] });
});
