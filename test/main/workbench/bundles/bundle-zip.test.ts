/** Archives that no program of ours writes; each is refused before anything is written. */
import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { strToU8, zipSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import { reportOf, WorkbenchError } from '../../../../src/shared/contract/errors.ts';
import { MOST_FILES } from '../../../../src/main/workbench/bundles/bundle-format.ts';
import { mergeBundle } from '../../../../src/main/workbench/bundles/merge-bundle.ts';
import { temporaryFolder } from '../../store/samples.ts';
import { rewritten } from './crafted.ts';
import { bundleOf, emptyStore, saveSearch } from './samples.ts';

/** Where the fields of a header are in the central directory (APPNOTE.TXT 6.3.10, section 4.3.12). */
const FLAGS = 8;
const METHOD = 10;
const CHECKSUM = 16;
const PACKED = 20;
const UNPACKED = 24;
const PLACE = 42;
const NAME = 46;

const MEGABYTE = 2 ** 20;
const GIGABYTE = 2 ** 30;

type Header = DataView<ArrayBuffer>;

/** An archive of packed files whose headers in the central directory are changed. */
function archive(
  files: Readonly<Record<string, Uint8Array>>,
  change: (headers: Header[]) => void = () => undefined,
): Uint8Array {
  const bytes = new Uint8Array(zipSync(files, { level: 6 }));
  const view = new DataView(bytes.buffer);
  const end = bytes.length - 22;
  const headers: Header[] = [];
  for (let at = view.getUint32(end + 16, true); at < end;) {
    const header = new DataView(bytes.buffer, at);
    headers.push(header);
    const lengths = [28, 30, 32].map((field) => header.getUint16(field, true));
    at += NAME + lengths.reduce((sum, length) => sum + length, 0);
  }
  change(headers);
  return bytes;
}

/** An archive without entries that says how many it has (ZIP64, section 4.3.14). */
function archiveSaying(entries: bigint): Uint8Array {
  const view = new DataView(new ArrayBuffer(56 + 20 + 22));
  view.setUint32(0, 0x06064b50, true);
  view.setBigUint64(4, 44n, true);
  view.setBigUint64(24, entries, true);
  view.setBigUint64(32, entries, true);
  view.setUint32(56, 0x07064b50, true);
  view.setUint32(56 + 16, 1, true);
  view.setUint32(76, 0x06054b50, true);
  view.setUint16(76 + 8, 0xffff, true);
  view.setUint16(76 + 10, 0xffff, true);
  view.setUint32(76 + 16, 0xffffffff, true);
  return new Uint8Array(view.buffer);
}

/** Why an archive is refused. */
async function refusalOf(bytes: Uint8Array): Promise<string> {
  const file = path.join(temporaryFolder(), 'archive.ticket');
  writeFileSync(file, bytes);
  const store = emptyStore();
  const error = await mergeBundle(store, file).then(
    () => undefined,
    (cause: unknown) => reportOf(cause),
  );
  expect(error?.code).toBe('invalid-data');
  expect(store.searches.list()).toEqual([]);
  return error?.message.replace(`${file} is no sound bundle: `, '') ?? '';
}

const TWO = { 'a.json': strToU8('{}'), 'b.json': strToU8('[]') };

describe('an archive is refused', () => {
  it('that unpacks to more than a file of a bundle may have', async () => {
    const bytes = archive(TWO, ([first]) => {
      first!.setUint32(UNPACKED, GIGABYTE + 1, true);
    });
    expect(await refusalOf(bytes)).toBe(
      `it unpacks to more than ${GIGABYTE + 1} bytes, which no bundle of its size does`,
    );
  });

  it('that unpacks to more than its size lets expect', async () => {
    const bytes = archive(TWO, (headers) => {
      for (const header of headers) header.setUint32(UNPACKED, 0.6 * GIGABYTE, true);
    });
    expect(await refusalOf(bytes)).toMatch(/^it unpacks to more than \d+ bytes, which no bundle/);
  });

  it('whose file unpacks to more than it says', async () => {
    const bomb = new Uint8Array(10 * MEGABYTE);
    const bytes = archive({ 'bundle.json': bomb }, ([header]) => {
      header!.setUint32(UNPACKED, 10_000, true);
      expect(header!.getUint32(PACKED, true)).toBeLessThan(20_000);
    });
    expect(await refusalOf(bytes)).toBe("bundle.json can't be unpacked");
  });

  it('with two files of one name', async () => {
    const bytes = archive(TWO, ([, second]) => {
      second!.setUint8(NAME, 'a'.charCodeAt(0));
    });
    expect(await refusalOf(bytes)).toBe('it has two files a.json');
  });

  it('with an encrypted file', async () => {
    const bytes = archive(TWO, ([first]) => {
      first!.setUint16(FLAGS, first!.getUint16(FLAGS, true) | 1, true);
    });
    expect(await refusalOf(bytes)).toBe('a.json is encrypted');
  });

  it('with a file that is packed by another method', async () => {
    const bytes = archive(TWO, ([first]) => {
      first!.setUint16(METHOD, 12, true);
    });
    expect(await refusalOf(bytes)).toBe('a.json is packed by method 12; expected 0 or 8');
  });

  it('whose files share their packed bytes', async () => {
    const files = { 'a.json': randomBytes(5000), 'b.json': strToU8('1'), 'c.json': strToU8('2') };
    const bytes = archive(files, ([first, ...others]) => {
      for (const other of others) {
        for (const field of [CHECKSUM, PACKED, UNPACKED, PLACE]) {
          other.setUint32(field, first!.getUint32(field, true), true);
        }
      }
    });
    expect(await refusalOf(bytes)).toMatch(
      /^its files have at least \d+ packed bytes, more than the \d+ of the bundle/,
    );
  });

  it('with a file that takes more bytes packed than unpacked', async () => {
    const bytes = archive({ 'a.json': randomBytes(5000) }, ([header]) => {
      header!.setUint32(UNPACKED, 100, true);
    });
    expect(await refusalOf(bytes)).toMatch(
      /^a\.json takes 50\d\d bytes packed, and unpacks to 100$/,
    );
  });

  it('with a name that is too long', async () => {
    const bytes = archive({ ['a'.repeat(1001)]: strToU8('{}') });
    expect(await refusalOf(bytes)).toBe('a name has 1001 characters; expected at most 1000');
  });

  it('that says it has more files than any, before they are read', async () => {
    expect(await refusalOf(archiveSaying(BigInt(MOST_FILES + 2)))).toBe(
      'it has 1000002 files; expected at most 1000001',
    );
  });
});

it('reading what a bundle holds can be stopped before anything of it is read', async () => {
  const from = emptyStore();
  const file = rewritten(await bundleOf(from, [saveSearch(from)]), (files) => {
    delete files['bundle.json'];
  });
  const onProgress = (): void => {
    throw new WorkbenchError('interrupted', 'stopped');
  };
  await expect(mergeBundle(emptyStore(), file, { onProgress })).rejects.toThrow('stopped');
  await expect(mergeBundle(emptyStore(), file)).rejects.toThrow('it has no file bundle.json');
});
