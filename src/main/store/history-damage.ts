/** Which rows of the history are damaged. They are shown, with what to do. */
import type { ErrorReport } from '../../shared/contract/errors.ts';
import { damagedParts, damageOf, HEAL } from './checksums.ts';
import { type DecodedBy, leftOf } from './columns.ts';
import type { Connection } from './connection.ts';
import { type LISTED_ROW, rowOf, type StoredRow } from './history-sql.ts';
import type { Part } from './sealed.ts';

/** What a row of the history is read from. */
const PARTS_OF_ROW = ['effects', 'state', 'labels', 'place'] as const satisfies readonly Part[];

/** Why searches are damaged, by id, as far as the history shows it. */
export function damageByParts(
  connection: Connection,
  searchIds: readonly string[],
  parts: readonly Part[] = PARTS_OF_ROW,
): Map<string, ErrorReport> {
  const reports = [...damagedParts(connection, parts, searchIds)].map(([id, part]) => {
    const [message, hint] = damageOf(id, part);
    return [id, { code: 'store-failed', message, hint }] as const;
  });
  return new Map<string, ErrorReport>(reports);
}

/** The rows as the history shows them, damaged ones with the reason. */
export function withDamage(
  connection: Connection,
  found: readonly DecodedBy<typeof LISTED_ROW>[],
): (StoredRow & { readonly rowId: number })[] {
  const damages = damageByParts(
    connection,
    found.map((each) => leftOf(each).id),
  );
  return found.map((each) => {
    const row = rowOf(leftOf(each));
    const damage = damages.get(row.id) ?? problemOf(each);
    return damage ? { ...row, damage } : row;
  });
}

function problemOf(found: DecodedBy<typeof LISTED_ROW>): ErrorReport | undefined {
  if ('value' in found) return undefined;
  const message = `the search ${found.damaged.id} is damaged: ${found.problem}`;
  return { code: 'store-failed', message, hint: HEAL };
}
