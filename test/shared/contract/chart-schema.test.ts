import { describe, expect, it } from 'vitest';
import type { ChartDescription } from '../../../src/shared/charts/chart-description.ts';
import { chartSchema } from '../../../src/shared/contract/chart-schema.ts';
import { decodeFrame, encodeFrame, REQUEST_LIMITS } from '../../../src/shared/contract/wire.ts';

const line = { kind: 'line', label: 'a', points: [{ x: 0, y: 1 }], colour: 0 } as const;
const chart = {
  kind: 'lines',
  title: 'Chart',
  subtitle: 'N = 1',
  xTitle: 'x',
  yTitle: 'y',
  x: { min: 0, logarithmicTicks: [1, 10], isReversed: true, mostTicks: 9, suggestedMax: 3 },
  lines: [
    line,
    {
      kind: 'curve',
      label: 'b',
      points: [NaN, Infinity, -Infinity].map((y) => ({ x: 0, y })),
      colour: { ordered: 0.5 },
    },
    {
      kind: 'banded',
      label: 'c',
      points: [{ x: 0, mean: 1, min: 0, max: 2 }],
      colour: 1,
      dash: [2],
    },
    { kind: 'outline', label: 'd', points: [], colour: 'text', isFilled: true },
    { kind: 'reference', label: 'e', y: 1, from: 0, to: 2 },
  ],
} as const satisfies ChartDescription;

const cell = { x: 0, y: 0, left: -1, right: 1, bottom: -1, top: 1, value: 3 };
const heatMap = {
  kind: 'heat-map',
  title: 'Map',
  subtitle: '',
  xTitle: 'x',
  yTitle: 'y',
  cells: [cell],
  valueTitle: 'Distance (%)',
} as const satisfies ChartDescription;

describe('a chart from a window', () => {
  it.each([chart, heatMap])(
    'is taken as it was described, also over a wire: $kind',
    (described) => {
      const travelled = decodeFrame(encodeFrame({ chart: described }), REQUEST_LIMITS);
      expect(chartSchema.parse((travelled as { chart: unknown }).chart)).toEqual(described);
    },
  );

  it.each([
    ['an option of Chart.js', { ...chart, options: { animation: {} } }],
    ['a plug-in', { ...chart, plugins: [] }],
    ['a value that is no number', { ...chart, lines: [{ ...line, points: [{ x: 0, y: '1' }] }] }],
    ['an endless axis', { ...chart, y: { max: Infinity } }],
    ['a colour of its own', { ...chart, lines: [{ ...line, colour: 'url(http://a)' }] }],
    ['a kind of line that there is not', { ...chart, lines: [{ ...line, kind: 'spiral' }] }],
    ['a tick at zero of a logarithmic axis', { ...chart, x: { logarithmicTicks: [0] } }],
    ['a text that does not end', { ...chart, title: 'x'.repeat(2001) }],
    [
      'more lines than can be told apart',
      { ...chart, lines: Array.from({ length: 1001 }, () => line) },
    ],
    [
      'more cells than can be seen',
      { ...heatMap, cells: Array.from({ length: 20_001 }, () => cell) },
    ],
  ])('is refused with %s', (_what, given) => {
    expect(chartSchema.safeParse(given).success).toBe(false);
  });

  it('is refused with more points than can be drawn, over all lines', () => {
    const points = Array.from({ length: 60_000 }, (_, x) => ({ x, y: 0 }));
    const lines = (count: number) => Array.from({ length: count }, () => ({ ...line, points }));
    expect(chartSchema.safeParse({ ...chart, lines: lines(1) }).success).toBe(true);
    expect(chartSchema.safeParse({ ...chart, lines: lines(2) }).error?.issues[0]?.message).toBe(
      'the lines have too many points; expected at most 100000 in all, a point of a band counted as 5 and its replicates. Show fewer lines',
    );
  });

  it('is taken with the bands of the largest sweep, but not with many more', () => {
    const points = Array.from({ length: 31 }, (_, x) => ({ x, mean: 0, min: 0, max: 0 }));
    const bands = (count: number) =>
      Array.from({ length: count }, () => ({ kind: 'banded', label: 'a', colour: 0, points }));
    expect(chartSchema.safeParse({ ...chart, lines: bands(500) }).success).toBe(true);
    expect(chartSchema.safeParse({ ...chart, lines: bands(700) }).success).toBe(false);
  });
});
