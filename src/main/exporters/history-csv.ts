/** The table of the history as CSV. */
import { asItIs, type Cell, defused, linesOf } from './csv.ts';

/** @param isForSpreadsheets whether texts that a spreadsheet would run as formulas get an apostrophe. */
export function historyCsv(rows: readonly (readonly Cell[])[], isForSpreadsheets: boolean): string {
  return linesOf(rows, isForSpreadsheets ? defused : asItIs);
}
