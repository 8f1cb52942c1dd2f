import type { SweepTable } from '../../../shared/contract/records/sweeps.ts';
import { sweepLevel } from '../../../shared/sweep/sweep-level.ts';
import type { SweepQuestion, SweepResult } from '../../../shared/sweep/sweep-metrics.ts';
import type { ExportedSweepTable } from '../../exporters/exporter.ts';

/**
 * The table as files have it.
 *
 * @param searches the ids of those that have a row, in their order. Default: all, in the order of the grid.
 */
export function exportedTable(
  table: SweepTable,
  results: readonly SweepResult[],
  question: SweepQuestion,
  searches: readonly string[] = table.rows.map(({ searchId }) => searchId),
): ExportedSweepTable {
  const rows = new Map(table.rows.map((row) => [row.searchId, row]));
  const byId = new Map(results.map((result) => [result.searchId, result]));
  const shown = searches.flatMap((id) => rows.get(id) ?? []);
  return {
    ...table,
    rows: shown,
    question,
    levels: shown.map(({ searchId }) => {
      const result = byId.get(searchId);
      return result && sweepLevel(result, question);
    }),
  };
}
