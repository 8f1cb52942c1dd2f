import {
  Chart,
  LinearScale,
  LineController,
  LineElement,
  LogarithmicScale,
  PointElement,
} from 'chart.js';
import { describe, expect, it } from 'vitest';
import { longLinesPlugin, withLongLines } from '../../../src/renderer/charts/long-lines.ts';
import {
  bandedLine,
  type LineAxis,
  type LineDataset,
} from '../../../src/shared/charts/line-chart.ts';
import { recordingPen } from './recording-pen.ts';

Chart.register(LinearScale, LineController, LineElement, LogarithmicScale, PointElement);

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

/** Draws lines with Chart.js and its axes. */
function drawn(lines: readonly LineDataset[], x: LineAxis = {}, y: LineAxis = {}) {
  const { pen, rectangles } = recordingPen(600, 300);
  const { datasets, long } = withLongLines(lines, undefined);
  const chart = new Chart(pen.canvas, {
    type: 'line',
    data: { datasets },
    options: {
      animation: false,
      parsing: false,
      responsive: false,
      events: [],
      scales: { x: { type: 'linear', ...x }, y: { type: 'linear', ...y } },
    },
    plugins: [longLinesPlugin(() => long)],
  });
  const { scales, chartArea } = chart;
  const placeOf = ({ x: across, y: down }: { readonly x: number; readonly y: number }) => ({
    x: scales['x']!.getPixelForValue(across),
    y: scales['y']!.getPixelForValue(down),
  });
  return { rectangles, chartArea, placeOf };
}

describe('a line of many points on the axes of Chart.js', () => {
  const PEAK = { x: 200, y: 90 };
  const peaked = curve(1000, {
    data: Array.from({ length: 1000 }, (_, x) => ({ x: x + 1, y: x + 1 === PEAK.x ? PEAK.y : 2 })),
    borderDash: [],
    borderWidth: 2,
  });

  it.each<[string, LineAxis, LineAxis]>([
    ['linear', {}, {}],
    ['logarithmic', { type: 'logarithmic' }, { type: 'logarithmic' }],
    ['reversed', { reverse: true }, {}],
    ['logarithmic and reversed', { type: 'logarithmic', reverse: true }, { reverse: true }],
    ['zoomed', { min: 150, max: 250 }, { min: 0, max: 100 }],
  ])('has its places (%s)', (_, x, y) => {
    const { rectangles, chartArea, placeOf } = drawn([peaked], x, y);
    const peak = placeOf(PEAK);
    const isHigh = y.reverse !== true;
    const reach = ({ y: top, height }: (typeof rectangles)[number]) =>
      isHigh ? -top : top + height;
    const highest = rectangles.reduce((most, each) => (reach(each) > reach(most) ? each : most));
    expect(peak.x).toBeGreaterThanOrEqual(highest.x - 1);
    expect(peak.x).toBeLessThanOrEqual(highest.x + highest.width + 1);
    // The line is two pixels wide.
    expect(reach(highest)).toBeCloseTo((isHigh ? -peak.y : peak.y) + 1, 5);
    // It reaches from the first to the last point that is seen.
    expect(rectangles[0]!.x).toBeLessThanOrEqual(chartArea.left + 1);
    const last = rectangles.at(-1)!;
    expect(last.x + last.width).toBeGreaterThanOrEqual(chartArea.right - 1);
  });

  it('is drawn over the others where it is brought forward', () => {
    const [back, front] = [
      { ...peaked, borderColor: '#111111' },
      { ...peaked, borderColor: '#222222', order: -1 },
    ];
    const colours = drawn([back, front]).rectangles.map(({ colour }) => colour);
    expect([colours[0], colours.at(-1)]).toEqual(['#111111', '#222222']);
    const unordered = drawn([back, { ...front, order: 0 }]).rectangles;
    expect(unordered.at(-1)!.colour).toBe('#111111');
  });
});
