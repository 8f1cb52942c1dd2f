import { chartFile, sweepChartFile } from './chart.ts';
import { type Exporter, NO_HPARAMS } from './exporter.ts';

export const svg: Exporter = {
  id: 'svg',
  label: 'SVG',
  description: 'Charts as vectors, text as outlines: the same on every machine.',
  hparams: NO_HPARAMS,
  write: {
    chart: (data) => chartFile(data, 'svg'),
    'sweep-chart': (data) => sweepChartFile(data, 'svg'),
  },
};
