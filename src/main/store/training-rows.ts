/** The rows of `trainings` and `metrics`. */
import { WorkbenchError } from '../../shared/contract/errors.ts';
import type { Environment } from '../../shared/domain/search.ts';
import {
  describeTraining,
  type Evaluation,
  TICKET_BRANCH,
  type TrainingKey,
} from '../../shared/domain/training.ts';
import type { StoredTraining, TrainingRecord } from '../../shared/domain/training-record.ts';
import { changePart } from './checksums.ts';
import {
  type DecodedBy,
  DecodingError,
  integer,
  optional,
  real,
  row,
  scalar,
  storedValues,
  text,
} from './columns.ts';
import type { Connection } from './connection.ts';
import { JOIN_DECISIVE } from './decisive-evaluations.ts';
import { TRAINING_COLUMNS } from './sealed.ts';
import { environmentJson, listOfCounts } from './stored-json.ts';

const TRAINING = row({
  id: integer,
  searchId: text,
  replicate: integer,
  level: integer,
  branch: text,
  sessionId: integer,
  density: real,
  keptCounts: listOfCounts,
  engine: text,
  trainingMilliseconds: real,
  evaluationMilliseconds: real,
  finishedAt: integer,
  adoptedFrom: optional(text),
});
export type TrainingRow = DecodedBy<typeof TRAINING>;

const TRAINING_KEY = row({ replicate: integer, level: integer, branch: text });

const MEASURES = {
  iteration: integer,
  validationLoss: real,
  validationAccuracy: real,
  testLoss: optional(real),
  testAccuracy: optional(real),
};
const EVALUATION = row(MEASURES);

const SESSION = row({ id: integer, environment: environmentJson });
const ID = scalar(integer);
const NEWEST_SESSION = scalar(optional(integer));

const SELECT_TRAININGS = `
  SELECT id, search_id AS searchId, replicate, level, branch, session_id AS sessionId, density,
    kept_counts AS keptCounts, engine, training_milliseconds AS trainingMilliseconds,
    evaluation_milliseconds AS evaluationMilliseconds, finished_at AS finishedAt,
    adopted_from AS adoptedFrom
  FROM trainings`;

/** Trainings by replicate and level, the ticket before its branches. */
export const IN_ORDER = `ORDER BY replicate, level, branch <> '${TICKET_BRANCH}', branch`;

const METRIC_COLUMNS = `iteration, validation_loss AS validationLoss,
  validation_accuracy AS validationAccuracy, test_loss AS testLoss, test_accuracy AS testAccuracy`;

/** What the values of a row of `trainings` come from. */
type NewTraining = Pick<
  StoredTraining,
  | 'key'
  | 'density'
  | 'keptCounts'
  | 'engine'
  | 'trainingMilliseconds'
  | 'evaluationMilliseconds'
  | 'identity'
>;

/** The values of a row of `trainings`, without its own key and that of its session. */
export type TrainingValues = Readonly<
  Record<(typeof TRAINING_COLUMNS)[number], string | number | null>
>;

/** @param origin the search that trained it, if this one reused its result; Unix time, milliseconds. */
export function trainingValues(
  searchId: string,
  training: NewTraining,
  origin: { readonly adoptedFrom?: string | undefined; readonly finishedAt: number },
): TrainingValues {
  const { key, density, keptCounts, engine, identity } = training;
  return {
    search_id: searchId,
    ...key,
    density,
    kept_counts: JSON.stringify(keptCounts),
    engine,
    training_milliseconds: training.trainingMilliseconds,
    evaluation_milliseconds: training.evaluationMilliseconds,
    finished_at: origin.finishedAt,
    identity: identity?.training ?? null,
    pruning_identity: identity?.pruning ?? null,
    adopted_from: origin.adoptedFrom ?? null,
  };
}

const INSERTED_COLUMNS = [...TRAINING_COLUMNS, 'session_id'];
const INSERT_TRAINING = `INSERT INTO trainings (${INSERTED_COLUMNS.join(', ')})
  VALUES (${INSERTED_COLUMNS.map((name) => `@${name}`).join(', ')})`;

/**
 * Inserts a training that finishes now, in the newest session of its search.
 *
 * @param adoptedFrom the search that trained it, if this one reuses its result.
 * @returns the row's id.
 */
