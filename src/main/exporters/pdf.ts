import { chartFile } from './chart.ts';
import { type Exporter, NO_HPARAMS } from './exporter.ts';

export const pdf: Exporter = {
  id: 'pdf',
  label: 'PDF',
  description: 'Charts as vectors, text as text, with its font embedded: for papers.',
  hparams: NO_HPARAMS,
  mediaType: 'application/pdf',
  fileEnding: 'pdf',
  write: {
    chart: (chart) => chartFile(chart, 'pdf'),
    'sweep-chart': (chart) => chartFile(chart, 'pdf'),
    'comparison-chart': (chart) => chartFile(chart, 'pdf'),
  },
};
