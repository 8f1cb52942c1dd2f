import { utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { FileCache } from '../../../../src/main/engine/datasets/file-cache.ts';
import { temporaryFolders } from './idx-writer.ts';

const folderOf = temporaryFolders();

function open(capacity: number) {
  const folder = folderOf({ one: Buffer.from('1'), other: Buffer.from('2') });
  const [one, other] = [join(folder, 'one'), join(folder, 'other')];
  const cache = new FileCache<number>(capacity);
  let made = 0;
  const get = (asked: unknown, files: readonly string[]) =>
    cache.get(asked, files, () => {
      made += 1;
      return Promise.resolve(made);
    });
  return { one, other, cache, get };
}

describe('what was made of files', () => {
  it('is made again when a size, a time, a name or what was asked has changed', async () => {
    const { one, other, get } = open(10);
    expect(await get('a', [one])).toBe(1);
    expect(await get('a', [one])).toBe(1);
    expect(await get('b', [one])).toBe(2);
    expect(await get('a', [one, other])).toBe(3);
    writeFileSync(one, 'longer');
    utimesSync(one, 1, 1);
    expect(await get('a', [one])).toBe(4);
    utimesSync(one, 2, 2);
    expect(await get('a', [one])).toBe(5);
    expect(await get('a', [one])).toBe(5);
  });

  it('makes room for what was asked for last', async () => {
    const { one, get } = open(2);
    for (const asked of ['a', 'b', 'a', 'c']) await get(asked, [one]);
    expect(await get('a', [one])).toBe(1);
    expect(await get('b', [one])).toBe(4);
  });

  it('is made once for all that ask at the same time', async () => {
    const { one, get } = open(1);
    expect(await Promise.all([get('a', [one]), get('a', [one])])).toEqual([1, 1]);
  });

  it('is tried again after it could not be made', async () => {
    const { one, cache, get } = open(1);
    const failing = cache.get('a', [one], () => Promise.reject(new Error('the disk is gone')));
    await expect(failing).rejects.toThrow('the disk is gone');
    expect(await get('a', [one])).toBe(1);
  });
});
