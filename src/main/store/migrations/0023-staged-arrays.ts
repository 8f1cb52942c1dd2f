import type { Migration } from './migration.ts';

/** Which merge has stored which arrays before its trainings, and which trainings came in bundles. */
export const stagedArrays: Migration = {
  name: 'staged-arrays',
  sql: `
    -- A merge of a bundle that has stored arrays, and has not ended.
    CREATE TABLE bundle_merges (
      id TEXT PRIMARY KEY,
      -- The process that merges, as in leases.
      scope TEXT NOT NULL,
      process_id INTEGER NOT NULL,
      heartbeat_at INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID;

    -- Several merges may need the same array.
    CREATE TABLE staged_arrays (
      merge_id TEXT NOT NULL REFERENCES bundle_merges ON DELETE CASCADE,
      blob_id INTEGER NOT NULL REFERENCES blobs ON DELETE CASCADE,
      PRIMARY KEY (merge_id, blob_id)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX staged_arrays_by_blob ON staged_arrays (blob_id);

    -- Trainings that came in a bundle and were not trained again here: no other search takes them over.
    CREATE TABLE unverified_trainings (
      training_id INTEGER PRIMARY KEY REFERENCES trainings ON DELETE CASCADE
    ) STRICT;
  `,
};
