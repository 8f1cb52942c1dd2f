/** A table of texts: what papers, notes and the clipboard take. */

export interface TextColumn {
  readonly heading: string;
  /** Numbers are aligned at their right. */
  readonly isNumber: boolean;
}

export interface TextTable {
  /** What the table shows, and what its numbers are. Empty if there is nothing to say. */
  readonly caption: string;
  readonly columns: readonly TextColumn[];
  /** One text for each column. */
  readonly rows: readonly (readonly string[])[];
}

/** A column of a table, and where its texts come from. */
export interface DescribedColumn<Row> extends TextColumn {
  text(row: Row): string;
}

export function textTable<Row>(
  caption: string,
  columns: readonly DescribedColumn<Row>[],
  rows: readonly Row[],
): TextTable {
  return {
    caption,
    columns: columns.map(({ heading, isNumber }) => ({ heading, isNumber })),
    rows: rows.map((row) => columns.map((column) => column.text(row))),
  };
}
