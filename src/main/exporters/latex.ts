import { latexTable } from '../../shared/tables/latex.ts';
import type { TextTable } from '../../shared/tables/text-table.ts';
import { type Exporter, NO_HPARAMS } from './exporter.ts';
import { comparisonTextTable } from './tables/comparison-text-table.ts';
import { levelsTable } from './tables/levels-table.ts';
import { sweepTextTable } from './tables/sweep-text-table.ts';

const bytesOf = (table: TextTable, label: string): Uint8Array =>
  new TextEncoder().encode(latexTable(table, label));

export const latex: Exporter = {
  id: 'latex',
  label: 'LaTeX',
  description: 'Tables for papers, with the rules of booktabs.',
  hparams: NO_HPARAMS,
  mediaType: 'application/x-tex',
  fileEnding: 'tex',
  write: {
    levels: (result) => bytesOf(levelsTable(result), `levels-${result.id}`),
    'sweep-table': (sweep) => bytesOf(sweepTextTable(sweep), `sweep-${sweep.id}`),
    'comparison-table': (comparison) =>
      bytesOf(comparisonTextTable(comparison), ['comparison', ...comparison.ids].join('-')),
  },
};
