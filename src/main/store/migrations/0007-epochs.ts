import type { Migration } from './migration.ts';

/** Settings keep the epochs that a user wrote. The resolved iterations are stored next to them. */
export const epochs: Migration = {
  name: 'epochs',
  sql: `
    -- Settings, every duration in iterations. NULL: the settings say it so themselves.
    ALTER TABLE searches ADD COLUMN resolved TEXT CHECK (resolved IS NULL OR json_valid(resolved));
  `,
};
