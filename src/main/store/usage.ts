/** What takes space in the database, by kind and by search. */
import {
  DATABASE_KINDS,
  type DatabaseKind,
  type SearchUsage,
} from '../../shared/contract/records/storage.ts';
import { SEARCH_STATES } from '../../shared/contract/records/search-rows.ts';
import { type DecodedBy, flag, integer, oneOf, optional, row, scalar, text } from './columns.ts';
import type { Connection } from './connection.ts';
import { ARE_WEIGHTS, type DroppedWeights } from './dropped-weights.ts';
import { StorePart } from './part.ts';
import { CORRECT_ROLE } from './sealed.ts';

/**
 * Bytes of an evaluation, with its share of pages that are not full. A test compares it with SQLite's own
 * count (dbstat), which would read all of them.
 */
const EVALUATION_BYTES = 48;

export interface DatabaseUsage {
  /** The size of the file. */
  readonly bytes: number;
  readonly kinds: Readonly<Record<DatabaseKind, number>>;
  /** Largest first, without those in the trash. */
  readonly searches: readonly SearchUsage[];
}

const SEARCH = row({
  id: text,
  name: text.catch(''),
  sweepId: optional(text),
  state: oneOf(SEARCH_STATES).catch('failed'),
  createdAt: integer.catch(0),
  deletedAt: optional(integer),
  isTagged: flag,
});
const USE = row({ blobId: integer, searchId: text, role: text, bytes: integer });
const BYTES = scalar(integer);

/** The kinds that an array can be. An array in two roles counts as the earlier kind. */
const ARRAY_KINDS = [
  'masks',
  'correct-examples',
  'initial-weights',
  'rewind-points',
  'final-weights',
] as const satisfies readonly DatabaseKind[];
type ArrayKind = (typeof ARRAY_KINDS)[number];

type Counted = { -readonly [Key in keyof SearchUsage]: SearchUsage[Key] };

/** Told how much is measured, 0..1. */
export type OnFraction = (fraction: number) => void;

export class Usage extends StorePart {
  readonly #dropped: DroppedWeights;

  constructor(connection: Connection, dropped: DroppedWeights) {
    super(connection);
    this.#dropped = dropped;
  }

  /** Reads no array, but the first page of each: some seconds for hundreds of thousands of arrays. */
  measure(onFraction: OnFraction = () => undefined): DatabaseUsage {
    return this.connection.read("the database can't be measured", () => {
      const kinds = Object.fromEntries(DATABASE_KINDS.map((kind) => [kind, 0])) as Record<
        DatabaseKind,
        number
      >;
      const searches = this.#searches();
      const counted = countSearches(searches, this.#dropped);
      this.#countArrays(kinds, counted, (fraction) => onFraction(fraction / 2));
      for (const [index, { id, deletedAt }] of searches.entries()) {
        const measurements = this.#measurementBytes([id]);
        const analyses = this.#analysisBytes([id]);
        const own = counted.get(id);
        if (own) {
          own.measurementBytes += measurements;
          own.analysisBytes += analyses;
        }
        kinds[deletedAt === undefined ? 'measurements' : 'trash'] += measurements;
        kinds[deletedAt === undefined ? 'analyses' : 'trash'] += analyses;
        onFraction(0.5 + (index + 1) / searches.length / 2);
      }
      const pageSize = this.connection.prepare('PRAGMA page_size', BYTES).one();
      const pages = this.connection.prepare('PRAGMA page_count', BYTES).one();
      const bytes = pages * pageSize;
      kinds.free = this.connection.freePages() * pageSize;
      const known = DATABASE_KINDS.reduce((sum, kind) => sum + kinds[kind], 0);
      kinds.rest = Math.max(0, bytes - known);
      const sizeOf = (search: SearchUsage): number =>
        search.weightBytes + search.maskBytes + search.measurementBytes + search.analysisBytes;
      return {
        bytes,
        kinds,
        searches: [...counted.values()].toSorted((one, other) => sizeOf(other) - sizeOf(one)),
      };
    });
  }

  /** Bytes that only these searches have. Deleting them frees about as much. */
  ownBytes(searchIds: readonly string[]): number {
    return this.connection.read("the searches can't be measured", () => {
      const ids = JSON.stringify(searchIds);
      const arrays = this.connection
        .prepare(
          `SELECT coalesce(sum(length(data)), 0) FROM blobs WHERE id IN
             (SELECT blob_id FROM training_blobs JOIN trainings ON trainings.id = training_id
               WHERE search_id IN (SELECT value FROM json_each(?)))
           AND NOT EXISTS (SELECT 1 FROM training_blobs
             JOIN trainings ON trainings.id = training_id
             WHERE blob_id = blobs.id AND search_id NOT IN (SELECT value FROM json_each(?)))`,
          BYTES,
        )
        .one(ids, ids);
      return arrays + this.#measurementBytes(searchIds) + this.#analysisBytes(searchIds);
    });
  }

  /** What dropping the weights of these searches frees, and what other searches still need of them. */
  weightBytes(searchIds: readonly string[]): { readonly freed: number; readonly shared: number } {
    return this.connection.read("the searches can't be measured", () => {
      const ids = JSON.stringify(searchIds);
      const isDropped = `(search_id IN (SELECT value FROM json_each(?)) AND ${ARE_WEIGHTS})`;
      const arrays = this.connection
        .prepare(
          `SELECT length(data) AS bytes, EXISTS (SELECT 1 FROM training_blobs
               JOIN trainings ON trainings.id = training_id
               WHERE blob_id = blobs.id AND NOT ${isDropped}) AS isShared
           FROM blobs WHERE id IN (SELECT blob_id FROM training_blobs
             JOIN trainings ON trainings.id = training_id WHERE ${isDropped})`,
          row({ bytes: integer, isShared: flag }),
        )
        .all(ids, ids);
      const sum = (isShared: boolean): number =>
        arrays
          .filter((each) => each.isShared === isShared)
          .reduce((total, { bytes }) => total + bytes, 0);
      return { freed: sum(false), shared: sum(true) };
    });
  }

  #searches(): DecodedBy<typeof SEARCH>[] {
    return this.connection
      .prepare(
        `SELECT search_id AS id, name, sweep_id AS sweepId, state, created_at AS createdAt,
           deleted_at AS deletedAt,
           EXISTS (SELECT 1 FROM tags WHERE tags.search_id = search_rows.search_id) AS isTagged
         FROM search_rows`,
        SEARCH,
      )
      .all();
  }

