import { describe, expect, it } from 'vitest';
import { benchChart, type BenchPoint } from '../../../src/shared/charts/bench-chart.ts';
import { isBand } from '../../../src/shared/charts/line-chart.ts';

const point = (workload: string, engine: string, density: number, median: number): BenchPoint => ({
  workload,
  engine,
  density,
  timesFasterThanDense: { median, min: median - 0.1, max: median + 0.1 },
});

describe('the chart of a measurement', () => {
  const chart = benchChart(
    [
      point('lenet-300-100', 'dense', 1, 1),
      point('lenet-300-100', 'sparse', 1, 0.6),
      point('lenet-300-100', 'dense', 0.1, 1),
      point('lenet-300-100', 'sparse', 0.1, 5),
      point('conv-2', 'sparse', 0.1, 2),
      { workload: 'conv-2', engine: 'pytorch', density: 0.1 },
    ],
    'A Processor',
  );
  const lines = chart.data.datasets.filter(({ label }) => !isBand(label));

  it('has a line for each engine and workload that was compared, and dense as the level', () => {
    expect(lines.map(({ label }) => label)).toEqual([
      'sparse, lenet-300-100',
      'sparse, conv-2',
      'dense',
    ]);
  });

  it('draws medians against the density in percent, within the range of the blocks', () => {
    expect(chart.data.datasets.slice(0, 3).map(({ data }) => data)).toEqual([
      [
        { x: 100, y: 0.6 },
        { x: 10, y: 5 },
      ],
      [
        { x: 100, y: 0.5 },
        { x: 10, y: 4.9 },
      ],
      [
        { x: 100, y: 0.7 },
        { x: 10, y: 5.1 },
      ],
    ]);
  });

  it('names the machine, and tells the same engine of two workloads apart', () => {
    expect(chart.options?.plugins?.subtitle?.text).toContain('A Processor');
    const [lenet, conv] = lines;
    expect(lenet?.borderColor).toBe(conv?.borderColor);
    expect(lenet?.borderDash).not.toEqual(conv?.borderDash);
  });
});
