import { isDeepStrictEqual } from 'node:util';
import type Database from 'better-sqlite3';
import { WorkbenchError } from '../../shared/contract/errors.ts';
import type { StoredArray } from '../../shared/domain/analysis.ts';
import type { ParameterLayout } from '../../shared/domain/layout.ts';
import { countKeptPacked } from '../../shared/domain/mask.ts';
import { plannedTrainings } from '../../shared/domain/plan.ts';
import type { Environment, SearchRecord } from '../../shared/domain/search.ts';
import {
  describeTraining,
  type Evaluation,
  sameTraining,
  TICKET_BRANCH,
  type TrainingKey,
} from '../../shared/domain/training.ts';
import type {
  StoredHandover,
  StoredTraining,
  StoredWeights,
  TrainingIdentity,
  TrainingRecord,
} from '../../shared/domain/training-record.ts';
import type { Blobs } from './blobs.ts';
import type { Statements } from './statements.ts';

/** What a blob is to a training, and how it is called in errors. */
const ROLES: Readonly<Record<StoredArray, string>> = {
  mask: 'the mask',
  'next-mask': 'the mask of the next level',
  'initial-weights': 'the initial weights',
  'final-weights': 'the final weights',
  'rewind-point': 'the weights of the rewind iteration',
};
type Role = StoredArray;

/** The dense network's weights on its way, kept for searches that return to them. */
type CapturedRole = `iteration-${number}`;

interface TrainingRow {
  readonly id: number;
  readonly replicate: number;
  readonly level: number;
  readonly branch: string;
  readonly sessionId: number;
  readonly density: number;
  readonly keptCounts: string;
  readonly engine: string;
  readonly trainingMilliseconds: number;
  readonly evaluationMilliseconds: number;
  readonly finishedAt: number;
  readonly adoptedFrom: string | null;
}

interface DonorRow {
  readonly searchId: string;
  readonly pruningIdentity: string | null;
}

type InsertedTraining = Pick<
  StoredTraining,
  | 'key'
  | 'density'
  | 'keptCounts'
  | 'engine'
  | 'trainingMilliseconds'
  | 'evaluationMilliseconds'
  | 'identity'
>;

interface MetricRow extends Evaluation {
  readonly trainingId: number;
}

const TRAINING_COLUMNS = `id, replicate, level, branch, session_id AS sessionId, density,
  kept_counts AS keptCounts, engine, training_milliseconds AS trainingMilliseconds,
  evaluation_milliseconds AS evaluationMilliseconds, finished_at AS finishedAt,
  adopted_from AS adoptedFrom`;

const METRIC_COLUMNS = `iteration, validation_loss AS validationLoss,
  validation_accuracy AS validationAccuracy, test_loss AS testLoss, test_accuracy AS testAccuracy`;

/** What a finished training must have left for another search to take it over. */
export interface WantedTraining {
  readonly key: TrainingKey;
  readonly identity: TrainingIdentity;
  /** θ of this iteration, of the dense network of a search that returns to it. */
  readonly capturedIteration: number | undefined;
}

/** A finished training that is the same as one that another search needs. */
export interface DonorTraining {
  readonly searchId: string;
  readonly key: TrainingKey;
  /** Whether the mask of the next level is the same, too. */
  readonly hasSamePruning: boolean;
}

/** Finished trainings of searches: measurements and arrays. */
export class Trainings {
  readonly #database: Database.Database;
  readonly #statements: Statements;
  readonly #blobs: Blobs;
  readonly #now: () => number;

  constructor(
    database: Database.Database,
    statements: Statements,
    blobs: Blobs,
    now: () => number,
  ) {
    this.#database = database;
    this.#statements = statements;
    this.#blobs = blobs;
    this.#now = now;
  }

