import type { HandlerContext } from './context.ts';
import { exportedComparison } from './exported-file.ts';
import type { HandlersOf } from './handlers.ts';

/** Comparisons as files, and the text of reports that a user may edit. */
export function reportHandlers({
  workbench,
}: HandlerContext): HandlersOf<'comparison.export' | 'report.methods'> {
  const { exports } = workbench;
  return {
    'comparison.export': async ({ ids, ...exported }) =>
      exportedComparison(exported, await exports.comparisonBytes(ids, exported)),
    'report.methods': async ({ subject }) => {
      switch (subject.kind) {
        case 'search':
          return exports.searchMethods(subject.id);
        case 'sweep':
          return exports.sweepMethods(subject.id);
        case 'comparison':
          return await exports.comparisonMethods(subject.ids);
      }
    },
  };
}
