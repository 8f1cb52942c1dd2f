import type { Migration } from './migration.ts';

/** How large what a verdict judges is, so that the history can show, filter and sort by it. */
export const effects: Migration = {
  name: 'effects',
  sql: `
    -- Follows from the trainings of a search. Searches of earlier versions have no row until it has
    -- been computed; the columns are NULL where there is no verdict or no interval.
    CREATE TABLE search_effects (
      search_id TEXT PRIMARY KEY REFERENCES searches ON DELETE CASCADE,
      -- Test accuracy at the early stop (a fraction), ticket minus dense, at the level of the verdict.
      accuracy_difference REAL,
      accuracy_lower REAL,
      accuracy_upper REAL,
      -- Early-stop iteration, ticket minus dense, at that level.
      iteration_difference REAL,
      iteration_lower REAL,
      iteration_upper REAL,
      -- The ticket's mean early-stop iteration there.
      early_stop REAL,
      -- HistoryLevel[], dense first.
      levels TEXT NOT NULL CHECK (json_valid(levels))
    ) STRICT, WITHOUT ROWID;
    ALTER TABLE search_checksums ADD COLUMN effects BLOB;
  `,
};
