/** SHA-256 of rows as they are stored: of the JSON text of lists of rows. */
import { createHash, hash } from 'node:crypto';
import { storedValues, uncheckedValues } from './columns.ts';
import type { Connection } from './connection.ts';

/** So many rows are text at once: six million measurements would be longer than a text can be. */
const ROWS_AT_ONCE = 10_000;

type Rows = readonly (readonly unknown[])[];

/** A query that is read page by page, because there may be millions of rows. */
export interface PagedQuery {
  /**
   * Takes the key, the first value of the last row of the page before (a number, -1 to begin), and how many
   * rows a page has. In the order of that value.
   */
  readonly page: string;
}

/** Rows that are known without a query, because they are going to be stored. */
export interface KnownRows {
  readonly rows: Rows;
}

/** What finds rows. */
export type RowSource = string | PagedQuery | KnownRows;

/** Is given the rows that a query finds, some at a time. */
export type OnRows = (query: RowSource, rows: Rows) => void;

type Key = readonly (string | number)[];

/**
 * The digest of everything that these queries find, whatever its size.
 *
 * @param key the values for each query.
 */
export function digestOf(
  connection: Connection,
  queries: readonly RowSource[],
  key: Key,
  onRows?: OnRows,
): Buffer {
  const digest = createHash('sha256');
  for (const [index, query] of queries.entries()) {
    digest.update(index === 0 ? '[[' : ',[');
    let separator = '';
    for (const rows of chunksOf(connection, query, key)) {
      onRows?.(query, rows);
      digest.update(`${separator}${JSON.stringify(rows).slice(1, -1)}`);
      separator = ',';
    }
    digest.update(']');
  }
  return digest.update(']').digest();
}

function chunksOf(connection: Connection, query: RowSource, key: Key): Iterable<Rows> {
  if (typeof query === 'string') {
    return inChunks(connection.prepare(query, storedValues).iterate(...key));
  }
  return 'rows' in query ? [query.rows] : pagesOf(connection, query, key);
}

/** All rows of a page are read in one call, which takes half the time of one row after another. */
export function* pagesOf(connection: Connection, { page }: PagedQuery, key: Key): Iterable<Rows> {
  const query = connection.prepare(page, uncheckedValues);
  for (let last = -1; ;) {
    const rows = query.all(...key, last, ROWS_AT_ONCE);
    if (rows.length > 0) yield rows;
    if (rows.length < ROWS_AT_ONCE) return;
    last = Number(rows.at(-1)?.[0]);
  }
}

function* inChunks<Row>(rows: Iterable<Row>): Iterable<Row[]> {
  let chunk: Row[] = [];
  for (const row of rows) {
    chunk.push(row);
    if (chunk.length < ROWS_AT_ONCE) continue;
    yield chunk;
    chunk = [];
  }
  if (chunk.length > 0) yield chunk;
}

/**
 * The digests of many things at once, by id.
 *
 * @param queries each takes `given` as JSON, and its rows begin with the id that they belong to.
 * @param given what the queries need to know of each id. Default: the ids.
 */
export function digestsOf(
  connection: Connection,
  queries: readonly string[],
  ids: readonly (string | number)[],
  given: readonly unknown[] = ids,
): Map<string, Buffer> {
  const contents = new Map(
    ids.map((id) => [String(id), queries.map((): (readonly unknown[])[] => [])]),
  );
  for (const [index, sql] of queries.entries()) {
    for (const values of connection.prepare(sql, storedValues).all(JSON.stringify(given))) {
      contents.get(String(values[0]))?.[index]?.push(values);
    }
  }
  return new Map([...contents].map(([id, values]) => [id, digestOfRows(values)]));
}

/** The digest of what queries find, given the rows of each. */
export function digestOfRows(found: readonly Rows[]): Buffer {
  return hash('sha256', JSON.stringify(found), 'buffer');
}
