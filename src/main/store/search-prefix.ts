/** Searches by the beginning of their id, as users type it. */
import { WorkbenchError } from '../../shared/contract/errors.ts';
import { scalar, text } from './columns.ts';
import type { Connection } from './connection.ts';
import { LIST_SEARCHES, noSearch } from './not-found.ts';
import { IS_THERE } from './search-records.ts';
import { sweepsBeginningWith } from './sweep-ids.ts';

const FOUND_ID = scalar(text);

/** How many matches of an ambiguous id are named. */
const NAMED_MATCHES = 5;

/**
 * The only search with this prefix.
 *
 * @throws WorkbenchError `not-found` if no search or more than one has it, or for a sweep.
 */
export function searchIdOf(connection: Connection, idOrPrefix: string): string {
  const prefix = idOrPrefix.trim().toLowerCase();
  if (prefix === '') {
    throw new WorkbenchError('not-found', 'no search id was given', LIST_SEARCHES);
  }
  // Most callers have the whole id, which is found at once.
  const whole = connection
    .prepare('SELECT search_id FROM history WHERE search_id = ? AND deleted_at IS NULL', FOUND_ID)
    .get(prefix);
  if (whole !== undefined) return whole;
  refuseSweep(connection, idOrPrefix);
  const matches = connection
    .prepare(
      `SELECT search_id FROM search_rows
       WHERE search_id BETWEEN ? AND ? || char(0x10ffff) AND ${IS_THERE}
       ORDER BY search_id LIMIT ?`,
      FOUND_ID,
    )
    .all(prefix, prefix, NAMED_MATCHES + 1);
  const [first, second] = matches;
  if (first === undefined) throw noSearch(idOrPrefix);
  if (second === undefined) return first;
  const named = matches.slice(0, NAMED_MATCHES).join(', ');
  const more = matches.length > NAMED_MATCHES ? ' and more' : '';
  throw new WorkbenchError(
    'not-found',
    `several searches begin with "${idOrPrefix}": ${named}${more}`,
    'Type more of the id.',
  );
}

function refuseSweep(connection: Connection, idOrPrefix: string): void {
  const [first, second] = sweepsBeginningWith(connection, idOrPrefix);
  if (first === undefined) return;
  if (second === undefined) {
    throw new WorkbenchError(
      'not-found',
      `${first} is a sweep; expected the id of one search`,
      'Run "ticket runs" for the searches of each sweep.',
    );
  }
  throw new WorkbenchError(
    'not-found',
    `several sweeps begin with "${idOrPrefix}": ${first}, ${second}…`,
    'Type more of the id.',
  );
}
