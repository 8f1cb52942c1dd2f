import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { csv } from '../../../../src/main/engine/datasets/csv.ts';
import { readCsv } from '../../../../src/main/engine/datasets/readers/csv.ts';
import { temporaryFolders } from './idx-writer.ts';

const folderOf = temporaryFolders();
const bytes = (text: string): Buffer => Buffer.from(text);

const TRAIN = `id,size,colour,kind
1,0.5,red,cat
2,-2e1,blue,dog
3,3,red,cat
4,4.25,"green",dog
`;
const TEST = `kind,colour,size,id
dog,blue,7,5
cat,red,8,6
`;
const SETTINGS = { label: 'kind', categorical: ['colour'], ignore: ['id'] };

function load(files: Record<string, string>, changes: Record<string, unknown> = {}) {
  const texts = Object.entries(files).map(([name, text]) => [name, bytes(text)] as const);
  const folder = folderOf(Object.fromEntries(texts));
  return csv.load({
    id: 'csv',
    file: join(folder, 'train.csv'),
    ...('test.csv' in files ? { testFile: join(folder, 'test.csv') } : {}),
    ...SETTINGS,
    ...changes,
  });
}

describe('a CSV table', () => {
  it('gives numbers as they are and words one by one, in the order of the alphabet', async () => {
    const { shape, classes, train, test } = await load({ 'train.csv': TRAIN, 'test.csv': TEST });
    expect([shape, classes]).toEqual([[4], 2]);
    // size, then blue, green, red
    expect([...train.features]).toEqual(
      [0.5, 0, 0, 1, -20, 1, 0, 0, 3, 0, 0, 1, 4.25, 0, 1, 0].map(Math.fround),
    );
    expect([...train.labels]).toEqual([0, 1, 0, 1]);
    expect([...test.features]).toEqual([7, 1, 0, 0, 8, 0, 0, 1]);
    expect([...test.labels]).toEqual([1, 0]);
  });

  it('holds out a fraction by its own seed, every record in one of both sets', async () => {
    const rows = Array.from({ length: 50 }, (_, index) => `${index},${index % 10}`).join('\n');
    const table = `x,y\n${rows}\n`;
    const choice = { label: 'y', categorical: [], ignore: [] };
    const one = await load({ 'train.csv': table }, choice);
    const other = await load({ 'train.csv': table }, { ...choice, splitSeed: 1 });
    expect([one.train.count, one.test.count]).toEqual([40, 10]);
    const all = [...one.train.features, ...one.test.features].toSorted((a, b) => a - b);
    expect(all).toEqual(Array.from({ length: 50 }, (_, index) => index));
    expect([...one.test.labels]).toEqual([...one.test.features].map((x) => x % 10));
    expect((await load({ 'train.csv': table }, choice)).fingerprint).toBe(one.fingerprint);
    expect(other.fingerprint).not.toBe(one.fingerprint);
  });

  it('is not read again for every question of a form', async () => {
    const table = `x,y\n${'1,0\n2,0\n'.repeat(5)}`;
    const file = join(folderOf({ 'train.csv': bytes(table) }), 'train.csv');
    const choice = { id: 'csv', file, label: 'y' };
    const summary = await csv.summarize(choice);
    expect(summary).toMatchObject({ trainExamples: 8, testExamples: 2 });
    expect(await csv.summarize({ ...choice, validation: 1 })).toBe(summary);
    expect(await csv.load(choice)).toBe(await csv.load(choice));
    writeFileSync(file, table + '3,0\n'.repeat(10));
    expect(await csv.summarize(choice)).toMatchObject({ trainExamples: 16, testExamples: 4 });
  });

  it('is the same with other line ends, quotes, separators, a byte order mark, and packed', async () => {
    const { fingerprint } = await load({ 'train.csv': TRAIN, 'test.csv': TEST });
    const quoted = TRAIN.replaceAll('red', '"red"').trimEnd();
    const spreadsheet = `\uFEFF${TRAIN.replaceAll(',', ';').replaceAll('\n', '\r\n')}`;
    const files = { 'train.csv': quoted, 'test.csv': TEST };
    expect((await load(files)).fingerprint).toBe(fingerprint);
    const semicolons = { 'train.csv': spreadsheet, 'test.csv': TEST.replaceAll(',', ';') };
    expect((await load(semicolons, { separator: 'semicolon' })).fingerprint).toBe(fingerprint);
    const folder = folderOf({ 'a.csv.gz': gzipSync(TRAIN), 'b.csv.gz': gzipSync(TEST) });
    const packed = await csv.load({
      id: 'csv',
      file: join(folder, 'a.csv.gz'),
      testFile: join(folder, 'b.csv.gz'),
      ...SETTINGS,
    });
    expect(packed.fingerprint).toBe(fingerprint);
  });

  it('sorts classes that are whole numbers as numbers', async () => {
    const table = { 'train.csv': 'x,y\n1,10\n2,9\n3,2\n', 'test.csv': 'x,y\n1,2\n' };
    const { train } = await load(table, { label: 'y', categorical: [], ignore: [] });
    expect([...train.labels]).toEqual([2, 1, 0]);
  });

  it.each([
    ['2,,blue,dog', 'train.csv, line 3, column size: the value is missing; expected a number'],
    ['2,3,,dog', 'train.csv, line 3, column colour: the value is missing; expected a word'],
    ['2,three,blue,dog', 'train.csv, line 3, column size: the value is "three"; expected a number'],
    ['2,0x10,blue,dog', 'line 3, column size: the value is "0x10"'],
    ['2,1e40,blue,dog', 'line 3, column size: the value is "1e40"; expected a number that fits'],
    ['2,3,blue', 'line 3: the record has 3 fields; expected 4'],
    ['2,3,"bl"ue,dog', 'line 3: "u" follows a closing quote'],
    ['2,3,bl"ue,dog', 'line 3: a quote stands within a field'],
  ])('refuses the record %j', async (record, message) => {
    const table = TRAIN.replace('2,-2e1,blue,dog', record);
    await expect(load({ 'train.csv': table, 'test.csv': TEST })).rejects.toThrow(message);
  });

  it.each([
    [{ 'test.csv': TEST.replace('blue', 'mauve') }, 'test.csv, line 2, column colour: "mauve"'],
    [{ 'test.csv': TEST.replace('cat', 'cow') }, 'test.csv, line 3, column kind: "cow"'],
    [{ 'test.csv': TEST.replace('size', 'weight') }, 'the features are colour, weight; expected'],
    [{ 'train.csv': TRAIN.replace('size', 'kind') }, 'two columns are named "kind"'],
    [{ 'train.csv': 'id,size,colour,kind\n' }, 'line 2: the table ends here'],
    [{ 'train.csv': '' }, 'line 1: the table ends here'],
    [{ 'train.csv': 'a,b\n1,2\n' }, 'there is no column "kind", as dataset.label says'],
  ])('refuses %j', async (files, message) => {
    await expect(load({ 'train.csv': TRAIN, 'test.csv': TEST, ...files })).rejects.toThrow(message);
  });

  it('refuses a quote that is not closed', async () => {
    const table = 'size,kind\n1,cat\n2,"dog\n';
    const choice = { categorical: [], ignore: [] };
    await expect(load({ 'train.csv': table }, choice)).rejects.toThrow(
      'train.csv, line 3: a quoted field is not closed; expected a closing quote',
    );
  });

  it('refuses what is not UTF-8', async () => {
    const folder = folderOf({ 'train.csv': Buffer.from([0x61, 0xff, 0x0a]) });
    await expect(
      csv.load({ id: 'csv', file: join(folder, 'train.csv'), label: 'a' }),
    ).rejects.toThrow(/the text is not UTF-8/);
  });
});

