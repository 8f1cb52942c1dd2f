import { markdownTable, markdownText } from '../../shared/tables/markdown.ts';
import type { TextTable } from '../../shared/tables/text-table.ts';
import { type Exporter, NO_HPARAMS } from './exporter.ts';
import type { Report } from './report.ts';
import { markdownReport } from './reports/markdown-report.ts';
import { comparisonTextTable } from './tables/comparison-text-table.ts';
import { levelsTable } from './tables/levels-table.ts';
import { sweepTextTable } from './tables/sweep-text-table.ts';

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);

const withCaption = (table: TextTable): Uint8Array =>
  bytesOf(`${markdownTable(table)}\n${markdownText(table.caption)}\n`);

const report = (described: Report): Uint8Array => bytesOf(markdownReport(described));

export const markdown: Exporter = {
  id: 'markdown',
  label: 'Markdown',
  description: 'Tables and reports for notes, issues and web pages.',
  hparams: NO_HPARAMS,
  mediaType: 'text/markdown',
  fileEnding: 'md',
  write: {
    levels: (result) => withCaption(levelsTable(result)),
    report,
    'sweep-table': (sweep) => withCaption(sweepTextTable(sweep)),
    'sweep-report': report,
    'comparison-table': (comparison) => withCaption(comparisonTextTable(comparison)),
    'comparison-report': report,
  },
};
