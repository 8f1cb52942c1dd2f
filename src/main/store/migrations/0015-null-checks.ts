import { SEARCH_ROWS_VIEW } from './0009-search-rows.ts';
import type { Migration } from './migration.ts';

/**
 * What json_valid(NULL) is depends on the version of SQLite. That of Debian 12 (3.40) called every
 * search without an error damaged, and ours (3.54) does not. Here every check says what it means for
 * NULL.
 */
export const nullChecks: Migration = {
  name: 'null-checks',
  changes: ['searches'],
  sql: `
    DROP VIEW search_rows;
    CREATE TABLE new_searches (
      id TEXT PRIMARY KEY,
      name TEXT NOT NULL,
      status TEXT NOT NULL,
      created_at INTEGER NOT NULL,
      started_at INTEGER,
      finished_at INTEGER,
      trainings_total INTEGER NOT NULL,
      trainings_done INTEGER NOT NULL DEFAULT 0 CHECK (trainings_done <= trainings_total),
      settings_version INTEGER NOT NULL,
      settings_hash TEXT NOT NULL,
      dataset_fingerprint TEXT,
      -- What the list is searched in, folded by the code.
      search_text TEXT NOT NULL,
      error TEXT CHECK (error IS NULL OR json_valid(error)),
      settings TEXT NOT NULL CHECK (json_valid(settings)),
      -- ParameterSpec[]: how the arrays are to be read. After everything that the list asks for,
      -- because a long row is read up to the column that is asked for.
      parameters TEXT NOT NULL CHECK (json_valid(parameters)),
      -- Settings, every duration in iterations. NULL: the settings say it so themselves.
      resolved TEXT CHECK (resolved IS NULL OR json_valid(resolved)),
      -- SHA-256, as checksums.ts computes it. NULL in rows of earlier versions, which are not checked.
      checksum BLOB
    ) STRICT;
    INSERT INTO new_searches (
      rowid, id, name, status, created_at, started_at, finished_at, trainings_total, trainings_done,
      settings_version, settings_hash, dataset_fingerprint, search_text, error, settings, parameters,
      resolved, checksum
    ) SELECT
      rowid, id, name, status, created_at, started_at, finished_at, trainings_total, trainings_done,
      settings_version, settings_hash, dataset_fingerprint, search_text, error, settings, parameters,
      resolved, checksum
    FROM searches;
    DROP TABLE searches;
    ALTER TABLE new_searches RENAME TO searches;
    CREATE INDEX searches_by_age ON searches (created_at, id);
    ${SEARCH_ROWS_VIEW}
  `,
};
