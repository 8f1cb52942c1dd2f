import type { Migration } from './migration.ts';

/** What was read of the datasets of a search, so that it can be shown without them. */
export const dataReadings: Migration = {
  name: 'data-readings',
  sql: `
    CREATE TABLE data_readings (
      search_id TEXT NOT NULL REFERENCES searches (id) ON DELETE CASCADE,
      -- 'ticket' for the data of the search; of a transfer, its branch.
      branch TEXT NOT NULL,
      -- DataSummary.
      summary TEXT NOT NULL CHECK (json_valid(summary)),
      -- DataSamples, with typed arrays; see array-json.ts.
      samples TEXT NOT NULL CHECK (json_valid(samples)),
      PRIMARY KEY (search_id, branch)
    ) STRICT, WITHOUT ROWID;
  `,
};