  /**
   * Keeps a finished training, all of it or nothing. Saving the same results again changes nothing.
   *
   * @throws WorkbenchError `invalid-data` for a training that its search did not plan or whose
   *   arrays do not fit its network; `conflict` if other results are saved under its key.
   */
  save(search: SearchRecord, layout: ParameterLayout, training: StoredTraining): void {
    checkTraining(search, layout, training);
    this.#database
      .transaction(() => {
        const saved = this.#findRow(search.id, training.key);
        if (saved) {
          if (this.#hasSameResults(saved, training)) return;
          throw new WorkbenchError(
            'conflict',
            `${describeTraining(training.key)} of the search ${search.id} is saved already, with other results`,
            'Equal settings give equal results in the same environment: compare the environments.',
          );
        }
        const trainingId = this.#insertRow(search.id, training);
        this.#insertMetrics(trainingId, training.evaluations);
        const insertBlob = this.#statements.prepare('INSERT INTO training_blobs VALUES (?, ?, ?)');
        for (const [role, bytes] of [...blobsOf(training), ...capturedOf(training)]) {
          insertBlob.run(trainingId, role, this.#blobs.put(bytes));
        }
        this.#countDone(search.id);
      })
      .immediate();
  }

  /** The oldest training that is the same, of whichever search; undefined if there is none. */
  findDonor({ identity, capturedIteration }: WantedTraining): DonorTraining | undefined {
    const captured: CapturedRole | null =
      capturedIteration === undefined ? null : `iteration-${capturedIteration}`;
    const row = this.#statements
      .prepare<[Record<string, string | null>], TrainingRow & DonorRow>(
        `SELECT ${TRAINING_COLUMNS}, search_id AS searchId, pruning_identity AS pruningIdentity
         FROM trainings WHERE identity = @identity AND (@captured IS NULL OR EXISTS
           (SELECT 1 FROM training_blobs WHERE training_id = trainings.id AND role = @captured))
         ORDER BY pruning_identity IS NOT @pruning, id LIMIT 1`,
      )
      .get({ identity: identity.training, captured, pruning: identity.pruning ?? null });
    if (!row) return undefined;
    return {
      searchId: row.searchId,
      key: keyOf(row),
      hasSamePruning: row.pruningIdentity === (identity.pruning ?? null),
    };
  }

  /**
   * Makes another search's training this one's, too: the same measurements and arrays, kept once.
   *
   * @param nextMask packed, where it differs from what the donor left; undefined: it does not.
   * @throws WorkbenchError `not-found` if the donor is gone.
   */
  adopt(
    search: SearchRecord,
    wanted: WantedTraining,
    donor: DonorTraining,
    nextMask: Uint8Array | undefined,
  ): void {
    this.#database
      .transaction(() => {
        if (this.#findRow(search.id, wanted.key)) return;
        const source = this.#getRow(donor.searchId, donor.key);
        const keptCounts = JSON.parse(source.keptCounts) as number[];
        const trainingId = this.#insertRow(
          search.id,
          { ...source, key: wanted.key, keptCounts, identity: wanted.identity },
          source.adoptedFrom ?? donor.searchId,
        );
        this.#statements
          .prepare(
            `INSERT INTO metrics
             SELECT ?, iteration, validation_loss, validation_accuracy, test_loss, test_accuracy
             FROM metrics WHERE training_id = ?`,
          )
          .run(trainingId, source.id);
        const insertBlob = this.#statements.prepare('INSERT INTO training_blobs VALUES (?, ?, ?)');
        for (const [role, blobId] of this.#blobIdsByRole(source.id)) {
          const isOwn = role === 'rewind-point' || (role === 'next-mask' && !donor.hasSamePruning);
          if (!isOwn) insertBlob.run(trainingId, role, blobId);
          if (role === `iteration-${wanted.capturedIteration}`) {
            insertBlob.run(trainingId, 'rewind-point', blobId);
          }
        }
        if (nextMask) insertBlob.run(trainingId, 'next-mask', this.#blobs.put(nextMask));
        this.#countDone(search.id);
      })
      .immediate();
  }

  /** θ of an iteration that the dense network was asked to capture. */
  captured(searchId: string, key: TrainingKey, iteration: number): Float32Array | undefined {
    const { id } = this.#getRow(searchId, key);
    const bytes = this.#read(searchId, key, id, `iteration-${iteration}`);
    return bytes && floatsOf(bytes);
  }

  /** By replicate and level, the ticket before its controls. */
  list(searchId: string): TrainingRecord[] {
    const environments = new Map(
      this.#statements
        .prepare<[string], { id: number; environment: string }>(
          'SELECT id, environment FROM sessions WHERE search_id = ?',
        )
        .all(searchId)
        .map(({ id, environment }) => [id, JSON.parse(environment) as Environment]),
    );
    const evaluations = this.#evaluationsOf(searchId);
    return this.#rows(searchId).map((row) => ({
      key: keyOf(row),
      density: row.density,
      evaluations: evaluations.get(row.id) ?? [],
      keptCounts: JSON.parse(row.keptCounts) as number[],
      engine: row.engine,
      trainingMilliseconds: row.trainingMilliseconds,
      evaluationMilliseconds: row.evaluationMilliseconds,
      finishedAt: row.finishedAt,
      environment: environments.get(row.sessionId)!,
      ...(row.adoptedFrom === null ? {} : { adoptedFrom: row.adoptedFrom }),
    }));
  }

