/** Magnitudes before and after training, for weights that the next level keeps and those it prunes. */
import type { Magnitudes, WeightMovementResult } from '../domain/analysis.ts';
import { type LineChart, lineChart, type LineDataset } from './line-chart.ts';
import { type ChartTheme, LIGHT_THEME, PAIR_DASH, seriesColour } from './palette.ts';

/** The chart of one training. */
export function movementChart(
  { replicate, level, branch, density, tensors }: WeightMovementResult,
  name: string,
  tensorName = 'all',
  theme: ChartTheme = LIGHT_THEME,
): LineChart {
  const tensor = tensors.find((each) => each.name === tensorName) ?? tensors[0]!;
  const { largest, survivors, pruned } = tensor;
  const line = (
    label: string,
    { counts }: Magnitudes,
    colour: string,
    isFinal: boolean,
  ): LineDataset => ({
    label,
    data: Array.from(counts, (count, bin) => ({
      x: ((bin + 0.5) / counts.length) * largest,
      y: count,
    })),
    borderColor: colour,
    backgroundColor: `${colour}2e`,
    borderDash: isFinal ? [] : [...PAIR_DASH],
    borderWidth: 1.75,
    pointRadius: 0,
    stepped: 'middle',
    fill: isFinal ? 'origin' : false,
  });
  const survivorColour = seriesColour(theme, 0);
  const prunedColour = seriesColour(theme, 1);
  const groups: LineDataset[] = [
    line('survivors, initial', survivors.initial, survivorColour, false),
    line('survivors, final', survivors.final, survivorColour, true),
  ];
  if (pruned.count > 0) {
    groups.push(
      line('pruned next, initial', pruned.initial, prunedColour, false),
      line('pruned next, final', pruned.final, prunedColour, true),
    );
  }
  const where = tensor.name === 'all' ? 'all layers' : tensor.name;
  return lineChart(
    {
      title: `Weights before and after training: ${name}`,
      subtitle: `${branch === undefined ? '' : `${branch}, `}level ${level} (${Number((density * 100).toPrecision(3))}% density), replicate ${replicate + 1}, ${where}; N = ${thousands(survivors.count)} survivors, ${thousands(pruned.count)} pruned next`,
      datasets: groups,
      xTitle: 'Magnitude of a weight',
      yTitle: `Weights per bin of ${Number((largest / survivors.initial.counts.length).toPrecision(2))}`,
      x: { min: 0, max: largest },
      y: { min: 0 },
    },
    theme,
  );
}

/** `35,981` */
function thousands(count: number): string {
  return count.toLocaleString('en-US');
}
