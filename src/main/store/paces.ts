import { ENGINE_IDS, type EngineId } from '../../shared/domain/engine.ts';
import {
  type EvaluationCounts,
  expectedEvaluations,
  type Settings,
} from '../../shared/domain/settings.ts';
import { TICKET_BRANCH } from '../../shared/domain/training.ts';
import { integer, oneOf, real, row } from './columns.ts';
import type { Connection } from './connection.ts';

/** How fast a finished training was. */
export interface PaceRecord {
  /** Fraction of prunable weights kept. */
  readonly density: number;
  readonly engine: EngineId;
  readonly millisecondsPerIteration: number;
  /** What all its evaluations take together. */
  readonly evaluationMilliseconds: number;
  /** About how many these were. */
  readonly evaluations: EvaluationCounts;
}

const PACE = row({
  density: real,
  engine: oneOf(ENGINE_IDS),
  level: integer,
  trainingMilliseconds: real,
  evaluationMilliseconds: real,
  iterations: integer,
  evaluateEvery: integer,
  rewindIteration: integer,
});

/** The most recent trainings describe the machine's current state best. */
const RECORDS = 500;

/**
 * How fast similar trainings were on a processor of this name, latest first. Similar means the same
 * data, network, optimizer, batch size, choice of engine, and evaluations on as many examples. Only
 * tickets count, because branches may train on other data or not at all.
 */
export function findPaces(
  connection: Connection,
  { dataset, architecture, training }: Settings,
  cpu: string,
): PaceRecord[] {
  return connection
    .prepare(
      // Settings are read once for each search and session, not for each training.
      `WITH alike AS MATERIALIZED (
         SELECT searches.id,
           coalesce(resolved, settings) ->> '$.training.iterations' AS iterations,
           coalesce(resolved, settings) ->> '$.training.evaluateEvery' AS evaluateEvery,
           coalesce(resolved, settings) ->> '$.rewind.iteration' AS rewindIteration
         FROM history JOIN searches ON searches.id = history.search_id
         WHERE dataset = ? AND architecture = ? AND optimizer = ?
           AND settings -> '$.architecture' = json(?)
           AND settings ->> '$.training.batchSize' = ?
           AND settings ->> '$.training.engine' = ?
           AND settings ->> '$.training.testEvery' IS ?
           AND settings ->> '$.dataset.validation' IS ?
           AND settings ->> '$.dataset.testSubset' IS ?
       ),
       here AS MATERIALIZED (
         SELECT sessions.id, iterations, evaluateEvery, rewindIteration
         FROM alike JOIN sessions ON sessions.search_id = alike.id
         WHERE environment ->> '$.cpu' = ?
       )
       SELECT density, engine, level, training_milliseconds AS trainingMilliseconds,
         evaluation_milliseconds AS evaluationMilliseconds, iterations, evaluateEvery,
         rewindIteration
       FROM here JOIN trainings ON session_id = here.id
       WHERE adopted_from IS NULL AND branch = ?
       ORDER BY trainings.finished_at DESC LIMIT ?`,
      PACE,
    )
    .all(
      dataset.id,
      architecture.id,
      training.optimizer.id,
      JSON.stringify(architecture),
      training.batchSize,
      training.engine,
      training.testEvery ?? null,
      dataset.validation,
      dataset.testSubset ?? null,
      cpu,
      TICKET_BRANCH,
      RECORDS,
    )
    .map((found) => {
      const { density, engine, iterations, evaluateEvery, evaluationMilliseconds } = found;
      const from = found.level === 0 ? 0 : found.rewindIteration;
      const { testEvery } = training;
      return {
        density,
        engine,
        millisecondsPerIteration: found.trainingMilliseconds / (iterations - from),
        evaluationMilliseconds,
        evaluations: expectedEvaluations(
          { iterations, evaluateEvery, testEvery },
          from,
          iterations,
        ),
      };
    });
}
