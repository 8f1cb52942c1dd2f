import type { Migration } from './migration.ts';

/** What a search uses of plug-ins, with the hashes of their files when it was planned. */
export const plugIns: Migration = {
  name: 'plug-ins',
  sql: `
    CREATE TABLE search_plug_ins (
      search_id TEXT NOT NULL REFERENCES searches (id) ON DELETE CASCADE,
      -- The kind and the id of the registry entry: 'strategies', 'annealed-magnitude'.
      kind TEXT NOT NULL,
      entry TEXT NOT NULL,
      -- The name of the file without its folder, and the SHA-256 (hex) of its bytes.
      file TEXT NOT NULL,
      sha256 TEXT NOT NULL,
      PRIMARY KEY (search_id, kind, entry)
    ) STRICT, WITHOUT ROWID;
  `,
};
