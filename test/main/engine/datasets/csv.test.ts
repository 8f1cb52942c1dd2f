import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { csv } from '../../../../src/main/engine/datasets/csv.ts';
import { readCsv } from '../../../../src/main/engine/datasets/readers/csv.ts';
import { settingsHash } from '../../../../src/main/store/settings-hash.ts';
import { registries } from '../../../../src/main/workbench/settings/registries.ts';
import { parseSettings } from '../../../../src/shared/domain/settings.ts';
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
    ['2,,blue,dog', 'train.csv, line 3, column "size": the value is missing; expected a number'],
    ['2,3,,dog', 'train.csv, line 3, column "colour": the value is missing; expected a word'],
    [
      '2,three,blue,dog',
      'train.csv, line 3, column "size": the value is "three"; expected a number',
    ],
    ['2,0x10,blue,dog', 'line 3, column "size": the value is "0x10"'],
    ['2,1e40,blue,dog', 'line 3, column "size": the value is "1e40"; expected a number that fits'],
    ['2,3,blue', 'line 3: the record has 3 fields; expected 4'],
    ['2,3,"bl"ue,dog', 'line 3: "u" follows a closing quote'],
    ['2,3,bl"ue,dog', 'line 3: a quote stands within a field'],
  ])('refuses the record %j', async (record, message) => {
    const table = TRAIN.replace('2,-2e1,blue,dog', record);
    await expect(load({ 'train.csv': table, 'test.csv': TEST })).rejects.toThrow(message);
  });

  it.each([
    [{ 'test.csv': TEST.replace('blue', 'mauve') }, 'test.csv, line 2, column "colour": "mauve"'],
    [{ 'test.csv': TEST.replace('cat', 'cow') }, 'test.csv, line 3, column "kind": "cow"'],
    [
      { 'test.csv': TEST.replace('size', 'weight') },
      'the features are "colour", "weight"; expected',
    ],
    [{ 'train.csv': TRAIN.replace('size', 'kind') }, 'two columns are named "kind"'],
    [{ 'train.csv': 'id,size,colour,kind\n' }, 'line 2: the table ends here'],
    [{ 'train.csv': '' }, 'line 1: the table ends here'],
    [{ 'train.csv': 'a,b\n1,2\n' }, 'there is no column "kind", as dataset.label says'],
  ])('refuses %j', async (files, message) => {
    await expect(load({ 'train.csv': TRAIN, 'test.csv': TEST, ...files })).rejects.toThrow(message);
  });

  it.each([
    { 'train.csv': '' },
    { 'train.csv': 'id,size,colour,kind\n' },
    { 'train.csv': 'a,b\nx,y\n' },
  ])('says what to do about %j', async (files) => {
    await expect(load({ 'test.csv': TEST, ...files })).rejects.toMatchObject({
      hint: expect.any(String),
    });
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

  const utf16 = Buffer.from('a,b\n1,2\n', 'utf16le');
  it.each([
    ['UTF-16', Buffer.concat([Buffer.of(0xff, 0xfe), utf16]), 'Save the table as UTF-8.'],
    ['UTF-16', utf16, 'Save the table as UTF-8.'],
    ['UTF-16', Buffer.from(utf16).swap16(), 'Save the table as UTF-8.'],
    ['a zip archive', Buffer.from('PK\u0003\u0004 sheet'), 'of the workbook as CSV'],
    ['a Parquet file', Buffer.from('PAR1 columns'), 'Save the table as CSV'],
  ])('refuses another format by its name: %s', async (name, content, hint) => {
    const file = join(folderOf({ 'train.csv': content }), 'train.csv');
    await expect(csv.load({ id: 'csv', file, label: 'a' })).rejects.toMatchObject({
      message: expect.stringMatching(
        new RegExp(`train.csv: the file is .*${name}.*; expected a table as text in UTF-8`),
      ) as string,
      hint: expect.stringContaining(hint) as string,
    });
  });
});

