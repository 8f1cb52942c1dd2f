/** A checksum that a row has in a column of its own, over everything that `SealedRow` names. */
import { bytes, optional, scalar } from './columns.ts';
import type { Connection } from './connection.ts';
import { digestOf, type OnRows } from './row-digests.ts';
import type { SealedRow } from './sealed.ts';

type Key = readonly (string | number)[];

/** What a checksum that matches covers. Rows of earlier versions may have none. */
export type Coverage = 'contents' | 'earlier contents' | 'nothing';

const CHECKSUM = scalar(optional(bytes));

/** For use within the transaction that changes the row. */
export function seal(connection: Connection, sealed: SealedRow, key: Key): void {
  saveChecksum(connection, sealed, key, digestOf(connection, sealed.contents, key));
}

/** For use within the transaction that changes the row, of which the checksum was computed before. */
export function saveChecksum(
  connection: Connection,
  { table, where }: SealedRow,
  key: Key,
  checksum: Uint8Array,
): void {
  connection.prepare(`UPDATE ${table} SET checksum = ? WHERE ${where}`).run(checksum, ...key);
}

/** Undefined for a row of an earlier version that has none, and for one that is not there. */
export function storedChecksum(
  connection: Connection,
  { table, where }: SealedRow,
  key: Key,
): Buffer | undefined {
  return connection.prepare(`SELECT checksum FROM ${table} WHERE ${where}`, CHECKSUM).get(...key);
}

/** Whether the row is as it was saved. True for those of earlier versions without a checksum. */
export function isSound(connection: Connection, sealed: SealedRow, key: Key): boolean {
  return coverageOf(connection, sealed, key) !== undefined;
}

/**
 * @param onRows given all that is read for the check.
 * @returns undefined if the checksum does not match.
 */
export function coverageOf(
  connection: Connection,
  sealed: SealedRow,
  key: Key,
  onRows?: OnRows,
): Coverage | undefined {
  const { contents, earlierContents } = sealed;
  const stored = storedChecksum(connection, sealed, key);
  if (stored === undefined) return 'nothing';
  if (stored.equals(digestOf(connection, contents, key, onRows))) return 'contents';
  if (!earlierContents) return undefined;
  const isEarlier = stored.equals(digestOf(connection, earlierContents, key));
  return isEarlier ? 'earlier contents' : undefined;
}
