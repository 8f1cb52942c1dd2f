import type { Migration } from './migration.ts';

/** Searches, their trainings, measurements and arrays. Times are Unix milliseconds. */
export const searches: Migration = {
  name: 'searches',
  sql: `
    -- "TICK": tells our files from those of other programs.
    PRAGMA application_id = 0x5449434B;

    CREATE TABLE searches (
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
      error TEXT CHECK (json_valid(error)),
      settings TEXT NOT NULL CHECK (json_valid(settings)),
      -- ParameterSpec[]: how the arrays are to be read. Last, because a long row is read up to the
      -- column that is asked for, and the list does not ask for this one.
      parameters TEXT NOT NULL CHECK (json_valid(parameters))
    ) STRICT;
    CREATE INDEX searches_by_age ON searches (created_at, id);

    CREATE TABLE replicates (
      search_id TEXT NOT NULL REFERENCES searches ON DELETE CASCADE,
      replicate INTEGER NOT NULL,
      seed INTEGER NOT NULL,
      PRIMARY KEY (search_id, replicate)
    ) STRICT, WITHOUT ROWID;

    -- From a start or a resume to the next stop.
    CREATE TABLE sessions (
      id INTEGER PRIMARY KEY,
      search_id TEXT NOT NULL REFERENCES searches ON DELETE CASCADE,
      started_at INTEGER NOT NULL,
      environment TEXT NOT NULL CHECK (json_valid(environment))
    ) STRICT;
    CREATE INDEX sessions_by_search ON sessions (search_id);

    CREATE TABLE leases (
      search_id TEXT PRIMARY KEY REFERENCES searches ON DELETE CASCADE,
      owner TEXT NOT NULL,
      -- Where the process id means something: a host and its process-id namespace.
      scope TEXT NOT NULL,
      process_id INTEGER NOT NULL,
      heartbeat_at INTEGER NOT NULL
    ) STRICT;

    CREATE TABLE trainings (
      id INTEGER PRIMARY KEY,
      search_id TEXT NOT NULL,
      replicate INTEGER NOT NULL,
      level INTEGER NOT NULL CHECK (level >= 0),
      branch TEXT NOT NULL,
      session_id INTEGER NOT NULL REFERENCES sessions ON DELETE CASCADE,
      density REAL NOT NULL CHECK (density BETWEEN 0 AND 1),
      -- One number for each prunable tensor, in the order of searches.parameters.
      kept_counts TEXT NOT NULL CHECK (json_valid(kept_counts)),
      engine TEXT NOT NULL,
      training_milliseconds REAL NOT NULL,
      evaluation_milliseconds REAL NOT NULL,
      finished_at INTEGER NOT NULL,
      UNIQUE (search_id, replicate, level, branch),
      FOREIGN KEY (search_id, replicate) REFERENCES replicates ON DELETE CASCADE
    ) STRICT;
    CREATE INDEX trainings_by_session ON trainings (session_id);

    CREATE TABLE metrics (
      training_id INTEGER NOT NULL REFERENCES trainings ON DELETE CASCADE,
      iteration INTEGER NOT NULL CHECK (iteration >= 0),
      validation_loss REAL NOT NULL,
      validation_accuracy REAL NOT NULL,
      test_loss REAL NOT NULL,
      test_accuracy REAL NOT NULL,
      PRIMARY KEY (training_id, iteration)
    ) STRICT, WITHOUT ROWID;

    -- Addressed by content: equal bytes are kept once.
    CREATE TABLE blobs (
      id INTEGER PRIMARY KEY,
      -- Of the raw bytes.
      sha256 BLOB NOT NULL UNIQUE CHECK (length(sha256) = 32),
      encoding TEXT NOT NULL,
      raw_size INTEGER NOT NULL,
      data BLOB NOT NULL
    ) STRICT;

    CREATE TABLE training_blobs (
      training_id INTEGER NOT NULL REFERENCES trainings ON DELETE CASCADE,
      role TEXT NOT NULL,
      blob_id INTEGER NOT NULL REFERENCES blobs,
      PRIMARY KEY (training_id, role)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX training_blobs_by_blob ON training_blobs (blob_id);
  `,
};
