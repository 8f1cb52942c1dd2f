/** SHA-256 of rows as they are stored: of the JSON text of lists of rows. */
import { createHash, hash } from 'node:crypto';
import { storedValues } from './columns.ts';
import type { Connection } from './connection.ts';

/** So many rows are text at once: six million measurements would be longer than a text can be. */
const ROWS_AT_ONCE = 10_000;

type Rows = readonly (readonly unknown[])[];

/** Is given the rows that a query finds, some at a time. */
export type OnRows = (sql: string, rows: Rows) => void;

/**
 * The digest of everything that these queries find, whatever its size.
 *
 * @param key the values for each query.
 */
export function digestOf(
  connection: Connection,
  queries: readonly string[],
  key: readonly (string | number)[],
  onRows?: OnRows,
): Buffer {
  const digest = createHash('sha256');
  for (const [index, sql] of queries.entries()) {
    digest.update(index === 0 ? '[[' : ',[');
    let separator = '';
    for (const rows of inChunks(connection.prepare(sql, storedValues).iterate(...key))) {
      onRows?.(sql, rows);
      digest.update(`${separator}${JSON.stringify(rows).slice(1, -1)}`);
      separator = ',';
    }
    digest.update(']');
  }
  return digest.update(']').digest();
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
  const contents = new Map(ids.map((id) => [String(id), queries.map((): unknown[] => [])]));
  for (const [index, sql] of queries.entries()) {
    for (const values of connection.prepare(sql, storedValues).all(JSON.stringify(given))) {
      contents.get(String(values[0]))?.[index]?.push(values);
    }
  }
  return new Map(
    [...contents].map(([id, values]) => [id, hash('sha256', JSON.stringify(values), 'buffer')]),
  );
}
