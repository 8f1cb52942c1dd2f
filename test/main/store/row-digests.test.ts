/** Digests of rows stay the same whatever their number, because they are stored. */
import { createHash } from 'node:crypto';
import Database from 'better-sqlite3';
import { expect, it, onTestFinished } from 'vitest';
import { Connection } from '../../../src/main/store/connection.ts';
import { digestOf, digestsOf } from '../../../src/main/store/row-digests.ts';

const QUERIES = [
  'SELECT id, half, name, bytes FROM things WHERE id <= ? ORDER BY id',
  'SELECT name FROM things WHERE id > ? ORDER BY id',
];

function things(count: number): Connection {
  const database = new Database(':memory:');
  onTestFinished(() => {
    database.close();
  });
  database.exec('CREATE TABLE things (id INTEGER PRIMARY KEY, half REAL, name TEXT, bytes BLOB)');
  database
    .prepare(
      `WITH RECURSIVE numbers(value) AS
         (SELECT 1 UNION ALL SELECT value + 1 FROM numbers WHERE value < ?)
       INSERT INTO things
       SELECT value, nullif(value / 3.0, 1), 'thing "' || value || '"', x'0102' FROM numbers`,
    )
    .run(count);
  return new Connection(database, ':memory:', Date.now);
}

/** The text that every checksum before was computed from at once. */
function wholeText(count: number, upTo: number): string {
  const all = Array.from({ length: count }, (_, index) => index + 1);
  const first = all
    .filter((id) => id <= upTo)
    .map((id) => [id, id === 3 ? null : id / 3, `thing "${id}"`, Buffer.of(1, 2)]);
  const second = all.filter((id) => id > upTo).map((id) => [`thing "${id}"`]);
  return JSON.stringify([first, second]);
}

it.each([0, 1, 9999, 10_000, 10_001, 20_000, 25_000])(
  'of %i rows and the rest are those of their JSON text',
  (upTo) => {
    const whole = createHash('sha256').update(wholeText(25_000, upTo)).digest();
    expect(digestOf(things(25_000), QUERIES, [upTo]).equals(whole)).toBe(true);
  },
);

it.each([0, 1, 9999, 10_000, 10_001, 20_000, 25_000])(
  'of %i rows that are read page by page are the same',
  (upTo) => {
    const connection = things(25_000);
    const page =
      'SELECT id, half, name, bytes FROM things WHERE id <= ? AND id > ? ORDER BY id LIMIT ?';
    const seen: number[] = [];
    const digest = digestOf(connection, [{ page }, QUERIES[1]!], [upTo], (_, rows) => {
      seen.push(rows.length);
    });
    expect(digest).toEqual(digestOf(connection, QUERIES, [upTo]));
    expect(seen.reduce((sum, length) => sum + length, 0)).toBe(25_000);
  },
);

it('of many things at once are those of each alone', () => {
  const connection = things(5);
  const queries = [
    'SELECT things.id, name FROM json_each(?) AS wanted JOIN things ON things.id = value',
    'SELECT things.id, half FROM json_each(?) JOIN things ON things.id = value WHERE value < 3',
  ];
  const digests = digestsOf(connection, queries, [2, 4, 9]);
  expect([...digests.keys()]).toEqual(['2', '4', '9']);
  const textOf = (text: unknown) => createHash('sha256').update(JSON.stringify(text)).digest('hex');
  expect([...digests.values()].map((digest) => digest.toString('hex'))).toEqual([
    textOf([[[2, 'thing "2"']], [[2, 2 / 3]]]),
    textOf([[[4, 'thing "4"']], []]),
    textOf([[], []]),
  ]);
});
