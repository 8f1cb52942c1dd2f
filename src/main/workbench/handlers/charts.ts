import type { HandlerContext } from './context.ts';
import { chartFileOf } from './exported-file.ts';
import type { HandlersOf } from './handlers.ts';

/** Charts that the window describes. */
export function chartHandlers({ workbench }: HandlerContext): HandlersOf<'chart.export'> {
  return {
    'chart.export': async ({ chart, name, ...drawing }) =>
      chartFileOf(name, drawing.format, await workbench.exports.chartBytes(chart, drawing)),
  };
}
