import type { Migration } from './migration.ts';

/** One view says what each search is doing; every query that shows a search's state reads it. */
export const SEARCH_ROWS_VIEW = `
    -- A search as the history shows it. The joins are LEFT JOINs so that SQLite leaves out those that
    -- a query reads nothing of; the history is counted and put in order from its narrow rows alone.
    --
    -- lease_is_live is a function of the program: whether the owner of a lease still runs depends on
    -- the clock and on the machine that asks. See database.ts.
    CREATE VIEW search_rows AS
    SELECT
      history.id AS row_id,
      history.search_id,
      searches.name,
      -- As the search itself says. One that says it runs, while no living process holds its lease,
      -- was interrupted.
      CASE
        WHEN searches.status = 'running'
          AND NOT lease_is_live(leases.scope, leases.process_id, leases.heartbeat_at)
          THEN 'interrupted'
        ELSE searches.status
      END AS status,
      -- As users see it, from status, lease and queue together. Outside the queue, a search that
      -- says it runs or waits is interrupted unless a living process holds its lease; inside, it is
      -- paused, running or waiting.
      CASE
        WHEN searches.status = 'finished' THEN 'finished'
        WHEN queue.search_id IS NULL THEN
          CASE
            WHEN searches.status IN ('running', 'queued')
              AND NOT lease_is_live(leases.scope, leases.process_id, leases.heartbeat_at)
              THEN 'interrupted'
            ELSE searches.status
          END
        WHEN queue.is_paused THEN 'paused'
        WHEN searches.status = 'running'
          AND lease_is_live(leases.scope, leases.process_id, leases.heartbeat_at)
          THEN 'running'
        ELSE 'queued'
      END AS state,
      history.created_at,
      searches.finished_at,
      searches.trainings_done,
      searches.trainings_total,
      searches.error,
      history.dataset,
      history.architecture,
      history.optimizer,
      history.strategy,
      history.schedule,
      history.levels,
      history.replicates,
      history.iterations,
      history.note,
      history.archived_at,
      history.deleted_at,
      history.sweep_id,
      history.grid_position,
      history.summarized_trainings,
      history.training_milliseconds,
      history.verdict_kind,
      history.verdict_level,
      history.verdict_density,
      history.verdict_reason,
      history.dense_accuracy,
      history.best_accuracy,
      history.sparkline
    FROM history
    LEFT JOIN searches ON searches.id = history.search_id
    LEFT JOIN leases ON leases.search_id = history.search_id
    LEFT JOIN queue ON queue.search_id = history.search_id;
  `;

export const searchRows: Migration = { name: 'search-rows', sql: SEARCH_ROWS_VIEW };
