import type { Migration } from './migration.ts';

/** Which bundles of shards were merged, so that they are not read again. */
export const mergedBundles: Migration = {
  name: 'merged-bundles',
  sql: `
    CREATE TABLE merged_bundles (
      -- The id of the search in the plan.
      planned_id TEXT NOT NULL,
      -- Counted from 1.
      shard INTEGER NOT NULL,
      -- The search that it was merged into: another one if that is the same experiment.
      search_id TEXT NOT NULL REFERENCES searches ON DELETE CASCADE,
      -- Size, time and inode of the file.
      file_version TEXT NOT NULL,
      PRIMARY KEY (planned_id, shard)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX merged_bundles_by_search ON merged_bundles (search_id);
  `,
};
