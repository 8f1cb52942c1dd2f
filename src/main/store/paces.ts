import type Database from 'better-sqlite3';
import type { Settings } from '../../shared/domain/settings.ts';

/** How fast a finished training was. */
export interface PaceRecord {
  /** Fraction of prunable weights kept. */
  readonly density: number;
  readonly millisecondsPerIteration: number;
  /** On the validation and the test set together. */
  readonly millisecondsPerEvaluation: number;
}

interface Row {
  readonly density: number;
  readonly level: number;
  readonly trainingMilliseconds: number;
  readonly evaluationMilliseconds: number;
  readonly iterations: number;
  readonly evaluateEvery: number;
  readonly rewindIteration: number;
}

/** The most recent ones say most about the machine as it is. */
const RECORDS = 500;

/**
 * How fast trainings like those of these settings were on a processor of this name, the latest
 * first: the same data, network, optimizer, batch size and choice of engine.
 */
export function findPaces(
  database: Database.Database,
  { dataset, architecture, training }: Settings,
  cpu: string,
): PaceRecord[] {
  return database
    .prepare<unknown[], Row>(
      `SELECT density, level, trainings.training_milliseconds AS trainingMilliseconds,
         evaluation_milliseconds AS evaluationMilliseconds,
         coalesce(resolved, settings) ->> '$.training.iterations' AS iterations,
         coalesce(resolved, settings) ->> '$.training.evaluateEvery' AS evaluateEvery,
         coalesce(resolved, settings) ->> '$.rewind.iteration' AS rewindIteration
       FROM history
       JOIN searches ON searches.id = history.search_id
       JOIN trainings ON trainings.search_id = history.search_id
       JOIN sessions ON sessions.id = session_id
       WHERE dataset = ? AND architecture = ? AND optimizer = ?
         AND settings -> '$.architecture' = json(?)
         AND settings ->> '$.training.batchSize' = ?
         AND settings ->> '$.training.engine' = ?
         AND environment ->> '$.cpu' = ?
         AND adopted_from IS NULL
         AND NOT EXISTS (SELECT 1 FROM transfer_targets
           WHERE search_id = trainings.search_id AND branch = trainings.branch)
       ORDER BY trainings.finished_at DESC LIMIT ?`,
    )
    .all(
      dataset.id,
      architecture.id,
      training.optimizer.id,
      JSON.stringify(architecture),
      training.batchSize,
      training.engine,
      cpu,
      RECORDS,
    )
    .map((row) => {
      const iterations = row.iterations - (row.level === 0 ? 0 : row.rewindIteration);
      const evaluations = Math.ceil(iterations / row.evaluateEvery) + 1;
      return {
        density: row.density,
        millisecondsPerIteration: row.trainingMilliseconds / iterations,
        millisecondsPerEvaluation: row.evaluationMilliseconds / evaluations,
      };
    });
}
