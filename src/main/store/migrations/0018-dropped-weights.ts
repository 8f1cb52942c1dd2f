import type { Migration } from './migration.ts';

/** When the weights of searches were dropped to save space. */
export const droppedWeights: Migration = {
  name: 'dropped-weights',
  sql: `
    CREATE TABLE dropped_weights (
      search_id TEXT PRIMARY KEY REFERENCES searches ON DELETE CASCADE,
      -- Unix milliseconds.
      dropped_at INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID;
    ALTER TABLE search_checksums ADD COLUMN weights BLOB;
  `,
};
