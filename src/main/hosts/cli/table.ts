import { plainLine } from './plain-text.ts';
import { largest } from '../../../shared/extremes.ts';

export interface Column<Row> {
  readonly heading: string;
  readonly align?: 'left' | 'right';
  text(row: Row): string;
}

/** A plain table: headings, a rule, and cells padded to the width of their column. */
export function table<Row>(columns: readonly Column<Row>[], rows: readonly Row[]): string {
  const cells = rows.map((row) => columns.map((column) => plainLine(column.text(row))));
  const widths = columns.map((column, index) =>
    Math.max(column.heading.length, largest(cells.map((row) => row[index]!.length))),
  );
  const line = (texts: readonly string[]): string =>
    texts
      .map((text, index) =>
        columns[index]!.align === 'right'
          ? text.padStart(widths[index]!)
          : text.padEnd(widths[index]!),
      )
      .join('  ')
      .trimEnd();
  return [
    line(columns.map(({ heading }) => heading)),
    widths.map((width) => '─'.repeat(width)).join('  '),
    ...cells.map(line),
  ].join('\n');
}
