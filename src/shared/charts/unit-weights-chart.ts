/** The weights of one unit whose inputs are no picture. */
import type { ChartDescription } from './chart-description.ts';

/** @param initial, final `[inputs]`; pruned weights end at 0. */
export function unitWeightsChart(
  subject: string,
  initial: ArrayLike<number>,
  final: ArrayLike<number>,
): ChartDescription {
  const along = (values: ArrayLike<number>) =>
    Array.from(values, (y, index) => ({ x: index + 1, y }));
  return {
    kind: 'lines',
    title: 'Weights of a unit by input',
    subtitle: subject,
    lines: [
      { kind: 'outline', label: 'initial', points: along(initial), colour: 1, isFilled: false },
      { kind: 'outline', label: 'final', points: along(final), colour: 0, isFilled: true },
    ],
    xTitle: 'Input, counted from 1',
    yTitle: 'Weight',
    x: { min: 0.5, max: initial.length + 0.5, isWhole: true, includesBounds: false },
  };
}
