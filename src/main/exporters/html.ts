import { type Exporter, NO_HPARAMS } from './exporter.ts';
import type { Report } from './report.ts';
import { htmlReport } from './reports/html-report.ts';

const report = (described: Report): Uint8Array => new TextEncoder().encode(htmlReport(described));

export const html: Exporter = {
  id: 'html',
  label: 'HTML',
  description: 'A report as one page with its charts, which needs nothing else.',
  hparams: NO_HPARAMS,
  mediaType: 'text/html',
  fileEnding: 'html',
  write: { report, 'sweep-report': report, 'comparison-report': report },
};
