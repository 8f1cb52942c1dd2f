import { describe, expect, it } from 'vitest';
import { withLongLines } from '../../../src/renderer/charts/long-lines.ts';
import { bandedLine, type LineDataset } from '../../../src/shared/charts/line-chart.ts';

const curve = (length: number, change: Partial<LineDataset> = {}): LineDataset => ({
  label: 'a',
  data: Array.from({ length }, (_, x) => ({ x, y: x % 7 })),
  borderColor: '#123456',
  borderWidth: 1.75,
  borderDash: [4, 2],
  pointRadius: 0,
  ...change,
});

describe('lines of many points', () => {
  it('are drawn in columns, and Chart.js gets the corners of what is seen of them', () => {
    const { datasets, long } = withLongLines([curve(3000)], { min: 3, max: 5 });
    expect(datasets[0]!.data).toEqual([
      { x: 3, y: 3 },
      { x: 5, y: 5 },
    ]);
    expect(long.get(0)).toMatchObject({ colour: '#123456', width: 1.75, dash: [4, 2] });
    expect(long.get(0)!.points).toHaveLength(3000);
  });

  it('leave short lines and marks beside them as they are', () => {
    const [short, marks] = [curve(20), curve(500, { showLine: false })];
    const { datasets, long } = withLongLines([curve(3000), short, marks], undefined);
    expect(datasets.slice(1)).toEqual([short, marks]);
    expect([...long.keys()]).toEqual([0]);
  });

  it('have their bands between both edges', () => {
    const points = Array.from({ length: 1000 }, (_, x) => ({ x, mean: 5, min: 1, max: 9 }));
    const band = bandedLine('a', points, { colour: '#123456', dash: [] });
    const { datasets, long } = withLongLines(band, undefined);
    expect(datasets.every(({ fill }) => fill === false)).toBe(true);
    expect(long.get(1)).toMatchObject({ width: 0 });
    expect(long.get(1)).not.toHaveProperty('edge');
    expect(long.get(2)!.points[0]).toEqual({ x: 0, y: 9 });
    expect(long.get(2)!.edge![0]).toEqual({ x: 0, y: 1 });
  });

  it('are few points together: then Chart.js draws them', () => {
    const { datasets, long } = withLongLines([curve(600)], undefined);
    expect(long.size).toBe(0);
    expect(datasets[0]!.data).toHaveLength(600);
  });
});
