import type { Migration } from './migration.ts';

/** Evaluations that are on the validation set only have no test loss and no test accuracy. */
export const untestedEvaluations: Migration = {
  name: 'untested-evaluations',
  changes: ['metrics'],
  sql: `
    CREATE TABLE new_metrics (
      training_id INTEGER NOT NULL REFERENCES trainings ON DELETE CASCADE,
      iteration INTEGER NOT NULL CHECK (iteration >= 0),
      validation_loss REAL NOT NULL,
      validation_accuracy REAL NOT NULL,
      test_loss REAL,
      test_accuracy REAL,
      CHECK ((test_loss IS NULL) = (test_accuracy IS NULL)),
      PRIMARY KEY (training_id, iteration)
    ) STRICT, WITHOUT ROWID;
    INSERT INTO new_metrics SELECT * FROM metrics;
    DROP TABLE metrics;
    ALTER TABLE new_metrics RENAME TO metrics;
  `,
};
