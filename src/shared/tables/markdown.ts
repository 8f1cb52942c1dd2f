/** Tables and texts for Markdown (GitHub's). */
import { largest } from '../extremes.ts';
import type { TextTable } from './text-table.ts';

/** A table whose columns are also aligned for those who read it as text. */
export function markdownTable({ columns, rows }: TextTable): string {
  const cells = [columns.map(({ heading }) => heading), ...rows].map((row) =>
    row.map((text) => markdownText(text)),
  );
  const widths = columns.map((_, index) =>
    Math.max(3, largest(cells.map((row) => lengthOf(row[index]!)))),
  );
  const line = (row: readonly string[]): string =>
    `| ${row
      .map((text, index) => {
        const padding = ' '.repeat(widths[index]! - lengthOf(text));
        return columns[index]!.isNumber ? padding + text : text + padding;
      })
      .join(' | ')} |`;
  const [heading = [], ...body] = cells;
  const rule = columns.map(({ isNumber }, index) =>
    isNumber ? `${'-'.repeat(widths[index]! - 1)}:` : '-'.repeat(widths[index]!),
  );
  return [line(heading), `| ${rule.join(' | ')} |`, ...body.map(line), ''].join('\n');
}

const lengthOf = (text: string): number => Array.from(text).length;

/** Text on one line, of which nothing is taken for Markdown or HTML. */
export function markdownText(text: string): string {
  return text
    .replaceAll(/\s+/g, ' ')
    .replaceAll(/[\\`*_[\]<>|~]/g, '\\$&')
    .replaceAll('&', '&amp;')
    .replace(
      /^( ?)(#+|[+=-]+|\d+[.)])(?=\s|$)/,
      (_, space: string, mark: string) =>
        space + (/^\d/.test(mark) ? `${mark.slice(0, -1)}\\${mark.slice(-1)}` : `\\${mark}`),
    );
}
