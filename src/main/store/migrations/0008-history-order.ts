import type { Migration } from './migration.ts';

/** Sorting the history and finding its sweeps no longer reads wide rows. */
export const historyOrder: Migration = {
  name: 'history-order',
  changes: ['history'],
  sql: `
    -- As in searches and sweep_points; none of them ever changes.
    ALTER TABLE history ADD COLUMN created_at INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE history ADD COLUMN sweep_id TEXT;
    ALTER TABLE history ADD COLUMN grid_position INTEGER;
    UPDATE history SET
      created_at = (SELECT created_at FROM searches WHERE id = search_id),
      sweep_id = (SELECT sweep_id FROM sweep_points
        WHERE sweep_points.search_id = history.search_id),
      grid_position = (SELECT position FROM sweep_points
        WHERE sweep_points.search_id = history.search_id);
    CREATE INDEX history_by_sweep ON history (sweep_id) WHERE sweep_id IS NOT NULL;
  `,
};
