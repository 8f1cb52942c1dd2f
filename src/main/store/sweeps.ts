import { WorkbenchError } from '../../shared/contract/errors.ts';
import type { SweepAxis, SweepValue } from '../../shared/domain/sweep.ts';
import { requireSoundSweep, sealPart, sealSweep } from './checksums.ts';
import { integer, row, scalar, text } from './columns.ts';
import type { Connection } from './connection.ts';
import { LIST_SEARCHES } from './not-found.ts';
import { StorePart } from './part.ts';
import { newFreeId } from './search-id.ts';
import type { NewSearch } from './search-writing.ts';
import type { Searches } from './searches.ts';
import { axesJson, pointJson } from './stored-json.ts';
import { PART_NAMES } from './sealed.ts';
import { SWEEP_PREFIX, sweepsBeginningWith } from './sweep-ids.ts';
import type { SweepRecord } from './sweep-record.ts';
import { allSummaries, summariesOf, type SweepSummary } from './sweep-summaries.ts';

export interface SweepMember {
  readonly searchId: string;
  readonly values: readonly SweepValue[];
}

/** A search of a sweep that is to be created. */
export type NewSweepPoint = NewSearch & Pick<SweepMember, 'values'>;

// A damaged point must not hide the others. The history marks its search as damaged.
const MEMBER = row({ searchId: text, values: pointJson.catch([]) });

const SEAL = row({ id: text, seal: text });

const SWEEP = row({ id: text, name: text, createdAt: integer, axes: axesJson });

/** Sweeps and their searches. */
export class Sweeps extends StorePart {
  readonly #searches: Searches;

  constructor(connection: Connection, searches: Searches) {
    super(connection);
    this.#searches = searches;
  }

  /** Saves a search for every grid point of a sweep, all of them or none. */
  create(name: string, axes: readonly SweepAxis[], points: readonly NewSweepPoint[]): SweepRecord {
    return this.connection.write("the sweep can't be saved", () => {
      const members = points.map(({ values, ...search }) => {
        const { id: searchId } = this.#searches.create(search);
        return { searchId, values };
      });
      return this.#add(name, axes, members);
    });
  }

  /** @throws WorkbenchError `not-found`. */
  get(idOrPrefix: string): SweepRecord {
    const sweep = this.find(idOrPrefix);
    if (!sweep) throw noSweep(idOrPrefix);
    return sweep;
  }

  /** The sweep with this prefix; undefined if there is none or more than one. */
  find(idOrPrefix: string): SweepRecord | undefined {
    return this.connection.read("the sweep can't be read", () => {
      const [first, second] = sweepsBeginningWith(this.connection, idOrPrefix);
      if (first === undefined || second !== undefined) return undefined;
      requireSoundSweep(this.connection, first);
      return this.connection
        .prepare('SELECT id, name, created_at AS createdAt, axes FROM sweeps WHERE id = ?', SWEEP)
        .get(first);
    });
  }

  /** In the order of the grid, without searches that are marked as deleted. */
  members(sweepId: string): SweepMember[] {
    return this.connection.read("the sweep can't be read", () =>
      this.connection
        .prepare(
          `SELECT sweep_points.search_id AS searchId, point AS "values"
           FROM sweep_points JOIN history ON history.search_id = sweep_points.search_id
           WHERE deleted_at IS NULL AND sweep_points.sweep_id = ? ORDER BY position`,
          MEMBER,
        )
        .all(sweepId),
    );
  }

  /**
   * All checksums of each search of a sweep, by its id: they change when anything of it does. Without those
   * that have one from before there were checksums.
   */
  seals(sweepId: string): ReadonlyMap<string, string> {
    return this.connection.read("the sweep can't be read", () => {
      const found = this.connection
        .prepare(
          `SELECT searches.id, hex(checksum) || ${PART_NAMES.map((part) => `coalesce(hex(${part}), '-')`).join(" || ' ' || ")} AS seal
           FROM sweep_points JOIN searches ON searches.id = sweep_points.search_id
           JOIN search_checksums ON search_checksums.search_id = searches.id
           WHERE sweep_points.sweep_id = ? AND checksum IS NOT NULL AND state IS NOT NULL`,
          SEAL,
        )
        .all(sweepId);
      return new Map(found.map(({ id, seal }) => [id, seal]));
    });
  }

  /** The id of the sweep that a search belongs to. */
  ofSearch(searchId: string): string | undefined {
    return this.connection.read("the sweep can't be read", () =>
      this.connection
        .prepare('SELECT sweep_id FROM sweep_points WHERE search_id = ?', scalar(text))
        .get(searchId),
    );
  }

  /** The summarised results of every sweep, newest first. */
  summaries(): SweepSummary[] {
    return this.connection.read("the sweeps can't be read", () => allSummaries(this.connection));
  }

  /** @throws WorkbenchError `not-found` if all its searches are deleted. */
  summary(sweepId: string): SweepSummary {
    return this.connection.read("the sweep can't be read", () => {
      const summary = summariesOf(this.connection, [sweepId]).get(sweepId);
      if (!summary) throw noSweep(sweepId);
      return summary;
    });
  }

  #add(name: string, axes: readonly SweepAxis[], members: readonly SweepMember[]): SweepRecord {
    const createdAt = this.connection.now();
    const known = this.connection.prepare('SELECT 1 FROM sweeps WHERE id = ?', scalar(integer));
    const isTaken = (drawn: string): boolean => known.get(`${SWEEP_PREFIX}${drawn}`) !== undefined;
    const id = `${SWEEP_PREFIX}${newFreeId(createdAt, isTaken)}`;
    this.connection
      .prepare('INSERT INTO sweeps (id, name, created_at, axes) VALUES (?, ?, ?, ?)')
      .run(id, name, createdAt, JSON.stringify(axes));
    const insert = this.connection.prepare('INSERT INTO sweep_points VALUES (?, ?, ?, ?)');
    const place = this.connection.prepare(
      'UPDATE history SET sweep_id = ?, grid_position = ? WHERE search_id = ?',
    );
    for (const [position, { searchId, values }] of members.entries()) {
      insert.run(id, position, searchId, JSON.stringify(values));
      place.run(id, position, searchId);
    }
    sealSweep(this.connection, id);
    const searchIds = members.map(({ searchId }) => searchId);
    for (const part of ['place', 'state'] as const) sealPart(this.connection, part, searchIds);
    return { id, name, createdAt, axes };
  }
}

function noSweep(idOrPrefix: string): WorkbenchError {
  return new WorkbenchError(
    'not-found',
    `there is no sweep "${idOrPrefix}", or more than one sweep has this prefix`,
    LIST_SEARCHES,
  );
}
