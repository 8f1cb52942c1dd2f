import type { Migration } from './migration.ts';

/** Which engine trains which level of a search, and the measurements behind the choice. */
export const engines: Migration = {
  name: 'engines',
  sql: `
    CREATE TABLE level_engines (
      search_id TEXT NOT NULL REFERENCES searches ON DELETE CASCADE,
      level INTEGER NOT NULL CHECK (level >= 0),
      engine TEXT NOT NULL,
      PRIMARY KEY (search_id, level)
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE calibrations (
      -- Everything that the times depend on, hashed.
      key TEXT PRIMARY KEY,
      -- Milliseconds of a training step, by engine.
      times TEXT NOT NULL CHECK (json_valid(times)),
      measured_at INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID;
  `,
};
