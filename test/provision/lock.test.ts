import { existsSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { withLock } from '../../provision/lock.mjs';
import { temporaryFolder } from './support.ts';

function lockFile(): string {
  return path.join(temporaryFolder(), 'lock');
}

/** Larger than any process number the system gives. */
const NO_PROCESS = 2 ** 30;

function foreignLock(file: string, owner: object): void {
  writeFileSync(file, JSON.stringify(owner));
}

describe('withLock', () => {
  it('lets one at a time in, and the next when the first is done', async () => {
    const file = lockFile();
    const events: string[] = [];
    const work = (name: string) => () => {
      events.push(`${name} begins`);
      return new Promise<void>((resolve) => {
        setTimeout(() => {
          events.push(`${name} ends`);
          resolve();
        }, 20);
      });
    };
    await Promise.all([withLock(file, work('a')), withLock(file, work('b'))]);
    expect(events).toEqual(['a begins', 'a ends', 'b begins', 'b ends']);
    expect(existsSync(file)).toBe(false);
  });

  it('is free again after work that failed', async () => {
    const file = lockFile();
    await expect(withLock(file, () => Promise.reject(new Error('no')))).rejects.toThrow('no');
    expect(await withLock(file, () => Promise.resolve('yes'))).toBe('yes');
  });

  it('takes over from a process that is gone, at once', async () => {
    const file = lockFile();
    foreignLock(file, { host: hostname(), process: NO_PROCESS });
    expect(await withLock(file, () => Promise.resolve('mine'))).toBe('mine');
  });

  it('takes over from an owner elsewhere that gave no sign for long', async () => {
    const file = lockFile();
    foreignLock(file, { host: 'elsewhere', process: 1 });
    utimesSync(file, new Date(0), new Date(0));
    expect(await withLock(file, () => Promise.resolve('mine'))).toBe('mine');
  });

  it('takes over from a process that is gone without waiting', async () => {
    const file = lockFile();
    foreignLock(file, { host: hostname(), process: NO_PROCESS });
    const onWait = () => {
      throw new Error('it waits');
    };
    expect(await withLock(file, () => Promise.resolve('mine'), { onWait })).toBe('mine');
  });

  it('leaves the lock to a living owner if it may not wait', async () => {
    const file = lockFile();
    foreignLock(file, { host: hostname(), process: process.pid });
    const onWait = () => {
      throw new Error('somebody is at it');
    };
    await expect(withLock(file, () => Promise.resolve(), { onWait })).rejects.toThrow('at it');
    expect(existsSync(file)).toBe(true);
  });

  it('waits for a living owner until it is told not to', async () => {
    const file = lockFile();
    foreignLock(file, { host: hostname(), process: process.pid });
    const stop = new AbortController();
    let waits = 0;
    const waiting = withLock(file, () => Promise.resolve(), {
      signal: stop.signal,
      onWait: () => {
        waits += 1;
        stop.abort();
      },
    });
    await expect(waiting).rejects.toThrow('abort');
    expect(waits).toBe(1);
    expect(JSON.parse(readFileSync(file, 'utf8'))).toMatchObject({ process: process.pid });
  });
});
