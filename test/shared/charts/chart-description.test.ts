import { describe, expect, it } from 'vitest';
import {
  type ChartDescription,
  drawnChart,
  type LineDescription,
} from '../../../src/shared/charts/chart-description.ts';
import { DARK_THEME, LIGHT_THEME, orderedColour } from '../../../src/shared/charts/palette.ts';

const FRAME = { title: 'T', subtitle: 'N = 1', xTitle: 'x', yTitle: 'y (%)' };
const points = [{ x: 0, y: 1 }];

const linesOf = (...lines: readonly LineDescription[]): ChartDescription => ({
  kind: 'lines',
  ...FRAME,
  lines,
});

describe('a described chart', () => {
  it('takes its colours from the theme', () => {
    const described = linesOf(
      { kind: 'line', label: 'a', points, colour: 1 },
      { kind: 'line', label: 'b', points, colour: 'text' },
      { kind: 'reference', label: 'c', y: 1, from: 0, to: 2 },
      { kind: 'curve', label: 'd', points, colour: { ordered: 0.5 } },
    );
    for (const theme of [LIGHT_THEME, DARK_THEME]) {
      const { datasets } = drawnChart(described, theme).data;
      expect(datasets).toMatchObject([
        { borderColor: theme.series[1] },
        { borderColor: theme.text },
        { borderColor: theme.reference },
        { borderColor: orderedColour(theme, 0.5) },
      ]);
    }
  });

  it('has lines with marks, minor ones without, bands and outlines', () => {
    const band = [{ x: 0, mean: 1, min: 0, max: 2 }];
    const { datasets } = drawnChart(
      linesOf(
        { kind: 'line', label: 'major', points, colour: 0 },
        { kind: 'line', label: 'minor', points, colour: 0, dash: [2, 3], isMinor: true },
        { kind: 'outline', label: 'outline', points, colour: 0, isFilled: true },
        { kind: 'banded', label: 'banded', points: band, colour: 0 },
      ),
      LIGHT_THEME,
    ).data;
    expect(datasets.map(({ pointRadius }) => pointRadius)).toEqual([2.5, 0, 0, 3, 0, 0]);
    expect(datasets.map(({ borderDash }) => borderDash).slice(0, 2)).toEqual([[], [2, 3]]);
    expect(datasets[2]).toMatchObject({ stepped: 'middle', fill: 'origin' });
    expect(datasets.slice(4).map(({ data }) => data)).toEqual([[{ x: 0, y: 0 }], [{ x: 0, y: 2 }]]);
  });

  it('labels round numbers of a logarithmic axis, or all of an axis that has few of them', () => {
    const chart = drawnChart({ ...linesOf(), y: { isLogarithmic: true } }, LIGHT_THEME);
    const labelled = (...values: readonly number[]) => {
      const ticks = values.map((value) => ({ value }));
      const { callback } = chart.options!.scales!['y']!.ticks as {
        callback: (value: number, index: number, ticks: readonly { value: number }[]) => string;
      };
      return values.map((value, index) => callback(value, index, ticks));
    };
    expect(labelled(0.1, 0.2, 0.3, 0.4, 0.5)).toEqual(['0.1', '0.2', '', '', '0.5']);
    expect(labelled(0.639, 0.64, 0.66, 0.69)).toEqual(['', '0.64', '0.66', '0.69']);
  });

  it('marks a point of a curve only where the curve is that point', () => {
    const curve = (count: number): LineDescription => ({
      kind: 'curve',
      label: 'a',
      points: Array.from({ length: count }, (_, x) => ({ x, y: 1 })),
      colour: 0,
    });
    const { datasets } = drawnChart(linesOf(curve(1), curve(2)), LIGHT_THEME).data;
    expect(datasets.map(({ pointRadius }) => pointRadius)).toEqual([2, 0]);
  });

  it('has the colour of 0 for smaller values of a heat map', () => {
    const cell = { x: 1, y: 2, left: 0, right: 2, bottom: 1, top: 3 };
    const cells = [-1, 0, 2].map((value) => ({ ...cell, value }));
    const described = { kind: 'heat-map', ...FRAME, cells, valueTitle: 'Change (%)' } as const;
    const [below, zero, above] = drawnChart(described, LIGHT_THEME).data.datasets[0]!.data;
    expect(below).toHaveProperty('colour', orderedColour(LIGHT_THEME, 0));
    expect(zero).toHaveProperty('colour', orderedColour(LIGHT_THEME, 0));
    expect(above).toHaveProperty('colour', orderedColour(LIGHT_THEME, 1));
  });

  it('has the axes that it says', () => {
    const { scales } = drawnChart(
      {
        ...linesOf(),
        x: { min: 1, max: 5, isWhole: true, includesBounds: false, mostTicks: 9, suggestedMax: 7 },
        y: { isReversed: true, max: 100, logarithmicTicks: [100, 10, 1] },
      },
      LIGHT_THEME,
    ).options!;
    expect(scales!['x']).toMatchObject({
      type: 'linear',
      min: 1,
      max: 5,
      suggestedMax: 7,
      ticks: { precision: 0, includeBounds: false, maxTicksLimit: 9 },
    });
    const y = scales!['y'] as {
      type: string;
      max: number;
      afterBuildTicks: (axis: object) => void;
    };
    expect(y).toMatchObject({ type: 'logarithmic', reverse: true, max: 100 });
    const axis = { min: 2, max: 100, ticks: [] };
    y.afterBuildTicks(axis);
    expect(axis.ticks).toEqual([{ value: 100 }, { value: 10 }]);
  });

  it('has named ticks only where it reaches', () => {
    const namedTicks = [0, 1, 2].map((at) => ({ at, name: `layer ${at}` }));
    const chart = { ...linesOf(), x: { min: 0.5, max: 2.5, namedTicks } };
    const x = drawnChart(chart, LIGHT_THEME).options!.scales!['x'] as unknown as {
      afterBuildTicks: (axis: object) => void;
    };
    const axis = { min: 0.5, max: 2.5, ticks: [] };
    x.afterBuildTicks(axis);
    expect(axis.ticks).toEqual([{ value: 1 }, { value: 2 }]);
  });

  it.each([
    ['all ticks where few are round', [95, 95.5, 96, 97], ['95', '95.5', '96', '97']],
    [
      'round ticks where there are enough',
      [0.9, 1, 1.5, 2, 3, 5, 6],
      ['', '1', '', '2', '', '5', ''],
    ],
  ])('labels on a logarithmic axis %s', (_, values, labels) => {
    const chart = { ...linesOf(), y: { isLogarithmic: true } };
    const { ticks } = drawnChart(chart, LIGHT_THEME).options!.scales!['y'] as unknown as {
      ticks: { callback: (value: number, index: number, all: { value: number }[]) => string };
    };
    const all = values.map((value) => ({ value }));
    expect(values.map((value, index) => ticks.callback(value, index, all))).toEqual(labels);
  });

  it('is drawn the same when it has travelled as JSON', () => {
    const described: ChartDescription = {
      kind: 'heat-map',
      ...FRAME,
      cells: [{ x: 1, y: 2, left: 0, right: 2, bottom: 1, top: 3, value: 4 }],
      valueTitle: 'Distance (%)',
      x: { min: 0, max: 2 },
    };
    const travelled = JSON.parse(JSON.stringify(described)) as ChartDescription;
    const drawn = [described, travelled].map((each) => drawnChart(each, LIGHT_THEME).data);
    expect(drawn[0]).toEqual(drawn[1]);
    expect(drawn[0]!.datasets[0]!.data).toMatchObject([{ value: 4 }]);
  });
});