export function insertTraining(
  connection: Connection,
  searchId: string,
  training: NewTraining,
  adoptedFrom?: string,
): number {
  const sessionId = newestSession(connection, searchId);
  if (sessionId === undefined) {
    throw new Error(`the search ${searchId} has trained without having been started`);
  }
  const values = trainingValues(searchId, training, { adoptedFrom, finishedAt: connection.now() });
  return connection.prepare(INSERT_TRAINING).run({ ...values, session_id: sessionId })
    .lastInsertRowid;
}

function newestSession(connection: Connection, searchId: string): number | undefined {
  return connection
    .prepare('SELECT max(id) FROM sessions WHERE search_id = ?', NEWEST_SESSION)
    .get(searchId);
}

/** Rows that one statement inserts: a statement for each takes most of the time of a merge. */
const ROWS_AT_ONCE = 50;

/** Statements that insert measurements in a table with the columns of `metrics`. */
export function metricsInto(table: string) {
  const insertRows = (rows: number): string =>
    `INSERT INTO ${table} VALUES ${Array<string>(rows).fill('(?, ?, ?, ?, ?, ?)').join(', ')}`;
  return { insertOne: insertRows(1), insertMany: insertRows(ROWS_AT_ONCE) };
}
const INTO_METRICS = metricsInto('metrics');

export function insertMetrics(
  connection: Connection,
  trainingId: number,
  evaluations: readonly Evaluation[],
  { insertOne, insertMany } = INTO_METRICS,
): void {
  const valuesOf = (evaluation: Evaluation) => [trainingId, ...metricValues(evaluation)];
  const whole = evaluations.length - (evaluations.length % ROWS_AT_ONCE);
  const many = connection.prepare(insertMany);
  for (let start = 0; start < whole; start += ROWS_AT_ONCE) {
    many.run(...evaluations.slice(start, start + ROWS_AT_ONCE).flatMap(valuesOf));
  }
  const one = connection.prepare(insertOne);
  for (const evaluation of evaluations.slice(whole)) one.run(...valuesOf(evaluation));
}

/** The values of a row of `metrics`, without the key of its training. */
export function metricValues(evaluation: Evaluation): (number | null)[] {
  const { iteration, validationLoss, validationAccuracy, testLoss, testAccuracy } = evaluation;
  return [iteration, validationLoss, validationAccuracy, testLoss ?? null, testAccuracy ?? null];
}

export function copyMetrics(connection: Connection, fromId: number, toId: number): void {
  connection
    .prepare(
      `INSERT INTO metrics
       SELECT ?, iteration, validation_loss, validation_accuracy, test_loss, test_accuracy
       FROM metrics WHERE training_id = ?`,
    )
    .run(toId, fromId);
}

/** For use within the transaction that saves a finished training. */
export function countDone(connection: Connection, searchId: string): void {
  changePart(connection, 'state', [searchId], () => {
    connection
      .prepare('UPDATE searches SET trainings_done = trainings_done + 1 WHERE id = ?')
      .run(searchId);
  });
}

/** By replicate and level, the ticket before its branches. */
export function trainingsOf(connection: Connection, searchId: string): TrainingRow[] {
  return connection
    .prepare(`${SELECT_TRAININGS} WHERE search_id = ? ${IN_ORDER}`, TRAINING)
    .all(searchId);
}

/** In any order. */
export function trainingIdsOf(connection: Connection, searchId: string): number[] {
  return connection.prepare('SELECT id FROM trainings WHERE search_id = ?', ID).all(searchId);
}

/** In the order of `trainingsOf`. */
export function keysOf(connection: Connection, searchId: string): TrainingKey[] {
  return connection
    .prepare(
      `SELECT replicate, level, branch FROM trainings WHERE search_id = ? ${IN_ORDER}`,
      TRAINING_KEY,
    )
    .all(searchId);
}

export function findTraining(
  connection: Connection,
  searchId: string,
  { replicate, level, branch }: TrainingKey,
): TrainingRow | undefined {
  return connection
    .prepare(
      `${SELECT_TRAININGS} WHERE search_id = ? AND replicate = ? AND level = ? AND branch = ?`,
      TRAINING,
    )
    .get(searchId, replicate, level, branch);
}

