import type { Migration } from './migration.ts';

/** Sweeps, the searches they consist of, and the identities by which equal trainings are found. */
export const sweeps: Migration = {
  name: 'sweeps',
  sql: `
    CREATE TABLE sweeps (
      id TEXT PRIMARY KEY,
      name TEXT NOT NULL,
      created_at INTEGER NOT NULL,
      -- SweepAxis[]: the swept settings with their values.
      axes TEXT NOT NULL CHECK (json_valid(axes))
    ) STRICT;

    CREATE TABLE sweep_points (
      sweep_id TEXT NOT NULL REFERENCES sweeps ON DELETE CASCADE,
      position INTEGER NOT NULL CHECK (position >= 0),
      search_id TEXT NOT NULL UNIQUE REFERENCES searches ON DELETE CASCADE,
      -- SweepValue[]: what this search takes of each axis.
      point TEXT NOT NULL CHECK (json_valid(point)),
      PRIMARY KEY (sweep_id, position)
    ) STRICT, WITHOUT ROWID;
    CREATE TRIGGER sweeps_end_with_their_searches AFTER DELETE ON sweep_points
    WHEN NOT EXISTS (SELECT 1 FROM sweep_points WHERE sweep_id = old.sweep_id) BEGIN
      DELETE FROM sweeps WHERE id = old.sweep_id;
    END;

    -- Hashes of everything that the bits of a training, and of the mask it leaves, follow from.
    -- NULL: not known, so that it is never taken over.
    ALTER TABLE trainings ADD COLUMN identity TEXT;
    ALTER TABLE trainings ADD COLUMN pruning_identity TEXT;
    -- The search that trained it, where it was taken over; that one may be gone by now.
    ALTER TABLE trainings ADD COLUMN adopted_from TEXT;
    CREATE INDEX trainings_by_identity ON trainings (identity) WHERE identity IS NOT NULL;
  `,
};