  #countArrays(
    kinds: Record<DatabaseKind, number>,
    counted: ReadonlyMap<string, Counted>,
    onFraction: OnFraction,
  ): void {
    const total = this.connection.prepare('SELECT count(*) FROM training_blobs', BYTES).one();
    const uses = this.connection
      .prepare(
        `SELECT blob_id AS blobId, search_id AS searchId, role, length(data) AS bytes
         FROM training_blobs JOIN trainings ON trainings.id = training_id
         JOIN blobs ON blobs.id = blob_id ORDER BY blob_id`,
        USE,
      )
      .iterate();
    let array = newArray(0, 0);
    const finish = (): void => {
      if (array.owners.size > 0) countArray(kinds, counted, array);
    };
    let done = 0;
    for (const { blobId, searchId, role, bytes } of uses) {
      if (blobId !== array.id) {
        finish();
        array = newArray(blobId, bytes);
      }
      array.owners.add(searchId);
      array.kind = Math.min(array.kind, ARRAY_KINDS.indexOf(kindOfRole(role)));
      done += 1;
      if (done % TOLD_EVERY === 0) onFraction(done / total);
    }
    finish();
  }

  #measurementBytes(searchIds: readonly string[]): number {
    const rows = this.connection
      .prepare(
        `SELECT count(*) FROM trainings JOIN metrics ON training_id = trainings.id
         WHERE search_id IN (SELECT value FROM json_each(?))`,
        BYTES,
      )
      .one(JSON.stringify(searchIds));
    return rows * EVALUATION_BYTES;
  }

  #analysisBytes(searchIds: readonly string[]): number {
    return this.connection
      .prepare(
        `SELECT coalesce(sum(octet_length(result)), 0) FROM analyses
         JOIN analysis_units ON analysis_id = analyses.id
         WHERE search_id IN (SELECT value FROM json_each(?))`,
        BYTES,
      )
      .one(JSON.stringify(searchIds));
  }
}

/** Uses of arrays between two reports. */
const TOLD_EVERY = 5000;

function countSearches(
  searches: readonly DecodedBy<typeof SEARCH>[],
  dropped: DroppedWeights,
): Map<string, Counted> {
  const candidates = new Map(dropped.candidates().map((each) => [each.id, each]));
  return new Map(
    searches
      .filter(({ deletedAt }) => deletedAt === undefined)
      .map(({ deletedAt: _deletedAt, ...search }): [string, Counted] => [
        search.id,
        {
          ...search,
          weightBytes: 0,
          maskBytes: 0,
          measurementBytes: 0,
          analysisBytes: 0,
          sharedBytes: 0,
          weightsDroppedAt: candidates.get(search.id)?.droppedAt,
          refusal: candidates.get(search.id)?.refusal,
        },
      ]),
  );
}

/** An array, its kind (an index of `ARRAY_KINDS`) and the searches that have it. */
interface UsedArray {
  readonly id: number;
  readonly bytes: number;
  kind: number;
  readonly owners: Set<string>;
}

function newArray(id: number, bytes: number): UsedArray {
  return { id, bytes, kind: ARRAY_KINDS.length, owners: new Set() };
}

/** An array belongs to the trash if every search that has it is there. */
function countArray(
  kinds: Record<DatabaseKind, number>,
  counted: ReadonlyMap<string, Counted>,
  array: UsedArray,
): void {
  const { bytes, owners } = array;
  const living = [...owners].flatMap((id) => counted.get(id) ?? []);
  const kind = ARRAY_KINDS[array.kind]!;
  kinds[living.length === 0 ? 'trash' : kind] += bytes;
  for (const search of living) {
    if (owners.size > 1) search.sharedBytes += bytes;
    else search[COLUMN_OF_KIND[kind]] += bytes;
  }
}

const COLUMN_OF_KIND = {
  masks: 'maskBytes',
  'correct-examples': 'measurementBytes',
  'initial-weights': 'weightBytes',
  'rewind-points': 'weightBytes',
  'final-weights': 'weightBytes',
} as const satisfies Readonly<Record<ArrayKind, keyof SearchUsage>>;

function kindOfRole(role: string): ArrayKind {
  switch (role) {
    case 'mask':
    case 'next-mask':
      return 'masks';
    case CORRECT_ROLE:
      return 'correct-examples';
    case 'initial-weights':
    case 'final-weights':
      return role;
    default:
      // The rewind point of the search, or iterations that were captured for others.
      return 'rewind-points';
  }
}
