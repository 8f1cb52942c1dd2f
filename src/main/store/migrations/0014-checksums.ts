import type { Migration } from './migration.ts';

/** Checksums of what is saved once and read for years, so that damage is noticed. */
export const checksums: Migration = {
  name: 'checksums',
  sql: `
    -- SHA-256, as checksums.ts computes it. NULL in rows of earlier versions, which are not checked.
    ALTER TABLE searches ADD COLUMN checksum BLOB;
    ALTER TABLE trainings ADD COLUMN checksum BLOB;
    ALTER TABLE analysis_units ADD COLUMN checksum BLOB;
  `,
};
