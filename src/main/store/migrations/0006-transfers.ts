import type { Migration } from './migration.ts';

/** The targets of transfers: the network and the data there. */
export const transfers: Migration = {
  name: 'transfers',
  sql: `
    CREATE TABLE transfer_targets (
      search_id TEXT NOT NULL REFERENCES searches ON DELETE CASCADE,
      branch TEXT NOT NULL,
      -- ParameterSpec[], as searches.parameters: how arrays of the branch are to be read.
      parameters TEXT NOT NULL CHECK (json_valid(parameters)),
      -- SHA-256, hex, of the decoded dataset; NULL until a session has loaded it.
      dataset_fingerprint TEXT,
      PRIMARY KEY (search_id, branch)
    ) STRICT, WITHOUT ROWID;
  `,
};
