import { chartFile } from './chart.ts';
import { type Exporter, NO_HPARAMS } from './exporter.ts';

export const png: Exporter = {
  id: 'png',
  label: 'PNG',
  description: 'Charts as pixels, 300 per inch by default.',
  hparams: NO_HPARAMS,
  mediaType: 'image/png',
  fileEnding: 'png',
  write: {
    chart: (chart) => chartFile(chart, 'png'),
    'sweep-chart': (chart) => chartFile(chart, 'png'),
    'comparison-chart': (chart) => chartFile(chart, 'png'),
  },
};
