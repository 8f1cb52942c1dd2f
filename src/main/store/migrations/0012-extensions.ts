import type { Migration } from './migration.ts';

/** What was added to searches after they were planned, and when. */
export const extensions: Migration = {
  name: 'extensions',
  sql: `
    CREATE TABLE search_extensions (
      id INTEGER PRIMARY KEY,
      search_id TEXT NOT NULL REFERENCES searches (id) ON DELETE CASCADE,
      -- Unix milliseconds.
      at INTEGER NOT NULL,
      -- Extension, without \`at\`.
      added TEXT NOT NULL CHECK (json_valid(added))
    ) STRICT;
    CREATE INDEX search_extensions_by_search ON search_extensions (search_id, id);
  `,
};
