import { chartFile } from './chart.ts';
import { type Exporter, NO_HPARAMS } from './exporter.ts';

export const svg: Exporter = {
  id: 'svg',
  label: 'SVG',
  description: 'Charts as vectors, text as text, which can be edited.',
  hparams: NO_HPARAMS,
  mediaType: 'image/svg+xml',
  fileEnding: 'svg',
  write: {
    chart: (chart) => chartFile(chart, 'svg'),
    'sweep-chart': (chart) => chartFile(chart, 'svg'),
    'comparison-chart': (chart) => chartFile(chart, 'svg'),
  },
};
