/** The table of the history as it is asked for, to be exported. */
import type { CallInput } from '../../shared/contract/calls.ts';
import type { HistoryState } from './history.svelte.ts';

export function historyTable(
  { query, columns, baseline }: HistoryState,
  format: 'csv' | 'csv-spreadsheet',
): CallInput<'history.export'> {
  return {
    ...query,
    columns: columns.map(({ id }) => id),
    ...(baseline.row ? { baseline: baseline.row.id } : {}),
    comparedAt: baseline.comparedAt,
    format,
  };
}
