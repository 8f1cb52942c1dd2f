import type { Migration } from './migration.ts';

/** Checksums of everything else that people rely on: see sealed.ts. */
export const moreChecksums: Migration = {
  name: 'more-checksums',
  sql: `
    -- SHA-256, as checksums.ts computes it, of each part of a search. NULL: not checked. Rows of
    -- earlier versions stay so until they are next written: a checksum of them as they are today
    -- would vouch for what nobody has checked.
    CREATE TABLE search_checksums (
      search_id TEXT PRIMARY KEY REFERENCES searches ON DELETE CASCADE,
      labels BLOB,
      state BLOB,
      sessions BLOB,
      plug_ins BLOB,
      extensions BLOB,
      engines BLOB,
      place BLOB,
      data BLOB,
      analyses BLOB
    ) STRICT, WITHOUT ROWID;

    ALTER TABLE sweeps ADD COLUMN checksum BLOB;
    ALTER TABLE log_entries ADD COLUMN checksum BLOB;
    ALTER TABLE calibrations ADD COLUMN checksum BLOB;
  `,
};