  keys(searchId: string): TrainingKey[] {
    return this.#rows(searchId).map(keyOf);
  }

  /**
   * The mask it was trained under, packed.
   *
   * @throws WorkbenchError `not-found`; `store-failed` naming the blob if it is damaged.
   */
  mask(searchId: string, key: TrainingKey): Uint8Array {
    return this.#required(searchId, key, this.#getRow(searchId, key).id, 'mask');
  }

  /** @throws WorkbenchError `not-found`; `store-failed` naming the blob if one is damaged. */
  weights(searchId: string, key: TrainingKey): StoredWeights {
    const { id } = this.#getRow(searchId, key);
    return {
      mask: this.#required(searchId, key, id, 'mask'),
      initialWeights: floatsOf(this.#required(searchId, key, id, 'initial-weights')),
      finalWeights: floatsOf(this.#required(searchId, key, id, 'final-weights')),
    };
  }

  /**
   * Masks packed, weights as they are.
   *
   * @throws WorkbenchError `not-found`; `store-failed` naming the blob if it is damaged or missing.
   */
  array(searchId: string, key: TrainingKey, array: StoredArray): Uint8Array | Float32Array {
    const bytes = this.#required(searchId, key, this.#getRow(searchId, key).id, array);
    return array === 'mask' || array === 'next-mask' ? bytes : floatsOf(bytes);
  }

  /** @throws WorkbenchError `not-found`; `store-failed` naming the blob if one is damaged. */
  handover(searchId: string, key: TrainingKey): StoredHandover {
    const { id } = this.#getRow(searchId, key);
    const rewindPoint = this.#read(searchId, key, id, 'rewind-point');
    return {
      nextMask: this.#read(searchId, key, id, 'next-mask'),
      rewindPoint: rewindPoint && floatsOf(rewindPoint),
    };
  }

  /** The ids of all blobs that a search's trainings refer to. */
  blobIds(searchId: string): number[] {
    return this.#statements
      .prepare<[string], number>(
        `SELECT DISTINCT blob_id FROM training_blobs
         JOIN trainings ON trainings.id = training_id WHERE search_id = ?`,
      )
      .pluck()
      .all(searchId);
  }

  #countDone(searchId: string): void {
    this.#statements
      .prepare('UPDATE searches SET trainings_done = trainings_done + 1 WHERE id = ?')
      .run(searchId);
  }

  #insertRow(searchId: string, training: InsertedTraining, adoptedFrom?: string): number {
    const sessionId = this.#statements
      .prepare<[string], number | null>('SELECT max(id) FROM sessions WHERE search_id = ?')
      .pluck()
      .get(searchId);
    if (sessionId === undefined || sessionId === null) {
      throw new Error(`the search ${searchId} has trained without having been started`);
    }
    const { density, keptCounts, engine, trainingMilliseconds, evaluationMilliseconds } = training;
    const { lastInsertRowid } = this.#statements
      .prepare(
        `INSERT INTO trainings (search_id, replicate, level, branch, session_id, density,
           kept_counts, engine, training_milliseconds, evaluation_milliseconds, finished_at,
           identity, pruning_identity, adopted_from)
         VALUES (@searchId, @replicate, @level, @branch, @sessionId, @density,
           @keptCounts, @engine, @trainingMilliseconds, @evaluationMilliseconds, @finishedAt,
           @identity, @pruningIdentity, @adoptedFrom)`,
      )
      .run({
        searchId,
        ...training.key,
        sessionId,
        density,
        keptCounts: JSON.stringify(keptCounts),
        engine,
        trainingMilliseconds,
        evaluationMilliseconds,
        finishedAt: this.#now(),
        identity: training.identity?.training ?? null,
        pruningIdentity: training.identity?.pruning ?? null,
        adoptedFrom: adoptedFrom ?? null,
      });
    return Number(lastInsertRowid);
  }

