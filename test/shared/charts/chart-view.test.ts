import { describe, expect, it } from 'vitest';
import {
  type BandedLine,
  datasetsOf,
  type LineDescription,
  type LinesDescription,
  type WindowLine,
  type WindowLines,
} from '../../../src/shared/charts/chart-description.ts';
import { chartData } from '../../../src/shared/charts/chart-data.ts';
import {
  bandsOf,
  type ChartView,
  DEFAULT_SETTINGS,
  spanOf,
  viewed,
  withPossibleZoom,
} from '../../../src/shared/charts/chart-view.ts';
import { legendOf, matches } from '../../../src/shared/charts/legend.ts';
import { LIGHT_THEME } from '../../../src/shared/charts/palette.ts';
import { smoothed } from '../../../src/shared/charts/smoothing.ts';
import { chartSchema } from '../../../src/shared/contract/chart-schema.ts';

const WHOLE: ChartView = { ...DEFAULT_SETTINGS, hidden: new Set() };

const banded: BandedLine = {
  kind: 'banded',
  label: 'ticket',
  points: [
    {
      x: 100,
      mean: 97,
      min: 96,
      max: 98,
      n: 2,
      lower: 84,
      upper: 110,
      values: [96, 98],
      verdict: 'winning',
      difference: { mean: 1 },
    },
    { x: 10, mean: 90, min: 89, max: 91 },
  ],
  colour: 0,
};
const reference: WindowLine = { kind: 'reference', label: 'dense', y: 97, from: 100, to: 10 };

const chartOf = (lines: readonly WindowLine[], more: Partial<WindowLines> = {}): WindowLines => ({
  kind: 'lines',
  title: 'T',
  subtitle: 'N = 2; line: mean, band: min to max',
  xTitle: 'x (%)',
  yTitle: 'y (%)',
  lines,
  ...more,
});

const seen = (chart: WindowLines, view: Partial<ChartView> = {}, columns?: number) =>
  viewed(chart, { ...WHOLE, ...view }, columns) as LinesDescription;
const pointsOf = (line: LineDescription | undefined) =>
  line && line.kind !== 'reference' ? line.points : [];

