/** Weights of finished searches that are dropped to save space. Masks and measurements stay. */
import { WorkbenchError } from '../../shared/contract/errors.ts';
import { SEARCH_STATES } from '../../shared/contract/records/search-rows.ts';
import { droppedText, WEIGHTS_AGAIN } from '../../shared/domain/dropped-weights.ts';
import type { Blobs } from './blobs.ts';
import { sealPart } from './checksums.ts';
import { flag, integer, oneOf, optional, row, scalar, text } from './columns.ts';
import type { Connection } from './connection.ts';
import type { Leases } from './leases.ts';
import { noSearch } from './not-found.ts';
import { StorePart } from './part.ts';
import { changeArrays, changeTraining, sealsWithout } from './training-changes.ts';

/**
 * The rows of `training_blobs` that hold weights. Masks, and which test examples were correct, are no
 * weights.
 */
export const ARE_WEIGHTS = `(role IN ('initial-weights', 'final-weights', 'rewind-point')
  OR role GLOB 'iteration-[0-9]*')`;

const DROPPED_AT = scalar(integer);
const TRAINING = row({
  id: integer,
  searchId: text,
  replicate: integer,
  level: integer,
  branch: text,
});
const CANDIDATE = row({
  id: text,
  name: text.catch(''),
  state: oneOf(SEARCH_STATES).catch('failed'),
  isWaiting: flag,
  isAnalysed: flag,
  hasWeights: flag,
  droppedAt: optional(integer),
});

/** A search, and why its weights can't be dropped. */
export interface WeightsCandidate {
  readonly id: string;
  readonly name: string;
  /** Undefined if they can be dropped. */
  readonly refusal: string | undefined;
  readonly droppedAt: number | undefined;
}

/** When the weights of a search were dropped, Unix milliseconds; undefined if they were not. */
export function droppedAt(connection: Connection, searchId: string): number | undefined {
  return connection
    .prepare('SELECT dropped_at FROM dropped_weights WHERE search_id = ?', DROPPED_AT)
    .get(searchId);
}

/**
 * @param what was dropped: `the final weights of level 2`.
 * @param hint what to do instead. Default: how to have the weights again.
 */
export function droppedError(what: string, at: number, hint = WEIGHTS_AGAIN): WorkbenchError {
  return new WorkbenchError('not-found', `${what} ${droppedText(at)}`, hint);
}

export class DroppedWeights extends StorePart {
  readonly #leases: Leases;
  readonly #blobs: Blobs;

  constructor(connection: Connection, leases: Leases, blobs: Blobs) {
    super(connection);
    this.#leases = leases;
    this.#blobs = blobs;
  }

  /** When the weights of a search were dropped, Unix milliseconds; undefined if they were not. */
  at(searchId: string): number | undefined {
    return this.connection.read("the search can't be read", () =>
      droppedAt(this.connection, searchId),
    );
  }

  /** How many searches have dropped weights. */
  count(): number {
    return this.connection.read("the searches can't be read", () =>
      this.connection.prepare('SELECT count(*) FROM dropped_weights', scalar(integer)).one(),
    );
  }

  /** Searches that are not deleted, and whether their weights can be dropped. Oldest first. */
  candidates(): WeightsCandidate[] {
    return this.connection.read("the searches can't be read", () =>
      this.connection
        .prepare(`${SELECT_CANDIDATES} ORDER BY search_rows.created_at`, CANDIDATE)
        .all()
        .map(candidateOf),
    );
  }