  #insertMetrics(trainingId: number, evaluations: readonly Evaluation[]): void {
    const insert = this.#statements.prepare(
      `INSERT INTO metrics VALUES (@trainingId, @iteration, @validationLoss, @validationAccuracy,
         @testLoss, @testAccuracy)`,
    );
    for (const evaluation of evaluations) insert.run({ trainingId, ...evaluation });
  }

  /** Times differ from run to run and are no results. */
  #hasSameResults(saved: TrainingRow, training: StoredTraining): boolean {
    const { density, keptCounts, engine, evaluations } = training;
    const blobs = blobsOf(training);
    // What was captured for others is no result of this search.
    const savedBlobs = new Map(
      [...this.#blobIdsByRole(saved.id)].filter(([role]) => Object.hasOwn(ROLES, role)),
    );
    return (
      saved.density === density &&
      saved.keptCounts === JSON.stringify(keptCounts) &&
      saved.engine === engine &&
      isDeepStrictEqual(this.#evaluations(saved.id), evaluations.map(measurementsOf)) &&
      savedBlobs.size === blobs.length &&
      blobs.every(([role, bytes]) => savedBlobs.get(role) === this.#blobs.idOf(bytes))
    );
  }

  #evaluations(trainingId: number): Evaluation[] {
    return this.#statements
      .prepare<[number], Evaluation>(
        `SELECT ${METRIC_COLUMNS} FROM metrics WHERE training_id = ? ORDER BY iteration`,
      )
      .all(trainingId)
      .map(measurementsOf);
  }

  #blobIdsByRole(trainingId: number): Map<string, number> {
    const rows = this.#statements
      .prepare<[number], { role: string; blobId: number }>(
        'SELECT role, blob_id AS blobId FROM training_blobs WHERE training_id = ?',
      )
      .all(trainingId);
    return new Map(rows.map(({ role, blobId }) => [role, blobId]));
  }

  #rows(searchId: string): TrainingRow[] {
    return this.#statements
      .prepare<[string, string], TrainingRow>(
        `SELECT ${TRAINING_COLUMNS} FROM trainings WHERE search_id = ?
         ORDER BY replicate, level, branch <> ?, branch`,
      )
      .all(searchId, TICKET_BRANCH);
  }

  #evaluationsOf(searchId: string): Map<number, Evaluation[]> {
    const rows = this.#statements
      .prepare<[string], MetricRow>(
        `SELECT training_id AS trainingId, ${METRIC_COLUMNS} FROM metrics
         WHERE training_id IN (SELECT id FROM trainings WHERE search_id = ?)
         ORDER BY training_id, iteration`,
      )
      .iterate(searchId);
    const byTraining = new Map<number, Evaluation[]>();
    for (const { trainingId, ...evaluation } of rows) {
      const evaluations = byTraining.get(trainingId);
      if (evaluations) evaluations.push(evaluation);
      else byTraining.set(trainingId, [evaluation]);
    }
    return byTraining;
  }

  #findRow(searchId: string, { replicate, level, branch }: TrainingKey): TrainingRow | undefined {
    return this.#statements
      .prepare<[string, number, number, string], TrainingRow>(
        `SELECT ${TRAINING_COLUMNS} FROM trainings
         WHERE search_id = ? AND replicate = ? AND level = ? AND branch = ?`,
      )
      .get(searchId, replicate, level, branch);
  }

  #getRow(searchId: string, key: TrainingKey): TrainingRow {
    const row = this.#findRow(searchId, key);
    if (row) return row;
    throw new WorkbenchError(
      'not-found',
      `the search ${searchId} has no finished training ${describeTraining(key)}`,
      `Run "ticket show ${searchId}" for what it has.`,
    );
  }

  #required(searchId: string, key: TrainingKey, id: number, role: Role): Uint8Array<ArrayBuffer> {
    const bytes = this.#read(searchId, key, id, role);
    if (bytes) return bytes;
    throw new WorkbenchError(
      'store-failed',
      `${ROLES[role]} of ${describeTraining(key)} of the search ${searchId} is missing`,
      'Restore the database from a backup, or delete the search and run it again.',
    );
  }

  #read(
    searchId: string,
    key: TrainingKey,
    id: number,
    role: Role | CapturedRole,
  ): Uint8Array<ArrayBuffer> | undefined {
    const blobId = this.#statements
      .prepare<[number, string], number>(
        'SELECT blob_id FROM training_blobs WHERE training_id = ? AND role = ?',
      )
      .pluck()
      .get(id, role);
    if (blobId === undefined) return undefined;
    const name = role in ROLES ? ROLES[role as Role] : `the weights of ${role}`;
    const what = `${name} of ${describeTraining(key)} of the search ${searchId}`;
    return this.#blobs.get(blobId, what);
  }
}

