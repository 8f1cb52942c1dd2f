/** A report of a search, a sweep or a comparison as plain data, which is written as HTML or Markdown. */
import type { DrawableChart } from '../../shared/charts/chart-description.ts';
import type { TextTable } from '../../shared/tables/text-table.ts';

export interface Report {
  readonly title: string;
  /** One line below the title. */
  readonly subtitle: string;
  readonly sections: readonly ReportSection[];
}

export interface ReportSection {
  readonly title: string;
  /** At least one. */
  readonly parts: readonly ReportPart[];
}

export type ReportPart =
  | { readonly kind: 'paragraph'; readonly text: string }
  | { readonly kind: 'list'; readonly items: readonly string[] }
  | { readonly kind: 'facts'; readonly facts: readonly ReportFact[] }
  | { readonly kind: 'table'; readonly table: TextTable }
  | { readonly kind: 'chart'; readonly chart: DrawableChart }
  | { readonly kind: 'commands'; readonly lines: readonly string[] }
  /** What a user has written. It is never trusted: see `parseNote`. */
  | { readonly kind: 'note'; readonly markdown: string };

export interface ReportFact {
  readonly label: string;
  readonly value: string;
}
