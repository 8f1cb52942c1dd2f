import type { Migration } from './migration.ts';

/** Requested analyses, and the results of their units. */
export const analyses: Migration = {
  name: 'analyses',
  sql: `
    CREATE TABLE analyses (
      id INTEGER PRIMARY KEY,
      search_id TEXT NOT NULL REFERENCES searches ON DELETE CASCADE,
      -- Canonical JSON: the analysis's id and its settings. Asked for again, it is the same one.
      choice TEXT NOT NULL CHECK (json_valid(choice)),
      units_total INTEGER NOT NULL CHECK (units_total > 0),
      -- Whether it goes on when the search is run next.
      is_wanted INTEGER NOT NULL DEFAULT 1 CHECK (is_wanted IN (0, 1)),
      requested_at INTEGER NOT NULL,
      UNIQUE (search_id, choice)
    ) STRICT;

    CREATE TABLE analysis_units (
      analysis_id INTEGER NOT NULL REFERENCES analyses ON DELETE CASCADE,
      unit TEXT NOT NULL,
      session_id INTEGER NOT NULL REFERENCES sessions ON DELETE CASCADE,
      -- Arrays are written as {"$array": "Float64Array", "values": […]}.
      result TEXT NOT NULL CHECK (json_valid(result)),
      milliseconds REAL NOT NULL,
      finished_at INTEGER NOT NULL,
      PRIMARY KEY (analysis_id, unit)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX analysis_units_by_session ON analysis_units (session_id);
  `,
};