describe('reading CSV', () => {
  it('keeps separators, line breaks and quotes of quoted fields, and counts lines', async () => {
    const path = join(folderOf({}), 'a.csv');
    writeFileSync(path, 'a,"b,\r\n""c"""\n\nd,\n"",é😀');
    const records: unknown[] = [];
    await readCsv(path, ',', (record) => records.push(record));
    expect(records).toEqual([
      { line: 1, fields: ['a', 'b,\r\n"c"'] },
      { line: 4, fields: ['d', ''] },
      { line: 5, fields: ['', 'é😀'] },
    ]);
  });

  it('is the same wherever the pieces end that a file is read in', async () => {
    const path = join(folderOf({}), 'a.csv');
    // 17 bytes a record, so that pieces of 65,536 end at each of them.
    const record = 'é,"a""\n,",1.25\r\n';
    const count = 20_000;
    writeFileSync(path, `${record.repeat(count)}x`);
    let next = 0;
    await readCsv(path, ',', ({ line, fields }) => {
      const expected = next < count ? ['é', 'a"\n,', '1.25'] : ['x'];
      if (line !== 2 * next + 1 || fields.join('|') !== expected.join('|')) {
        expect({ line, fields }).toEqual({ line: 2 * next + 1, fields: expected });
      }
      next += 1;
    });
    expect(next).toBe(count + 1);
  });

  it('stops at a record without an end', async () => {
    const path = join(folderOf({}), 'a.csv');
    writeFileSync(path, `a\n"${'x'.repeat(2 ** 24 + 1)}`);
    await expect(readCsv(path, ',', () => undefined)).rejects.toThrow(
      'a.csv, line 2: a record goes on after 16777216 characters; expected its end; a quote',
    );
  });
});
