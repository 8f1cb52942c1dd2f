/** Tables as text with tabs between cells, which spreadsheets take from the clipboard. */
import type { TextTable } from './text-table.ts';

export function tsvTable({ columns, rows }: TextTable): string {
  return [columns.map(({ heading }) => heading), ...rows]
    .map((row) => `${row.map((text) => text.replaceAll(/\s+/g, ' ')).join('\t')}\n`)
    .join('');
}
