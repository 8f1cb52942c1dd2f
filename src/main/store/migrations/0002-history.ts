import type { Migration } from './migration.ts';

/** What the history is sorted, filtered and searched by, the queue, the log and preferences. */
export const history: Migration = {
  name: 'history',
  changes: ['history'],
  sql: `
    -- One narrow row a search: the table of all searches reads these and no settings.
    CREATE TABLE history (
      -- The row of history_text.
      id INTEGER PRIMARY KEY,
      search_id TEXT NOT NULL UNIQUE REFERENCES searches ON DELETE CASCADE,
      dataset TEXT NOT NULL,
      architecture TEXT NOT NULL,
      optimizer TEXT NOT NULL,
      strategy TEXT NOT NULL,
      schedule TEXT NOT NULL,
      levels INTEGER NOT NULL,
      replicates INTEGER NOT NULL,
      iterations INTEGER NOT NULL,
      note TEXT NOT NULL DEFAULT '',
      archived_at INTEGER,
      -- Marked as deleted; it is purged some time later.
      deleted_at INTEGER,
      -- Of so many finished trainings the rest is a summary.
      summarized_trainings INTEGER NOT NULL DEFAULT 0,
      training_milliseconds REAL NOT NULL DEFAULT 0,
      verdict_kind TEXT,
      verdict_level INTEGER,
      verdict_density REAL,
      verdict_reason TEXT,
      dense_accuracy REAL,
      best_accuracy REAL,
      -- 32-bit floats, little-endian: the ticket's mean test accuracy by level.
      sparkline BLOB NOT NULL DEFAULT x''
    ) STRICT;
    CREATE INDEX history_by_deletion ON history (deleted_at) WHERE deleted_at IS NOT NULL;

    INSERT INTO history (search_id, dataset, architecture, optimizer, strategy, schedule, levels,
      replicates, iterations)
    SELECT id, settings ->> '$.dataset.id', settings ->> '$.architecture.id',
      settings ->> '$.training.optimizer.id', settings ->> '$.pruning.strategy.id',
      settings ->> '$.pruning.schedule', settings ->> '$.pruning.levels',
      settings ->> '$.replicates.count', settings ->> '$.training.iterations'
    FROM searches ORDER BY created_at;

    CREATE TABLE tags (
      search_id TEXT NOT NULL REFERENCES searches ON DELETE CASCADE,
      tag TEXT NOT NULL COLLATE NOCASE,
      PRIMARY KEY (search_id, tag)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX tags_by_tag ON tags (tag);

    -- The words of a search: those that users change, and those of its settings. They keep no text:
    -- what is found is read from the tables.
    CREATE VIRTUAL TABLE history_text USING fts5 (
      words, content = '', contentless_delete = 1, prefix = '1 2 3',
      tokenize = 'unicode61 remove_diacritics 2'
    );
    CREATE VIRTUAL TABLE settings_text USING fts5 (
      words, content = '', contentless_delete = 1, prefix = '1 2 3',
      tokenize = 'unicode61 remove_diacritics 2'
    );
    CREATE TRIGGER history_text_follows AFTER DELETE ON history BEGIN
      DELETE FROM history_text WHERE rowid = old.id;
      DELETE FROM settings_text WHERE rowid = old.id;
    END;
    INSERT INTO history_text (rowid, words)
    SELECT history.id, searches.id || ' ' || name FROM history
    JOIN searches ON searches.id = search_id;
    INSERT INTO settings_text (rowid, words)
    SELECT history.id, settings FROM history JOIN searches ON searches.id = search_id;

    CREATE TABLE queue (
      position INTEGER PRIMARY KEY,
      search_id TEXT NOT NULL UNIQUE REFERENCES searches ON DELETE CASCADE,
      is_paused INTEGER NOT NULL DEFAULT 0 CHECK (is_paused IN (0, 1)),
      -- Trainings side by side; NULL for one a core.
      workers INTEGER,
      -- Starts since the last training that finished: what ends its process is not begun for ever.
      attempts INTEGER NOT NULL DEFAULT 0
    ) STRICT;

    CREATE TABLE log_entries (
      id INTEGER PRIMARY KEY,
      search_id TEXT NOT NULL REFERENCES searches ON DELETE CASCADE,
      at INTEGER NOT NULL,
      severity TEXT NOT NULL CHECK (severity IN ('info', 'warning', 'error')),
      message TEXT NOT NULL
    ) STRICT;
    CREATE INDEX log_entries_by_search ON log_entries (search_id, id);

    CREATE TABLE preferences (
      key TEXT PRIMARY KEY,
      value TEXT NOT NULL CHECK (json_valid(value))
    ) STRICT, WITHOUT ROWID;
  `,
};