describe('a chart as it is seen', () => {
  it('leaves out what is hidden', () => {
    const { lines } = seen(chartOf([banded, reference]), { hidden: new Set(['ticket']) });
    expect(lines).toEqual([reference]);
  });

  it('can be saved, whatever is seen of it', () => {
    const views: Partial<ChartView>[] = [
      {},
      { band: 'interval' },
      { band: 'replicates', isXLogarithmic: true, isYLogarithmic: true },
      { x: { from: 20, to: 100 }, y: { from: 0, to: 98 }, smoothing: 0.5 },
    ];
    const long = longCurve([1, 2, 3]);
    for (const view of views) {
      const chart = seen(chartOf([banded, reference, long], { reference: 'dense' }), view);
      expect(chartSchema.parse(chart)).toEqual(chart);
    }
  });

  it('draws the band that is chosen, and says which', () => {
    const chart = chartOf([banded]);
    const [interval] = seen(chart, { band: 'interval' }).lines;
    expect(interval).toMatchObject({ band: 'interval', points: [{ lower: 84, upper: 110 }, {}] });
    expect(pointsOf(interval)[0]).not.toHaveProperty('verdict');
    expect(seen(chart, { band: 'interval' }).subtitle).toContain('95 % interval');
    const [replicates] = seen(chart, { band: 'replicates' }).lines;
    expect(pointsOf(replicates)[0]).toHaveProperty('values', [96, 98]);
  });

  it('has the part that is zoomed into, with ticks for the densities there', () => {
    const points = [100, 80, 79, 78, 10].map((x) => ({ x, mean: 1, min: 1, max: 1 }));
    const chart = chartOf([{ ...banded, points }], {
      x: { isReversed: true, min: 10, max: 100, logarithmicTicks: [100, 10] },
    });
    const { x } = seen(chart, { x: { from: 77, to: 81 } });
    expect(x).toMatchObject({ min: 77, max: 81, isReversed: true, logarithmicTicks: [80, 79, 78] });
    expect(seen(chart).x?.logarithmicTicks).toEqual([100, 10]);
  });

  it('says which part is shown, for a saved picture', () => {
    const { subtitle } = chartOf([banded]);
    expect(seen(chartOf([banded])).subtitle).toBe(subtitle);
    const { xTitle, yTitle } = chartOf([banded]);
    const [x, y] = [xTitle, yTitle].map((title) => title.split(/[:(,]/)[0]!.trim());
    const part = { x: { from: 1000, to: 2500.04 }, y: { from: 0.5, to: 1 } };
    expect(seen(chartOf([banded]), part).subtitle).toMatch(
      new RegExp(`; shown: ${x!} 1,000 to 2,500.*, ${y!} 0.5 to 1`),
    );
  });

  it('changes an axis from logarithmic to linear and back', () => {
    const logarithmic = chartOf([banded], { x: { max: 100, logarithmicTicks: [100, 10] } });
    expect(seen(logarithmic, { isXLogarithmic: false }).x).toEqual({ max: 100 });
    const linear = chartOf([banded], { y: { min: 0, max: 100 } });
    expect(seen(linear, { isYLogarithmic: true }).y).toEqual({ max: 100, isLogarithmic: true });
  });

  it('has no points at or below zero on a logarithmic axis', () => {
    const line: WindowLine = {
      kind: 'line',
      label: 'a',
      points: [
        { x: 0, y: 1 },
        { x: 1, y: 0 },
        { x: 2, y: 3 },
      ],
      colour: 0,
    };
    const band: WindowLine = { ...banded, points: [{ x: 1, mean: 5, min: -1, max: 6 }] };
    const { lines } = seen(chartOf([line, band]), { isXLogarithmic: true, isYLogarithmic: true });
    expect(pointsOf(lines[0])).toEqual([{ x: 2, y: 3 }]);
    expect(pointsOf(lines[1])).toMatchObject([{ min: 5 }]);
  });

  it('has no thin lines of replicates at or below zero on a logarithmic axis', () => {
    const points = [1, 2].map((x) => ({
      x,
      mean: 5,
      min: 1,
      max: 9,
      values: [x === 1 ? 0 : 7, 3],
    }));
    const chart = seen(chartOf([{ ...banded, points }]), {
      band: 'replicates',
      isYLogarithmic: true,
    });
    expect(pointsOf(chart.lines[0]).map((point) => 'values' in point && point.values)).toEqual([
      [Number.NaN, 3],
      [7, 3],
    ]);
    const [, first, second] = datasetsOf(chart.lines[0]!, LIGHT_THEME);
    expect(first?.data).toEqual([{ x: 2, y: 7 }]);
    expect(second?.data).toHaveLength(2);
  });
});

describe('a logarithmic axis', () => {
  it('has a level line from the first positive place on', () => {
    const line: WindowLine = { kind: 'reference', label: 'dense', y: 97, from: 0, to: 100 };
    const chart = chartOf([banded, line], { x: { min: 0 } });
    expect(seen(chart, { isXLogarithmic: true }).lines[1]).toMatchObject({ from: 10, to: 100 });
    expect(seen(chart).lines[1]).toMatchObject({ from: 0, to: 100 });
  });

  it('does not keep a zoom that begins at 0', () => {
    const chart = chartOf([banded]);
    const view: ChartView = { ...WHOLE, x: { from: 0, to: 50 }, y: { from: 0, to: 98 } };
    expect(withPossibleZoom(chart, view)).toEqual(view);
    expect(withPossibleZoom(chart, { ...view, isXLogarithmic: true })).toMatchObject({ y: view.y });
    const both = { ...view, isXLogarithmic: true, isYLogarithmic: true };
    const possible = withPossibleZoom(chart, both);
    expect(possible.x).toBeUndefined();
    expect(possible.y).toBeUndefined();
    expect(spanOf(chart, possible)).toEqual({ from: 10, to: 100, isLogarithmic: true });
  });
});

describe('a band that no point has', () => {
  const bare = chartOf([{ ...banded, points: [{ x: 10, mean: 90, min: 89, max: 91 }] }]);

  it('is neither offered, nor drawn, nor named', () => {
    expect(bandsOf(bare)).toEqual(['range']);
    expect(bandsOf(chartOf([banded]))).toEqual(['range', 'interval', 'replicates']);
    expect(bandsOf(chartOf([reference]))).toEqual([]);
    const { lines, subtitle } = seen(bare, { band: 'interval' });
    expect(lines).toMatchObject([{ band: 'range' }]);
    expect(subtitle).toContain('min to max');
  });
});

function longCurve(ys: ArrayLike<number>, label = 'curve'): WindowLine {
  const xs = Float64Array.from({ length: ys.length }, (_, index) => index);
  return { kind: 'long-curve', label, xs, ys, factor: 100, colour: 0 };
}

describe('a long curve', () => {
  it('is drawn with at most two points a column, in the unit of the axis', () => {
    const ys = Float64Array.from({ length: 100_000 }, (_, index) => Math.sin(index));
    ys[54_321] = 7;
    const [line] = seen(chartOf([longCurve(ys)]), {}, 100).lines;
    expect(line?.kind).toBe('curve');
    const points = pointsOf(line) as { x: number; y: number }[];
    expect(points.length).toBeLessThanOrEqual(202);
    expect(points).toContainEqual({ x: 54_321, y: 700 });
  });

  it('has all its points where one has zoomed in', () => {
    const ys = Float64Array.from({ length: 100_000 }, (_, index) => index);
    const view = { x: { from: 5000, to: 5003 } };
    const [line] = seen(chartOf([longCurve(ys)]), view, 100).lines;
    expect(pointsOf(line).map(({ x }) => x)).toEqual([4999, 5000, 5001, 5002, 5003]);
  });

  it.each([
    ['few points', 20],
    ['many points', 100_000],
  ])('of %s has the gaps that any other line has', (_, count) => {
    const ys = Float64Array.from({ length: count }, (_value, index) => index);
    ys.fill(Number.NaN, count / 4, count / 2);
    const curve = longCurve(ys);
    const points = Array.from(ys, (y, x) => ({ x, y: y * 100 }));
    const line: WindowLine = { kind: 'curve', label: 'the same', points, colour: 1 };
    const { lines } = seen(chartOf([curve, line]), {}, 100);
    const missing = lines.map((each) =>
      pointsOf(each).filter((point) => 'y' in point && Number.isNaN(point.y)),
    );
    for (const gap of missing) {
      expect(gap.length).toBeGreaterThan(0);
      expect(gap.every(({ x }) => x >= count / 4 && x < count / 2)).toBe(true);
    }
  });

  it('is one of so many that all together stay within the limit of a file', () => {
    const ys = Float64Array.from({ length: 5000 }, (_, index) => Math.sin(index * index));
    const curves = Array.from({ length: 100 }, (_, index) => longCurve(ys, `curve ${index}`));
    const chart = seen(chartOf(curves));
    expect(chartSchema.safeParse(chart).success).toBe(true);
  });
});

describe('smoothing', () => {
  it('is the moving average without a bias towards zero', () => {
    expect([...smoothed([4, 4, 4], 0.9)]).toEqual(
      [4, 4, 4].map((value) => expect.closeTo(value) as number),
    );
    expect([...smoothed([0, 1], 0.5)]).toEqual([0, expect.closeTo(2 / 3)]);
    expect([...smoothed([1, Number.NaN, 1], 0.5)]).toEqual([1, Number.NaN, 1]);
  });

  it('draws the curve faint behind, and says so', () => {
    const chart = seen(chartOf([longCurve([1, 2, 3])]), { smoothing: 0.5 });
    expect(chart.lines).toMatchObject([
      { kind: 'curve', label: 'curve' },
      { kind: 'curve', label: 'curve', isBehind: true },
    ]);
    expect(pointsOf(chart.lines[1]).map((point) => 'y' in point && point.y)).toEqual([
      100, 200, 300,
    ]);
    expect(chart.subtitle).toContain('moving average');
    expect(seen(chartOf([banded]), { smoothing: 0.5 }).subtitle).not.toContain('moving');
  });
});

describe('the part of the x axis that is seen', () => {
  it('is what the axis says, the zoom, or where points are', () => {
    expect(spanOf(chartOf([banded]), WHOLE)).toEqual({ from: 10, to: 100, isLogarithmic: false });
    const x = { from: 1, to: 2 };
    expect(spanOf(chartOf([banded]), { ...WHOLE, x })).toMatchObject(x);
    expect(spanOf(chartOf([longCurve([1, 2])], { x: { min: 0 } }), WHOLE)).toMatchObject({
      from: 0,
      to: 1,
    });
    expect(spanOf(chartOf([]), WHOLE)).toMatchObject({ from: 0, to: 1 });
  });

  it('begins above zero on a logarithmic axis', () => {
    const chart = chartOf([longCurve([1, 2, 3])], { x: { min: 0, isLogarithmic: true } });
    expect(spanOf(chart, WHOLE)).toEqual({ from: 1, to: 2, isLogarithmic: true });
  });
});

describe('a legend', () => {
  it('has every line once, without what is on a line', () => {
    const mark: WindowLine = {
      kind: 'marks',
      label: 'ticket',
      points: [],
      colour: 0,
      isOnLine: true,
    };
    const entries = legendOf(chartOf([mark, banded, banded, reference]));
    expect(entries.map(({ label }) => label)).toEqual(['ticket', 'dense']);
  });

  it('is filtered by words in any order', () => {
    expect(matches('seed 3, batch 60', 'BATCH seed')).toBe(true);
    expect(matches('seed 3, batch 60', 'batch 600')).toBe(false);
    expect(matches('anything', '')).toBe(true);
  });
});

describe('the data of a chart', () => {
  it('are what is seen, a point a row', () => {
    const view: ChartView = { ...WHOLE, x: { from: 50, to: 100 } };
    expect(chartData(chartOf([banded, reference]), view)?.split('\n')).toEqual([
      'y (%)',
      'line\tx (%)\tmean\tinterval from\tinterval to\tlowest\thighest\tN\tdifference\tdifference: interval from\tdifference: interval to\tverdict\treplicate 1\treplicate 2\tnote',
      'ticket\t100\t97\t84\t110\t96\t98\t2\t1\t\t\twinning\t96\t98',
      'dense\t100\t97',
    ]);
  });

  it('say what differences are from, and run no name as a formula', () => {
    const line = { ...banded, label: '=HYPERLINK("https://a.b")' };
    const text = chartData(chartOf([line], { reference: 'dense' }), WHOLE);
    expect(text).toContain('\tdifference from dense\tdifference from dense: interval from\t');
    expect(text).toContain(`\n'=HYPERLINK("https://a.b")\t100`);
  });

  it('of curves have no columns of bands', () => {
    const text = chartData(chartOf([longCurve([0.5, Number.NaN])]), WHOLE);
    expect(text).toBe('y (%)\nline\tx (%)\tvalue\tnote\ncurve\t0\t50');
  });

  it('are not copied by the million', () => {
    const curve = longCurve(new Float64Array(1_000_001));
    expect(chartData(chartOf([curve]), WHOLE)).toBeUndefined();
    const zoomed = { ...WHOLE, x: { from: 10, to: 12 } };
    expect(chartData(chartOf([curve]), zoomed)?.split('\n')).toHaveLength(5);
  });
});

describe('a line with a band of many points', () => {
  const LEVELS = 21;
  const means = (band: 'range' | 'replicates' = 'range', replicates = 5) => {
    const lines = Array.from({ length: LEVELS }, (_, level): BandedLine => ({
      ...banded,
      label: `level ${level}`,
      points: Array.from({ length: 1000 }, (_point, x) => {
        const mean = Math.sin(x * x + level);
        const values = Array.from({ length: replicates }, (_value, index) => mean + index / 10);
        return { x, mean, min: mean - 0.1, max: x === 500 ? 9 : mean + 0.1, values };
      }),
    }));
    return seen(chartOf(lines), { band });
  };

  it.each(['range', 'replicates'] as const)(
    'is drawn with so few that 21 levels fit into a file (%s)',
    (band) => {
      expect(chartSchema.safeParse(means(band)).success).toBe(true);
    },
  );

  it('has every extreme of the mean and of its band, and both ends', () => {
    const points = pointsOf(means().lines[0]);
    expect(points.length).toBeLessThan(1000);
    expect(points).toContainEqual(expect.objectContaining({ x: 500, max: 9 }));
    expect([points[0]?.x, points.at(-1)?.x]).toEqual([0, 999]);
  });

  it('has all of its points where there is room for them', () => {
    const points = Array.from({ length: 60 }, (_, x) => ({ x, mean: 1, min: 1, max: 1 }));
    expect(pointsOf(seen(chartOf([{ ...banded, points }]), {}, 120).lines[0])).toHaveLength(60);
  });
});

describe('a thinned curve', () => {
  const line = longCurve([0.1, 0.2, 0.3]);

  it('is smoothed once its average is known, which does not follow from what is left', () => {
    const known = { weight: 0.5, values: [1, 2, 3] };
    const drawn = (thinned: object, smoothing = 0.5) =>
      seen(chartOf([{ ...line, thinned } as WindowLine]), { smoothing }).lines;
    expect(drawn({})).toHaveLength(1);
    expect(drawn({ averages: known }, 0.6)).toHaveLength(1);
    const [smooth, behind] = drawn({ averages: known });
    expect(pointsOf(smooth).map((point) => 'y' in point && point.y)).toEqual([100, 200, 300]);
    expect(behind).toMatchObject({ isBehind: true });
  });
});
