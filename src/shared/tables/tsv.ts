/** Tables as text with tabs between cells, which spreadsheets take from the clipboard. */
import { defused } from './defused.ts';
import type { TextTable } from './text-table.ts';

export function tsvTable({ columns, rows }: TextTable): string {
  // Numbers are written here, everything else may be a name that somebody chose.
  const cellOf = (text: string, index: number) =>
    columns[index]?.isNumber === true ? withPlainMinus(text) : defused(text);
  return [columns.map(({ heading }) => defused(heading)), ...rows.map((row) => row.map(cellOf))]
    .map((row) => `${row.map((text) => text.replaceAll(/\s+/g, ' ')).join('\t')}\n`)
    .join('');
}

/** Spreadsheets take no number with the minus sign U+2212. */
function withPlainMinus(text: string): string {
  return text.replaceAll('\u2212', '-');
}
