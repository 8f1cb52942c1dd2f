/** The searches that Compare shows, and those that it can't show. */
import type { Client } from '../../shared/contract/client.ts';
import { type ErrorReport, reportOf } from '../../shared/contract/errors.ts';
import type { SearchDetail, SearchSeries } from '../../shared/contract/records/search-results.ts';

interface Found {
  readonly detail: SearchDetail;
  readonly series: SearchSeries;
}

interface Missing {
  readonly id: string;
  readonly error: ErrorReport;
}

interface Compared {
  readonly details: readonly SearchDetail[];
  readonly series: readonly SearchSeries[];
  /** What can't be read, with the reason: it was deleted, or the link has a mistake. */
  readonly missing: readonly Missing[];
}

/**
 * Loads each search by itself: one that is missing is left out of the comparison, and does not end it.
 *
 * @throws WorkbenchError `unavailable` if the workbench can't be reached.
 */
export async function loadCompared(
  client: Pick<Client, 'call'>,
  ids: readonly string[],
): Promise<Compared> {
  const loaded = await Promise.all(
    ids.map(async (id): Promise<Found | Missing> => {
      try {
        const [detail, series] = await Promise.all([
          client.call('search.get', { id }),
          client.call('search.series', { id }),
        ]);
        return { detail, series };
      } catch (cause) {
        const error = reportOf(cause);
        if (error.code === 'unavailable') throw cause;
        return { id, error };
      }
    }),
  );
  return {
    details: loaded.flatMap((each) => ('detail' in each ? [each.detail] : [])),
    series: loaded.flatMap((each) => ('detail' in each ? [each.series] : [])),
    missing: loaded.flatMap((each) => ('error' in each ? [each] : [])),
  };
}
