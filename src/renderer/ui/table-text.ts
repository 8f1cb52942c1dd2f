/** A table of the page as texts, to be copied. Cells over several rows or columns are in each of them. */
import type { TextTable } from '../../shared/tables/text-table.ts';

/** The part of an element that is needed. */
interface Part {
  readonly nodeType: number;
  readonly textContent: string | null;
  readonly childNodes: ArrayLike<Part>;
  readonly classList?: { contains(name: string): boolean } | undefined;
}

interface Cell extends Part {
  readonly colSpan: number;
  readonly rowSpan: number;
}

interface Row {
  readonly cells: ArrayLike<Cell>;
}

export interface PageTable {
  readonly rows: ArrayLike<Row>;
  readonly tHead: { readonly rows: ArrayLike<Row> } | null;
}

const ELEMENT = 1;

/** Without columns of buttons and links, whose heading is there for screen readers only. */
export function textTableOf(table: PageTable, caption: string): TextTable {
  const grid = gridOf(Array.from(table.rows));
  const headings = grid.slice(0, table.tHead?.rows.length ?? 0);
  const body = grid.slice(headings.length);
  const columns = Array.from({ length: grid[0]?.length ?? 0 }, (_, column) => {
    const cells = [...new Set(headings.map((row) => row[column]))];
    const texts = cells.map((cell) => (cell ? visibleText(cell) : ''));
    return {
      column,
      heading: texts.filter((text) => text !== '').join(': '),
      isNumber: cells.at(-1)?.classList?.contains('number') ?? false,
    };
  }).filter(({ heading }) => heading !== '');
  return {
    caption,
    columns: columns.map(({ heading, isNumber }) => ({ heading, isNumber })),
    rows: body.map((row) =>
      columns.map(({ column }) => {
        const cell = row[column];
        return cell ? visibleText(cell) : '';
      }),
    ),
  };
}

function gridOf(rows: readonly Row[]): (Cell | undefined)[][] {
  const grid: (Cell | undefined)[][] = rows.map(() => []);
  for (const [index, { cells }] of rows.entries()) {
    let column = 0;
    for (const cell of Array.from(cells)) {
      while (grid[index]![column]) column += 1;
      for (let down = 0; down < cell.rowSpan; down += 1) {
        for (let right = 0; right < cell.colSpan; right += 1) {
          const row = grid[index + down];
          if (row) row[column + right] = cell;
        }
      }
      column += cell.colSpan;
    }
  }
  return grid;
}

function visibleText(part: Part): string {
  return textWithin(part).replaceAll(/\s+/g, ' ').trim();
}

function textWithin(part: Part): string {
  if (part.nodeType !== ELEMENT) return part.textContent ?? '';
  if (part.classList?.contains('visually-hidden') === true) return '';
  return Array.from(part.childNodes).map(textWithin).join('');
}
