import { WorkbenchError } from '../../shared/contract/errors.ts';
import type { SweepAxis, SweepValue } from '../../shared/domain/sweep.ts';
import { StorePart } from './part.ts';
import { newFreeId } from './search-id.ts';
import { allSummaries, summariesOf, type SweepSummary } from './sweep-summaries.ts';

/** A sweep without what its searches have come to. */
export interface SweepRecord {
  readonly id: string;
  readonly name: string;
  /** Unix time, milliseconds. */
  readonly createdAt: number;
  readonly axes: readonly SweepAxis[];
}

export interface SweepMember {
  readonly searchId: string;
  readonly values: readonly SweepValue[];
}

interface Row {
  readonly id: string;
  readonly name: string;
  readonly createdAt: number;
  readonly axes: string;
}

const SELECT = 'SELECT id, name, created_at AS createdAt, axes FROM sweeps';

/** A search that is marked as deleted is no part of its sweep, until it is brought back. */
const MEMBERS = `
  FROM sweep_points JOIN history ON history.search_id = sweep_points.search_id
  WHERE deleted_at IS NULL AND sweep_points.sweep_id = `;

const HAS_MEMBERS = `EXISTS (SELECT 1 ${MEMBERS} sweeps.id)`;

/** Sweeps, and which searches they are made of. */
export class Sweeps extends StorePart {
  /** Call it inside the transaction that creates the searches. */
  add(name: string, axes: readonly SweepAxis[], members: readonly SweepMember[]): SweepRecord {
    const createdAt = this.now();
    const known = this.database.prepare('SELECT 1 FROM sweeps WHERE id = ?');
    const id = `s${newFreeId(createdAt, (drawn) => known.get(`s${drawn}`) !== undefined)}`;
    this.database
      .prepare('INSERT INTO sweeps VALUES (?, ?, ?, ?)')
      .run(id, name, createdAt, JSON.stringify(axes));
    const insert = this.database.prepare('INSERT INTO sweep_points VALUES (?, ?, ?, ?)');
    const place = this.database.prepare(
      'UPDATE history SET sweep_id = ?, grid_position = ? WHERE search_id = ?',
    );
    for (const [position, { searchId, values }] of members.entries()) {
      insert.run(id, position, searchId, JSON.stringify(values));
      place.run(id, position, searchId);
    }
    return { id, name, createdAt, axes };
  }

  /** What the searches of every sweep have come to, the newest sweep first. */
  summaries(): SweepSummary[] {
    return this.guard("the sweeps can't be read", () => allSummaries(this.database));
  }

  /** @throws WorkbenchError `not-found` if none of its searches is there. */
  summary(sweepId: string): SweepSummary {
    return this.guard("the sweep can't be read", () => {
      const summary = summariesOf(this.database, [sweepId]).get(sweepId);
      if (!summary) throw notFound(sweepId);
      return summary;
    });
  }

  /** The sweep whose id begins so; undefined if there is none or more than one. */
  find(idOrPrefix: string): SweepRecord | undefined {
    const prefix = idOrPrefix.trim().toLowerCase();
    return this.guard("the sweep can't be read", () => {
      const [first, second] = this.database
        .prepare<[string, string], Row>(
          `${SELECT} WHERE id BETWEEN ? AND ? || char(0x10ffff) AND ${HAS_MEMBERS} LIMIT 2`,
        )
        .all(prefix, prefix);
      if (prefix === '' || first === undefined || second !== undefined) return undefined;
      return recordOf(first);
    });
  }

  /** @throws WorkbenchError `not-found`. */
  get(idOrPrefix: string): SweepRecord {
    const sweep = this.find(idOrPrefix);
    if (sweep) return sweep;
    throw notFound(idOrPrefix);
  }

  /** In the order of the grid. */
  members(sweepId: string): SweepMember[] {
    return this.guard("the sweep can't be read", () =>
      this.database
        .prepare<[string], { searchId: string; point: string }>(
          `SELECT sweep_points.search_id AS searchId, point ${MEMBERS} ? ORDER BY position`,
        )
        .all(sweepId)
        .map(({ searchId, point }) => ({
          searchId,
          values: JSON.parse(point) as SweepValue[],
        })),
    );
  }

  /** The id of the sweep that a search belongs to. */
  ofSearch(searchId: string): string | undefined {
    return this.guard("the sweep can't be read", () =>
      this.database
        .prepare<[string], string>('SELECT sweep_id FROM sweep_points WHERE search_id = ?')
        .pluck()
        .get(searchId),
    );
  }
}

function notFound(idOrPrefix: string): WorkbenchError {
  return new WorkbenchError(
    'not-found',
    `there is no sweep "${idOrPrefix}", or more than one that begins so`,
    'Run "ticket runs" for a list.',
  );
}

function recordOf({ id, name, createdAt, axes }: Row): SweepRecord {
  return { id, name, createdAt, axes: JSON.parse(axes) as SweepAxis[] };
}
