import { CHART_THEMES } from '../../../shared/charts/palette.ts';
import { writerFor } from '../../exporters/index.ts';
import { chartFileOf } from './exported-file.ts';
import type { HandlersOf } from './handlers.ts';

/** Charts that the window describes. */
export function chartHandlers(): HandlersOf<'chart.export'> {
  return {
    'chart.export': ({ chart, theme, format, name }) => {
      const write = writerFor('chart', format);
      return chartFileOf(name, format, write({ chart, theme: CHART_THEMES[theme] }));
    },
  };
}
