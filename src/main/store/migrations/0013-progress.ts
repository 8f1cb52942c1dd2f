import type { Migration } from './migration.ts';

/**
 * How far trainings have come since the last one finished, so that a process that ends while they
 * progress is not taken for one that they end.
 */
export const progress: Migration = {
  name: 'progress',
  sql: `
    -- The most evaluations that an attempt has made of trainings that did not finish.
    ALTER TABLE queue ADD COLUMN progress INTEGER NOT NULL DEFAULT 0;
  `,
};
