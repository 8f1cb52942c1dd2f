/** Which rows of the history are damaged. They are shown, with what to do. */
import type { ErrorReport } from '../../shared/contract/errors.ts';
import { damagedAmong, damageOf, HEAL } from './checksums.ts';
import type { DecodedBy } from './columns.ts';
import type { Connection } from './connection.ts';
import { type LISTED_ROW, rowOf, type StoredRow } from './history-sql.ts';
import type { Part } from './sealed.ts';

/** What a row of the history is read from. */
const PARTS_OF_ROW = ['state', 'labels', 'place'] as const satisfies readonly Part[];

/** Why searches are damaged, by id, as far as the history shows it. */
export function damageByParts(
  connection: Connection,
  searchIds: readonly string[],
  parts: readonly Part[] = PARTS_OF_ROW,
): Map<string, ErrorReport> {
  const damages = new Map<string, ErrorReport>();
  for (const part of parts) {
    for (const id of damagedAmong(connection, part, searchIds)) {
      const [message, hint] = damageOf(id, part);
      damages.set(id, { code: 'store-failed', message, hint });
    }
  }
  return damages;
}

/** The rows as the history shows them, damaged ones with the reason. */
export function withDamage(
  connection: Connection,
  found: readonly DecodedBy<typeof LISTED_ROW>[],
): (StoredRow & { readonly rowId: number })[] {
  const rows = found.map((each) => rowOf('value' in each ? each.value : each.damaged));
  const damages = damageByParts(
    connection,
    rows.map(({ id }) => id),
  );
  return rows.map((row, index) => {
    const unreadable = problemOf(found[index], row.id);
    const damage = damages.get(row.id) ?? unreadable;
    return damage ? { ...row, damage } : row;
  });
}

function problemOf(
  found: DecodedBy<typeof LISTED_ROW> | undefined,
  id: string,
): ErrorReport | undefined {
  if (found === undefined || 'value' in found) return undefined;
  const message = `the search ${id} is damaged: ${found.problem}`;
  return { code: 'store-failed', message, hint: HEAL };
}
