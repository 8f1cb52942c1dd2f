import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { gzipSync } from 'node:zlib';
import { type Header, pack } from 'tar-stream';
import { afterAll, describe, expect, it } from 'vitest';
import { unpackTar } from '../../../../src/main/workbench/datasets/tar.ts';

const scratch = mkdtempSync(join(tmpdir(), 'ticket-tar-'));
afterAll(() => {
  rmSync(scratch, { recursive: true });
});

type Entry = Partial<Header> & { readonly name: string; readonly content?: string };

async function tarOf(entries: readonly Entry[]): Promise<Buffer> {
  const archive = pack();
  for (const { content = '', ...header } of entries) archive.entry(header, content);
  archive.finalize();
  return buffer(archive as AsyncIterable<Uint8Array>);
}

let folders = 0;

/** Unpacks all of an archive; what was written, by name. */
async function unpack(bytes: Uint8Array, isWanted = (_name: string) => true, signal?: AbortSignal) {
  folders += 1;
  const path = join(scratch, `${folders}.tar`);
  const target = join(scratch, `${folders}`);
  writeFileSync(path, bytes);
  mkdirSync(target);
  await unpackTar(path, target, isWanted, signal);
  return Object.fromEntries(
    readdirSync(target).map((name) => [name, readFileSync(join(target, name), 'utf8')]),
  );
}

/** With the size in its header replaced, and the checksum made right. */
function withSize(bytes: Buffer, size: string): Buffer {
  const copy = Buffer.from(bytes);
  copy.write(size, 124, 12, 'latin1');
  copy.write('        ', 148);
  const sum = copy.subarray(0, 512).reduce((total, byte) => total + byte, 0);
  copy.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  return copy;
}

describe('unpacking a tar archive', () => {
  const long = `${'deep/'.repeat(60)}long-name.png`;
  const entries: readonly Entry[] = [
    { name: 'cats', type: 'directory' },
    { name: 'cats/1.png', content: 'one' },
    { name: 'empty.png' },
    { name: 'link.png', type: 'symlink', linkname: '/etc/passwd' },
    { name: 'readme.txt', content: 'not wanted' },
    { name: '../../outside.png', content: 'inside' },
    { name: '/absolute.png', content: 'x'.repeat(100_000) },
    { name: long, content: 'long' },
  ];
  const wanted = {
    '1.png': 'one',
    'empty.png': '',
    'outside.png': 'inside',
    'absolute.png': 'x'.repeat(100_000),
    'long-name.png': 'long',
  };

  it('writes wanted files only, by their names without folders, gzip or not', async () => {
    const bytes = await tarOf(entries);
    const isWanted = (name: string) => name.endsWith('.png');
    expect(await unpack(bytes, isWanted)).toEqual(wanted);
    expect(await unpack(gzipSync(bytes), isWanted)).toEqual(wanted);
    expect(readdirSync(scratch)).not.toContain('outside.png');
  });

  it('takes archives from before POSIX', async () => {
    const bytes = await tarOf([{ name: 'a.png', content: 'old' }]);
    bytes.fill(0, 257, 512);
    expect(await unpack(withSize(bytes, '00000000003\0'))).toEqual({ 'a.png': 'old' });
  });

  it.each([
    ['is cut off', (bytes: Buffer) => bytes.subarray(0, 900), 0, 'Unexpected end of data'],
    ['has a damaged header', (bytes: Buffer) => bytes.fill(1, 1540, 1541), 1536, 'Invalid tar'],
    [
      'promises too much',
      (bytes: Buffer) => withSize(bytes, '777777777777'),
      0,
      '68719476735 bytes',
    ],
    [
      'has a size that is no number',
      (bytes: Buffer) => withSize(bytes, 'x'.repeat(12)),
      0,
      'Invalid',
    ],
  ])('refuses an archive that %s', async (_what, damage, offset, found) => {
    const bytes = await tarOf([
      { name: 'a.png', content: 'a'.repeat(1000) },
      { name: 'b.png', content: 'b' },
    ]);
    const outcome = unpack(damage(bytes));
    await expect(outcome).rejects.toThrow(found);
    await expect(outcome).rejects.toMatchObject({
      code: 'invalid-data',
      message: expect.stringContaining(`.tar (unpacked), in the entry at byte ${offset}: `),
    });
  });

  it('does not take a header of hundreds of megabytes into memory', async () => {
    const bytes = await tarOf([{ name: long, content: 'long' }]);
    expect(bytes.toString('latin1', 156, 157)).toBe('x');
    await expect(unpack(withSize(bytes, '04000000000\0'))).rejects.toThrow(
      'Header exceeds max size; expected a sound tar archive',
    );
  });

  it('says what cannot be written', async () => {
    const path = join(scratch, 'full.tar');
    writeFileSync(path, await tarOf([{ name: 'a.png', content: 'a' }]));
    await expect(unpackTar(path, join(scratch, 'nowhere'), () => true)).rejects.toMatchObject({
      code: 'unavailable',
      message: expect.stringContaining("nowhere/a.png can't be written: ENOENT"),
    });
  });

  it('stops when it is told to', async () => {
    const reason = new Error('stopped');
    await expect(
      unpack(await tarOf(entries), () => true, AbortSignal.abort(reason)),
    ).rejects.toMatchObject({ name: 'AbortError', cause: reason });
  });
});