function measurementsOf(evaluation: Evaluation): Evaluation {
  const { iteration, validationLoss, validationAccuracy, testLoss, testAccuracy } = evaluation;
  return { iteration, validationLoss, validationAccuracy, testLoss, testAccuracy };
}

function keyOf({ replicate, level, branch }: TrainingRow): TrainingKey {
  return { replicate, level, branch };
}

function blobsOf(training: StoredTraining): (readonly [role: Role, bytes: Uint8Array])[] {
  const { nextMask, rewindPoint } = training;
  return [
    ['mask', training.mask],
    ['initial-weights', bytesOf(training.initialWeights)],
    ['final-weights', bytesOf(training.finalWeights)],
    ...(nextMask ? [['next-mask', nextMask] as const] : []),
    ...(rewindPoint ? [['rewind-point', bytesOf(rewindPoint)] as const] : []),
  ];
}

function capturedOf({
  captured = [],
}: StoredTraining): (readonly [role: CapturedRole, bytes: Uint8Array])[] {
  return captured.map(({ iteration, weights }) => [`iteration-${iteration}`, bytesOf(weights)]);
}

/** The machine's own byte order, which is little-endian wherever there is a TensorFlow. */
function bytesOf(values: Float32Array): Uint8Array {
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
}

function floatsOf(bytes: Uint8Array<ArrayBuffer>): Float32Array {
  return new Float32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 4);
}

function checkTraining(
  { id, settings }: SearchRecord,
  layout: ParameterLayout,
  training: StoredTraining,
): void {
  const { key, keptCounts, evaluations, mask, nextMask, rewindPoint } = training;
  const reject = (problem: string): never => {
    throw new WorkbenchError(
      'invalid-data',
      `${describeTraining(key)} of the search ${id} can't be saved: ${problem}`,
    );
  };
  const checkLength = (what: string, length: number, expected: number): void => {
    if (length !== expected) reject(`${what} has ${length} entries, expected ${expected}`);
  };

  if (!plannedTrainings(settings).some((planned) => sameTraining(planned, key))) {
    reject('it is not part of the search');
  }
  const maskBytes = Math.ceil(layout.prunableCount / 8);
  checkLength('the packed mask', mask.length, maskBytes);
  checkLength('the initial weights', training.initialWeights.length, layout.parameterCount);
  checkLength('the final weights', training.finalWeights.length, layout.parameterCount);
  checkLength('the kept counts', keptCounts.length, layout.prunable.length);
  if (nextMask) checkLength('the next packed mask', nextMask.length, maskBytes);
  if (rewindPoint) checkLength('the rewind point', rewindPoint.length, layout.parameterCount);
  for (const { iteration, weights } of training.captured ?? []) {
    checkLength(`the weights of iteration ${iteration}`, weights.length, layout.parameterCount);
  }

  const kept = keptCounts.reduce((sum, count) => sum + count, 0);
  const inMask = countKeptPacked(mask);
  if (kept !== inMask) reject(`${kept} weights are said to be kept, its mask keeps ${inMask}`);

  if (evaluations.length === 0) reject('it has no evaluations');
  for (const [index, evaluation] of evaluations.entries()) {
    const { iteration } = evaluation;
    const previous = evaluations[index - 1]?.iteration ?? -1;
    if (iteration <= previous) reject(`iteration ${iteration} is evaluated after ${previous}`);
    for (const [measure, value] of Object.entries(evaluation) as [string, number][]) {
      if (!Number.isFinite(value)) reject(`${measure} is ${value} at iteration ${iteration}`);
    }
  }
}