/** @throws WorkbenchError `not-found`. */
export function getTraining(
  connection: Connection,
  searchId: string,
  key: TrainingKey,
): TrainingRow {
  const training = findTraining(connection, searchId, key);
  if (training) return training;
  throw new WorkbenchError(
    'not-found',
    `the search ${searchId} has no finished training ${describeTraining(key)}`,
    `Run "ticket show ${searchId}" for what it has.`,
  );
}

export function evaluationsOfTraining(connection: Connection, trainingId: number): Evaluation[] {
  return connection
    .prepare(
      `SELECT ${METRIC_COLUMNS} FROM metrics WHERE training_id = ? ORDER BY iteration`,
      EVALUATION,
    )
    .all(trainingId);
}

/** The evaluations of all trainings of a search, by the id of the training. */
export function evaluationsOfSearch(
  connection: Connection,
  searchId: string,
): Map<number, Evaluation[]> {
  return byTrainingOf(
    connection
      .prepare(
        `SELECT training_id, ${METRIC_COLUMNS} FROM metrics
         WHERE training_id IN (SELECT id FROM trainings WHERE search_id = ?)
         ORDER BY training_id, iteration`,
        storedValues,
      )
      .iterate(searchId),
  );
}

/**
 * Like `evaluationsOfSearch`, but only the early stop (see `earlyStop`) and the last evaluation of
 * each training.
 */
export function decisiveEvaluationsOfSearch(
  connection: Connection,
  searchId: string,
): Map<number, Evaluation[]> {
  return byTrainingOf(
    connection
      .prepare(
        `SELECT metrics.training_id, ${METRIC_COLUMNS} FROM trainings ${JOIN_DECISIVE}
         WHERE search_id = ? ORDER BY trainings.id, iteration`,
        storedValues,
      )
      .all(searchId),
  );
}

/**
 * @param metrics the id of the training, then `METRIC_COLUMNS`. There may be a million, so each value is
 *   checked by itself: a schema takes longer than reading the row.
 */
function byTrainingOf(metrics: Iterable<readonly unknown[]>): Map<number, Evaluation[]> {
  const byTraining = new Map<number, Evaluation[]>();
  for (const [trainingId, iteration, validationLoss, validationAccuracy, ...test] of metrics) {
    const [testLoss, testAccuracy] = test;
    const id = numberOf(trainingId);
    const evaluation: Evaluation = {
      iteration: numberOf(iteration),
      validationLoss: numberOf(validationLoss),
      validationAccuracy: numberOf(validationAccuracy),
      testLoss: testLoss === null ? undefined : numberOf(testLoss),
      testAccuracy: testAccuracy === null ? undefined : numberOf(testAccuracy),
    };
    const evaluations = byTraining.get(id);
    if (evaluations) evaluations.push(evaluation);
    else byTraining.set(id, [evaluation]);
  }
  return byTraining;
}

function numberOf(value: unknown): number {
  if (typeof value === 'number') return value;
  throw new DecodingError('a measurement is not a number');
}

/** The environment of each session of a search, by the id of the session. */
export function environmentsOf(connection: Connection, searchId: string): Map<number, Environment> {
  const sessions = connection
    .prepare('SELECT id, environment FROM sessions WHERE search_id = ?', SESSION)
    .all(searchId);
  return new Map(sessions.map(({ id, environment }) => [id, environment]));
}

export function recordOf(
  training: TrainingRow,
  evaluations: readonly Evaluation[],
  environments: ReadonlyMap<number, Environment>,
): TrainingRecord {
  const { id, sessionId, adoptedFrom } = training;
  const environment = environments.get(sessionId);
  if (!environment) {
    throw new Error(`the training ${id} names the session ${sessionId}, which does not exist`);
  }
  return {
    key: keyOf(training),
    density: training.density,
    evaluations,
    keptCounts: training.keptCounts,
    engine: training.engine,
    trainingMilliseconds: training.trainingMilliseconds,
    evaluationMilliseconds: training.evaluationMilliseconds,
    finishedAt: training.finishedAt,
    environment,
    ...(adoptedFrom === undefined ? {} : { adoptedFrom }),
  };
}

/** Drops all other properties of a measurement. */
export function evaluationOf(measured: Evaluation): Evaluation {
  const { iteration, validationLoss, validationAccuracy, testLoss, testAccuracy } = measured;
  return { iteration, validationLoss, validationAccuracy, testLoss, testAccuracy };
}

export function keyOf({ replicate, level, branch }: TrainingKey): TrainingKey {
  return { replicate, level, branch };
}