  /**
   * Drops the weights of a finished search: all of them or none. What other searches share stays for
   * them. The space is returned to the disk by `Store.returnSpace`.
   *
   * @throws WorkbenchError `not-found`; `conflict` for a search that runs, waits, or needs its weights;
   *   `store-failed` for a damaged training, whose new checksum would vouch for the damage.
   */
  drop(searchId: string): void {
    const seals = this.connection.read("the weights can't be dropped", () => {
      this.#requireDroppable(searchId);
      return new Map(
        this.#trainingsWithWeights(searchId).map((training) => [
          training.id,
          sealsWithout(this.connection, training, ARE_WEIGHTS),
        ]),
      );
    });
    this.connection.write("the weights can't be dropped", () => {
      this.#requireDroppable(searchId);
      const blobIds = this.#weightsOf(searchId);
      const remove = this.connection.prepare(
        `DELETE FROM training_blobs WHERE training_id = ? AND ${ARE_WEIGHTS}`,
      );
      for (const training of this.#trainingsWithWeights(searchId)) {
        const removeOwn = () => remove.run(training.id);
        const planned = seals.get(training.id);
        if (planned) changeArrays(this.connection, training, removeOwn, planned);
        else changeTraining(this.connection, training, removeOwn);
      }
      this.#blobs.collectGarbage(blobIds);
      this.connection
        .prepare('INSERT OR REPLACE INTO dropped_weights VALUES (?, ?)')
        .run(searchId, this.connection.now());
      sealPart(this.connection, 'weights', [searchId]);
    });
  }

  /** @throws WorkbenchError as `drop`. */
  #requireDroppable(searchId: string): void {
    this.#leases.checkFree(searchId);
    const found = this.connection
      .prepare(`${SELECT_CANDIDATES} AND search_rows.search_id = ?`, CANDIDATE)
      .get(searchId);
    if (!found) throw noSearch(searchId);
    const { refusal } = candidateOf(found);
    if (refusal === undefined) return;
    throw new WorkbenchError(
      'conflict',
      `the weights of the search ${searchId} can't be dropped: ${refusal}`,
    );
  }

  #weightsOf(searchId: string): number[] {
    return this.connection
      .prepare(
        `SELECT DISTINCT blob_id FROM training_blobs JOIN trainings ON trainings.id = training_id
         WHERE search_id = ? AND ${ARE_WEIGHTS}`,
        scalar(integer),
      )
      .all(searchId);
  }

  #trainingsWithWeights(searchId: string) {
    return this.connection
      .prepare(
        `SELECT id, search_id AS searchId, replicate, level, branch FROM trainings
         WHERE search_id = ? AND EXISTS
           (SELECT 1 FROM training_blobs WHERE training_id = trainings.id AND ${ARE_WEIGHTS})`,
        TRAINING,
      )
      .all(searchId);
  }
}

const SELECT_CANDIDATES = `
  SELECT search_rows.search_id AS id, search_rows.name, search_rows.state,
    EXISTS (SELECT 1 FROM queue WHERE queue.search_id = search_rows.search_id) AS isWaiting,
    NOT EXISTS (SELECT 1 FROM analyses WHERE analyses.search_id = search_rows.search_id
      AND is_wanted AND units_total >
        (SELECT count(*) FROM analysis_units WHERE analysis_id = analyses.id)) AS isAnalysed,
    EXISTS (SELECT 1 FROM trainings JOIN training_blobs ON training_id = trainings.id
      WHERE trainings.search_id = search_rows.search_id AND ${ARE_WEIGHTS}) AS hasWeights,
    dropped_at AS droppedAt
  FROM search_rows LEFT JOIN dropped_weights ON dropped_weights.search_id = search_rows.search_id
  WHERE search_rows.deleted_at IS NULL`;

interface Candidate extends Omit<WeightsCandidate, 'refusal'> {
  readonly state: (typeof SEARCH_STATES)[number];
  readonly isWaiting: boolean;
  readonly isAnalysed: boolean;
  readonly hasWeights: boolean;
}

function candidateOf(found: Candidate): WeightsCandidate {
  const { id, name, droppedAt: at } = found;
  return { id, name, droppedAt: at, refusal: refusalOf(found) };
}

function refusalOf(candidate: Candidate): string | undefined {
  const { state, isWaiting, isAnalysed, hasWeights, droppedAt: at } = candidate;
  if (state !== 'finished') return `it is ${state}; only finished searches can do without them`;
  if (isWaiting || !isAnalysed) return 'its analyses are not finished, and may need them';
  if (hasWeights) return undefined;
  return at === undefined ? 'it has none' : 'they are dropped already';
}
