/** The table of the history as CSV. */
import { defused } from '../../shared/tables/defused.ts';
import { asItIs, type Cell, linesOf } from './csv.ts';

/** @param isForSpreadsheets whether texts that a spreadsheet would run as formulas get an apostrophe. */
export function historyCsv(rows: readonly (readonly Cell[])[], isForSpreadsheets: boolean): string {
  return linesOf(rows, isForSpreadsheets ? defused : asItIs);
}
