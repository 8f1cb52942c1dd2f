import { writerFor } from '../../exporters/index.ts';
import { drawnAs } from '../exports/chart-drawing.ts';
import { chartFileOf } from './exported-file.ts';
import type { HandlersOf } from './handlers.ts';

/** Charts that the window describes. */
export function chartHandlers(): HandlersOf<'chart.export'> {
  return {
    'chart.export': ({ chart, theme, look, format, name }) => {
      const write = writerFor('chart', format);
      return chartFileOf(name, format, write(drawnAs(chart, { theme, look })));
    },
  };
}
