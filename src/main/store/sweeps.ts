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

/** Of every sweep's id, and of no search's, which begins with a year. */
const SWEEP_PREFIX = 's';

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
    const drawn = newFreeId(createdAt, (each) => known.get(`${SWEEP_PREFIX}${each}`) !== undefined);
    const id = `${SWEEP_PREFIX}${drawn}`;
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
    const [first, second] = this.#beginningWith(idOrPrefix);
    return first === undefined || second !== undefined ? undefined : recordOf(first);
  }

  /** @throws WorkbenchError `not-found` where a search is meant and sweeps begin so. */
  refuseAsSearch(idOrPrefix: string): void {
    const [first, second] = this.#beginningWith(idOrPrefix);
    if (first === undefined) return;
    if (second === undefined) {
      throw new WorkbenchError(
        'not-found',
        `${first.id} is a sweep; expected the id of one search`,
        'Run "ticket runs" for the searches of each sweep.',
      );
    }
    throw new WorkbenchError(
      'not-found',
      `several sweeps begin with "${idOrPrefix}": ${first.id}, ${second.id}…`,
      'Write more of the id.',
    );
  }

  /** No more than two: enough to tell whether an id is meant. */
  #beginningWith(idOrPrefix: string): Row[] {
    const prefix = idOrPrefix.trim().toLowerCase();
    if (!prefix.startsWith(SWEEP_PREFIX)) return [];
    return this.guard("the sweep can't be read", () =>
      this.database
        .prepare<[string, string], Row>(
          `${SELECT} WHERE id BETWEEN ? AND ? || char(0x10ffff) AND ${HAS_MEMBERS} ORDER BY id LIMIT 2`,
        )
        .all(prefix, prefix),
    );
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
