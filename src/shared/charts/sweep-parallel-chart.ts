/** Parallel coordinates of a sweep as a chart that is saved: what is brushed away is faint. */
import { amount } from '../amount.ts';
import {
  type Brushes,
  type ParallelAxis,
  type ParallelPlot,
  remainingLines,
  shareOnAxis,
} from '../sweep/parallel.ts';
import { describeQuestion, type SweepQuestion, wordsOf } from '../sweep/sweep-metrics.ts';
import type { ParallelDescription } from './chart-description.ts';

export function sweepParallelChart(
  name: string,
  plot: ParallelPlot,
  question: SweepQuestion,
  brushes: Brushes = {},
): ParallelDescription {
  const remaining = new Set(remainingLines(plot.lines, brushes));
  const searches = `a line for each of ${amount(plot.lines.length, 'search', 'searches')}`;
  const brushed = plot.axes.flatMap((axis, index) => describeBrush(axis, brushes[index]));
  const kept =
    brushed.length === 0
      ? searches
      : `${searches}, of which ${remaining.size} with ${brushed.join(', ')}`;
  return {
    kind: 'parallel',
    title: `${wordsOf(question.metric).label} and all settings: ${name}`,
    subtitle: `${describeQuestion(question)}; ${kept}; means over replicates`,
    axes: plot.axes.map((axis, index) => {
      const brush = brushes[index];
      const share = (at: number): number => shareOnAxis(axis, at);
      return {
        title: axis.title,
        ticks: axis.ticks.map(({ at, text }) => ({ at: share(at), text })),
        ...(brush && { brush: { from: share(brush.from), to: share(brush.to) } }),
      };
    }),
    lines: plot.lines.map((line) => ({
      places: line.places.map((place, index) =>
        place === undefined ? Number.NaN : shareOnAxis(plot.axes[index]!, place),
      ),
      ...(!remaining.has(line) && { isAway: true }),
    })),
  };
}

/** `batchSize 30 to 60` */
function describeBrush(
  { title, stops }: ParallelAxis,
  brush: Brushes[number] | undefined,
): string[] {
  if (!brush) return [];
  const textAt = (place: number): string => stops.find(({ at }) => at === place)?.text ?? '';
  const [from, to] = [textAt(brush.from), textAt(brush.to)];
  return [from === to ? `${title} ${from}` : `${title} ${from} to ${to}`];
}
