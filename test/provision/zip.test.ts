import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { zipSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import { withZip } from '../../provision/zip.mjs';
import { temporaryFolder } from './support.ts';

const TEXT = 'abc'.repeat(10_000);

function archive(): string {
  const file = path.join(temporaryFolder(), 'a.zip');
  writeFileSync(
    file,
    zipSync(
      {
        'deep/deflated.txt': Buffer.from(TEXT),
        'stored.txt': [Buffer.from('as it is'), { level: 0, extra: { 9: new Uint8Array(5) } }],
        'empty.txt': new Uint8Array(0),
      },
      { comment: 'PK, a comment' },
    ),
  );
  return file;
}

async function extract(file: string, name: string): Promise<string> {
  const destination = path.join(path.dirname(file), 'out', name);
  await withZip(file, async (zip) => {
    const entry = zip.entries.find(({ fileName }) => fileName === name);
    await zip.extract(entry!, destination);
  });
  return readFileSync(destination, 'utf8');
}

const open = (file: string) => withZip(file, ({ entries }) => Promise.resolve(entries));

describe('zip', () => {
  it('extracts deflated, stored and empty files', async () => {
    const file = archive();
    expect(await extract(file, 'deep/deflated.txt')).toBe(TEXT);
    expect(await extract(file, 'stored.txt')).toBe('as it is');
    expect(await extract(file, 'empty.txt')).toBe('');
  });

  it('refuses what is no archive', async () => {
    const file = path.join(temporaryFolder(), 'a.zip');
    writeFileSync(file, 'no archive'.repeat(10));
    await expect(open(file)).rejects.toThrow(`${file} is no sound zip archive`);
  });

  it('refuses an archive that was cut off', async () => {
    const file = archive();
    writeFileSync(file, readFileSync(file).subarray(0, 60));
    await expect(open(file)).rejects.toThrow('is no sound zip archive');
  });

  it('refuses an entry that would be written outside the folder', async () => {
    const file = path.join(temporaryFolder(), 'a.zip');
    writeFileSync(file, zipSync({ '../outside.txt': Buffer.from(TEXT) }));
    await expect(open(file)).rejects.toThrow('invalid relative path: ../outside.txt');
  });

  it('refuses an entry that unpacks to another size than the directory says', async () => {
    const file = archive();
    const bytes = readFileSync(file);
    bytes.writeUInt32LE(TEXT.length - 1, bytes.indexOf('PK\x01\x02') + 24);
    writeFileSync(file, bytes);
    await expect(extract(file, 'deep/deflated.txt')).rejects.toThrow(
      'has 30000 bytes; expected 29999',
    );
  });

  it('refuses an entry whose content is damaged', async () => {
    const file = archive();
    const bytes = readFileSync(file);
    bytes.fill(0xff, 60, 90);
    writeFileSync(file, bytes);
    await expect(extract(file, 'deep/deflated.txt')).rejects.toThrow();
  });
});
