import type { Migration } from './migration.ts';

/** Which evaluations of a training a verdict needs, with a checksum of their own. */
export const decisiveEvaluations: Migration = {
  name: 'decisive-evaluations',
  sql: `
    -- Which rows of metrics they are, so that their values are stored once. Trainings of earlier
    -- versions have no row until all their measurements have been found right.
    CREATE TABLE decisive_evaluations (
      training_id INTEGER PRIMARY KEY REFERENCES trainings ON DELETE CASCADE,
      -- The iteration of the least validation loss, the earliest of equals.
      early_stop INTEGER NOT NULL,
      -- The iteration of the last evaluation.
      last INTEGER NOT NULL,
      -- SHA-256, as checksums.ts computes it.
      checksum BLOB NOT NULL
    ) STRICT;
  `,
};
