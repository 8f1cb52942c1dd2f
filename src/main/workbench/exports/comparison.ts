/** Searches beside each other: their levels at equal densities. */
import { distinctNames } from '../../../shared/charts/density-chart.ts';
import { WorkbenchError } from '../../../shared/contract/errors.ts';
import { branchNames } from '../../../shared/domain/branch.ts';
import { comparedRows } from '../../../shared/domain/compared-levels.ts';
import { MOST_COMPARED } from '../../../shared/domain/most-compared.ts';
import type { BranchSummary, SearchResult } from '../../../shared/domain/search.ts';
import { strictestConfidence } from '../../../shared/domain/search-differences.ts';
import { TICKET_BRANCH } from '../../../shared/domain/training.ts';
import type { ComparisonTable } from '../../exporters/exporter.ts';
import type { Store } from '../../store/store.ts';
import { type ReportedSearch, reportedSearch } from '../reports/reported-search.ts';

/** @throws WorkbenchError `invalid-argument` for too few or too many searches; as `reportedSearch`. */
export function comparedSearches(store: Store, ids: readonly string[]): ReportedSearch[] {
  const searches = ids.map((id) => reportedSearch(store, id));
  const distinct = new Set(searches.map(({ search }) => search.id)).size;
  if (distinct === ids.length && ids.length >= 2 && ids.length <= MOST_COMPARED) return searches;
  const given =
    distinct === ids.length ? String(ids.length) : `${ids.length}, of which some twice,`;
  throw new WorkbenchError(
    'invalid-argument',
    `${given} searches are compared; expected 2 to ${MOST_COMPARED} different ones`,
  );
}

/**
 * @throws WorkbenchError as `comparedSearches`; `not-found` for a branch that none of the searches has.
 */
export function searchesWithBranch(
  store: Store,
  ids: readonly string[],
  branch: string,
): ReportedSearch[] {
  const searches = comparedSearches(store, ids);
  const branches = new Set([
    TICKET_BRANCH,
    ...searches.flatMap(({ search }) => branchNames(search.settings)),
  ]);
  if (branches.has(branch)) return searches;
  throw new WorkbenchError(
    'not-found',
    `none of the compared searches has a branch ${JSON.stringify(branch)}`,
    `Their branches are ${[...branches].join(', ')}.`,
  );
}

/** Whether a training of the branch has finished, the dense network included. */
export function isTrained(searches: readonly ReportedSearch[], branch: string): boolean {
  return searches.some(({ series }) => {
    const own = series.branches.find((each) => each.branch === branch);
    return own?.testAccuracyAtEarlyStop.mean.some((mean) => !Number.isNaN(mean)) === true;
  });
}

/**
 * The index of the search that differences are from: by default the first.
 *
 * @throws WorkbenchError `invalid-argument` if it is none of them; `not-found`.
 */
export function referenceAmong(
  store: Store,
  searches: readonly ReportedSearch[],
  reference: string | undefined,
): number {
  if (reference === undefined) return 0;
  const { id } = store.searches.get(reference);
  const index = searches.findIndex(({ search }) => search.id === id);
  if (index !== -1) return index;
  throw new WorkbenchError(
    'invalid-argument',
    `the reference ${id} is none of the searches that are compared: ${searches.map(({ search }) => search.id).join(', ')}`,
    'Name one of them, or add it to them.',
  );
}

/** @param reference the index of the search that differences are from. */
export function comparisonTable(
  searches: readonly ReportedSearch[],
  branch: string,
  reference: number,
): ComparisonTable {
  const series = searches.map((search) => search.series);
  const rows = comparedRows(series, branch, reference);
  return {
    ids: searches.map(({ search }) => search.id),
    branch,
    confidence: strictestConfidence(series),
    names: distinctNames(searches.map(({ search }) => search.name)),
    reference,
    rows: rows.map(({ density, cells }) => ({
      density,
      cells: cells.map((cell, index) => {
        if (!cell) return undefined;
        const summary = summaryAt(searches[index]?.result, cell.level, branch);
        if (!summary) return undefined;
        const { level, accuracyDifference, iterationDifference } = cell;
        return { level, summary, accuracyDifference, iterationDifference };
      }),
    })),
  };
}

function summaryAt(
  result: SearchResult | undefined,
  level: number,
  branch: string,
): BranchSummary | undefined {
  if (level > 0) {
    return result?.levels.find((each) => each.level === level)?.branches[branch];
  }
  return branch === TICKET_BRANCH ? result?.dense : result?.targets?.[branch];
}