/** Small tables after reports from the field. */
describe('a table from the field', () => {
  /** Records of four numbers and one of two species. */
  const IRIS = Array.from({ length: 20 }, (_, row) => [
    `${5 + row / 10}`,
    `${3 + row / 20}`,
    row % 2 === 0 ? 'setosa' : 'virginica',
  ]);
  const NAMES = ['length', 'width', 'species'];
  const CHOICE = { label: 'species', categorical: [], ignore: [] };
  const tableOf = (rows: readonly (readonly string[])[], separator = ',') =>
    rows.map((row) => `${row.join(separator)}\n`).join('');
  const iris = (text: string, changes: Record<string, unknown> = {}) =>
    load({ 'train.csv': text }, { ...CHOICE, ...changes });
  const plain = () => iris(tableOf([NAMES, ...IRIS]));
  const withComma = (field: string) => field.replace('.', ',');

  it('has an index without a name, which can be left out', async () => {
    const table = tableOf([['', ...NAMES], ...IRIS.map((row, at) => [String(at), ...row])]);
    const told: string[] = [];
    const file = join(folderOf({ 'train.csv': bytes(table) }), 'train.csv');
    const all = await csv.load({ id: 'csv', file, ...CHOICE }, (what) => told.push(what));
    expect(all.shape).toEqual([3]);
    expect(told).toEqual([
      `${file}, whose column without a name is a feature; dataset.ignore=[""] leaves it out`,
    ]);
    const { fingerprint, leftOut } = await iris(table, { ignore: [''] });
    expect(fingerprint).toBe((await plain()).fingerprint);
    expect(leftOut).toMatchObject([{ what: 'columns', count: 1, setting: 'dataset.ignore' }]);
  });

  it('has no line with names', async () => {
    await expect(iris(tableOf(IRIS))).rejects.toMatchObject({
      message: expect.stringContaining(
        'there is no column "species", as dataset.label says; expected one of "5", "3", "setosa"',
      ) as string,
      hint: expect.stringContaining('set dataset.header=no: its columns are then named') as string,
    });
    const { fingerprint } = await iris(tableOf(IRIS), { header: 'no', label: '3' });
    expect(fingerprint).toBe((await plain()).fingerprint);
    const ignoring = { header: 'no', label: '3', ignore: ['1'] };
    expect((await iris(tableOf(IRIS), ignoring)).shape).toEqual([1]);
  });

  it('has decimal commas', async () => {
    const table = tableOf([NAMES, ...IRIS.map((row) => row.map(withComma))], ';');
    const separated = { separator: 'semicolon' };
    await expect(iris(table, separated)).rejects.toMatchObject({
      message: expect.stringContaining('column "length": the value is "5,1"') as string,
      hint: 'It looks like a number in another format: set dataset.decimal=comma.',
    });
    const { fingerprint } = await iris(table, { ...separated, decimal: 'comma' });
    expect(fingerprint).toBe((await plain()).fingerprint);
  });

  it.each([
    ['"1,234.5"', { thousands: 'comma' }, 'dataset.decimal=point and dataset.thousands=comma'],
    ['1 234.5', { thousands: 'space' }, 'dataset.decimal=point and dataset.thousands=space'],
    ["1'234.5", { thousands: 'apostrophe' }, 'dataset.thousands=apostrophe'],
    ['"1.234,5"', { thousands: 'point', decimal: 'comma' }, 'dataset.decimal=comma and'],
    ['"1,234"', { thousands: 'comma' }, 'as a comma between thousands'],
  ])('has signs between thousands: %s', async (field, settings, hint) => {
    const table = `x,y\n${`${field},0\n1,1\n`.repeat(4)}`;
    const choice = { label: 'y' };
    await expect(iris(table, choice)).rejects.toMatchObject({
      hint: expect.stringContaining(hint) as string,
    });
    const { train } = await iris(table, { ...choice, ...settings });
    expect(Math.trunc(Math.max(...train.features))).toBe(1234);
  });

  it('says which sign cannot mean two things', async () => {
    await expect(iris('x,y\n1,0\n', { label: 'y', thousands: 'point' })).rejects.toThrow(
      'dataset.thousands is point; expected another sign, because dataset.decimal is point',
    );
  });

  it.each([
    ['every line', NAMES],
    ['every record', NAMES.slice(0, 3)],
  ])('has a separator at the end of %s', async (where, names) => {
    const first = where === 'every line' ? [...names, ''] : names;
    const table = tableOf([first, ...IRIS.map((row) => [...row, ''])]);
    const { fingerprint, leftOut } = await iris(table);
    expect(fingerprint).toBe((await plain()).fingerprint);
    expect(leftOut).toEqual([
      { what: 'columns without a name', count: 1, reason: 'all of their fields are empty' },
    ]);
  });

  it('has a column without a name that is empty in one record only', async () => {
    const rows = IRIS.map((row, at) => [at === 4 ? '' : String(at), ...row]);
    await expect(iris(tableOf([['', ...NAMES], ...rows]))).rejects.toMatchObject({
      message: expect.stringContaining(
        'line 6, the column without a name: the value is missing; expected a number',
      ) as string,
      hint: expect.stringContaining('dataset.ignore=[""]') as string,
    });
  });

  it('has spaces behind separators', async () => {
    const table = tableOf([NAMES, ...IRIS], ', ');
    await expect(iris(table)).rejects.toMatchObject({
      message: expect.stringContaining('expected one of "length", " width", " species"') as string,
      hint: 'There is " species": dataset.trim=true removes the spaces around fields.',
    });
    const { fingerprint } = await iris(table, { trim: true });
    expect(fingerprint).toBe((await plain()).fingerprint);
    const inQuotes = table.replaceAll(' setosa', '  "setosa" ');
    expect((await iris(inQuotes, { trim: true })).fingerprint).toBe(fingerprint);
  });

  it('has classes that differ by a space', async () => {
    const rows = IRIS.map((row, at) => (at % 4 === 0 ? [...row.slice(0, 2), 'setosa '] : row));
    const table = tableOf([NAMES, ...rows]);
    expect((await iris(table)).classes).toBe(3);
    expect((await iris(table, { trim: true })).fingerprint).toBe((await plain()).fingerprint);
  });

  it('has comments', async () => {
    const table = `# made by a tool\n${tableOf([NAMES, ...IRIS])}#end`;
    await expect(iris(table)).rejects.toMatchObject({
      hint: 'The line looks like a comment: dataset.comment="#" passes over lines that begin with #.',
    });
    const { fingerprint, leftOut } = await iris(table, { comment: '#' });
    expect(fingerprint).toBe((await plain()).fingerprint);
    expect(leftOut).toMatchObject([{ what: 'comment lines', count: 2 }]);
    const withReturns = table.replaceAll('\n', '\r\n');
    expect((await iris(withReturns, { comment: '#' })).fingerprint).toBe(fingerprint);
  });

  it('has another separator', async () => {
    await expect(iris(tableOf([NAMES, ...IRIS], ';'))).rejects.toMatchObject({
      hint: 'With dataset.separator=semicolon the line splits into "length", "width", "species".',
    });
  });

  it('has bars between its fields', async () => {
    const table = tableOf([NAMES, ...IRIS], '|');
    await expect(iris(table)).rejects.toMatchObject({
      hint: 'With dataset.separator=pipe the line splits into "length", "width", "species".',
    });
    expect((await iris(table, { separator: 'pipe' })).fingerprint).toBe(
      (await plain()).fingerprint,
    );
  });

  it('has spaces between its fields', async () => {
    await expect(iris(tableOf([NAMES, ...IRIS], ' '))).rejects.toMatchObject({
      hint: 'The line looks separated by spaces, which no separator is: write the table with commas or tabs.',
    });
  });

  it('is a web page', async () => {
    await expect(iris('<!DOCTYPE html><html>404</html>')).rejects.toMatchObject({
      hint: 'The file looks like a web page: fetch it again.',
    });
  });

  it('has a comment between its records', async () => {
    const [first = [], ...others] = IRIS;
    const table = `${tableOf([NAMES, first])}% measured again\n${tableOf(others)}`;
    await expect(iris(table)).rejects.toMatchObject({
      message: expect.stringContaining('line 3: the record has 1 field; expected 3') as string,
      hint: 'The line looks like a comment: dataset.comment="%" passes over lines that begin with %.',
    });
    expect((await iris(table, { comment: '%' })).fingerprint).toBe((await plain()).fingerprint);
  });

  it('has names in other letters', async () => {
    await expect(iris(tableOf([NAMES, ...IRIS]), { label: 'Species' })).rejects.toMatchObject({
      hint: 'Is it "species"?',
    });
  });

  it('has marks for missing values', async () => {
    const table = tableOf([NAMES, ['?', '1', 'setosa'], ...IRIS]);
    await expect(iris(table)).rejects.toMatchObject({
      hint: expect.stringContaining('It looks like a missing value') as string,
    });
    const noLabel = tableOf([NAMES, ['1', '1', ''], ...IRIS]);
    await expect(iris(noLabel)).rejects.toMatchObject({
      hint: 'Fill it in or delete the record.',
    });
  });

  it('has a quantity as its label, of which classes are made on request only', async () => {
    const prices = Array.from({ length: 40 }, (_, row) => `${row},${100 - 1.5 * row}\n`);
    const files = { 'train.csv': `x,y\n${prices.join('')}`, 'test.csv': 'x,y\n1,98\n2,0\n' };
    const choice = { ...CHOICE, label: 'y' };
    await expect(load(files, choice)).rejects.toMatchObject({
      message: expect.stringContaining(
        'column "y": 40 training records have 40 different numbers as labels; expected classes',
      ) as string,
      hint: expect.stringContaining('dataset.bins=10') as string,
    });
    const { classes, train, test } = await load(files, { ...choice, bins: 4 });
    expect(classes).toBe(4);
    expect([...train.labels]).toEqual(
      Array.from({ length: 40 }, (_, at) => 3 - Math.floor(at / 10)),
    );
    expect([...test.labels]).toEqual([3, 0]);
    const same = `x,y\n${'1,0\n2,5\n'.repeat(20)}`;
    await expect(iris(same, { label: 'y', bins: 3 })).rejects.toThrow('they make 2 classes');
    await expect(iris(tableOf([NAMES, ...IRIS]), { bins: 2 })).rejects.toThrow(
      'the label is "setosa"; expected a number, because dataset.bins makes classes of numbers',
    );
  });

  it('brings a validation table', async () => {
    const folder = folderOf({
      'train.csv': bytes(tableOf([NAMES, ...IRIS])),
      'validation.csv': bytes('species,width,length\nvirginica,1,2\n'),
    });
    const choice = { id: 'csv', file: join(folder, 'train.csv'), ...CHOICE };
    const asked = { ...choice, validationFile: join(folder, 'validation.csv') };
    const { validation, train, fingerprint } = await csv.load(asked);
    expect(validation).toMatchObject({ count: 1, labels: Int32Array.of(1) });
    expect([...validation!.features]).toEqual([2, 1]);
    expect(await csv.summarize(asked)).toMatchObject({ validationExamples: 1, trainExamples: 16 });
    const without = await csv.load(choice);
    expect(without.train).toEqual(train);
    expect(without.validation).toBeUndefined();
    expect(without.fingerprint).not.toBe(fingerprint);
  });
});

