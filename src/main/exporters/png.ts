import { chartFile, sweepChartFile } from './chart.ts';
import { type Exporter, NO_HPARAMS } from './exporter.ts';

export const png: Exporter = {
  id: 'png',
  label: 'PNG',
  description: 'Charts as pixels, 1,800 wide.',
  hparams: NO_HPARAMS,
  write: {
    chart: (data) => chartFile(data, 'png'),
    'sweep-chart': (data) => sweepChartFile(data, 'png'),
  },
};
