import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { zipSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import { extractEntry, readZipDirectory } from '../../provision/zip.mjs';
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
  const entry = (await readZipDirectory(file)).find((each) => each.name === name);
  const destination = path.join(path.dirname(file), 'out', name);
  await extractEntry(file, entry!, destination);
  return readFileSync(destination, 'utf8');
}

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
    await expect(readZipDirectory(file)).rejects.toThrow(`${file} is no zip archive`);
  });

  it('refuses an archive that was cut off', async () => {
    const file = archive();
    writeFileSync(file, readFileSync(file).subarray(0, 60));
    await expect(readZipDirectory(file)).rejects.toThrow('is no zip archive');
  });

  it('refuses an entry whose content is damaged', async () => {
    const file = archive();
    const bytes = readFileSync(file);
    bytes.fill(0xff, 60, 90);
    writeFileSync(file, bytes);
    await expect(extract(file, 'deep/deflated.txt')).rejects.toThrow();
  });
});