it('settings that are left as they are do not change the hash of stored searches', () => {
  const stored = { id: 'csv', file: '/a.csv', label: 'y', validation: 20 };
  const defaults = { header: 'yes', decimal: 'point', thousands: 'none', trim: false, comment: '' };
  const hashOf = (dataset: object) => settingsHash(parseSettings(registries, { dataset }));
  expect(hashOf({ ...stored, ...defaults })).toBe(hashOf(stored));
  expect(parseSettings(registries, { dataset: { ...stored, ...defaults } }).dataset).toStrictEqual({
    ...stored,
    testFile: '',
    categorical: [],
    ignore: [],
    separator: 'comma',
    testFraction: 0.2,
    splitSeed: 0,
  });
  expect(hashOf({ ...stored, header: 'no' })).not.toBe(hashOf(stored));
});

describe('reading CSV', () => {
  it('keeps separators, line breaks and quotes of quoted fields, and counts lines', async () => {
    const path = join(folderOf({}), 'a.csv');
    writeFileSync(path, 'a,"b,\r\n""c"""\n\nd,\n"",é😀');
    const records: unknown[] = [];
    await readCsv(path, { separator: ',' }, (record) => records.push(record));
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
    await readCsv(path, { separator: ',' }, ({ line, fields }) => {
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
    await expect(readCsv(path, { separator: ',' }, () => undefined)).rejects.toThrow(
      'a.csv, line 2: a record goes on after 16777216 characters; expected its end; a quote',
    );
  });
});

// Sizes at which anything quadratic would take minutes.
describe('a CSV table of unusual size', () => {
  const LONG = 200_000;

  it('whose first line holds a long row of digits is told from one with names', async () => {
    const table = `${'1'.repeat(LONG)}x,y\n1,2\n`;
    await expect(load({ 'train.csv': table })).rejects.toThrow('there is no column "kind"');
  });

  it('with a long run of spaces within a field is trimmed', async () => {
    const field = `a${' '.repeat(LONG)}b`;
    const table = `x,kind\n1, ${field} \n2,c\n3,c\n`;
    const { classNames } = await load(
      { 'train.csv': table },
      { trim: true, categorical: [], ignore: [] },
    );
    expect(classNames).toContain(field);
  });

  it('with many columns, in another order in its test file, is read', async () => {
    const width = LONG / 2;
    const names = Array.from({ length: width }, (_, index) => `c${index}`);
    const values = names.map((_, index) => String(index));
    const tableOf = (columns: readonly string[], numbers: readonly string[]) =>
      `${[...columns, 'kind'].join(',')}\n${[...numbers, 'cat'].join(',')}\n`;
    const { shape, train, test } = await load(
      {
        'train.csv': tableOf(names, values),
        'test.csv': tableOf(names.toReversed(), values.toReversed()),
      },
      { categorical: [], ignore: [] },
    );
    expect(shape).toEqual([width]);
    expect(train.features.every((value, at) => value === test.features[at])).toBe(true);
  });
});
