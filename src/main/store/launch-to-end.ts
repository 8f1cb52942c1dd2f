/**
 * How long searches took on the clock, with the time in the queue and of pauses. A search that was extended
 * had ended before: the time from that end to the extension does not count.
 */

/**
 * Milliseconds, an SQL expression over `search_rows`; NULL until the search has ended. Extensions of
 * earlier versions do not say when the search had ended: its last training before tells it.
 */
export const LAUNCH_TO_END = `(
  search_rows.finished_at - search_rows.created_at - coalesce(
    (SELECT sum(coalesce(
        iif(json_valid(extension.added), extension.added ->> '$.idleMilliseconds', 0),
        extension.at - max(
          coalesce(
            (SELECT max(trainings.finished_at) FROM trainings
              WHERE trainings.search_id = extension.search_id
                AND trainings.finished_at <= extension.at),
            extension.at),
          coalesce(
            (SELECT max(earlier.at) FROM search_extensions AS earlier
              WHERE earlier.search_id = extension.search_id AND earlier.id < extension.id),
            0))))
      FROM search_extensions AS extension WHERE extension.search_id = search_rows.search_id),
    0))`;
