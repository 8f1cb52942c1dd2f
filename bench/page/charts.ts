/** What bench/charts.ts measures in a browser: the window's own code draws charts on a page of its own. */
import type { WindowChart as Described } from '../../src/shared/charts/chart-description.ts';
import { type ChartView, DEFAULT_SETTINGS, viewed } from '../../src/shared/charts/chart-view.ts';
import { LIGHT_THEME, seriesDash } from '../../src/shared/charts/palette.ts';
import { rangeOf } from '../../src/shared/charts/ranges.ts';
import { nearestX, readoutAt } from '../../src/shared/charts/readout.ts';
import { rng } from '../../src/shared/rng.ts';
import { WindowChart } from '../../src/renderer/charts/window-chart.ts';

const WIDTH = 1200;
const HEIGHT = 600;
const POINTS = 10_000_000;
const ZOOMS = 20;
const SEARCHES = 8;
const LEVELS = 60;
const SEEDS = 5;
const REPEATS = 10;
const WHOLE: ChartView = { ...DEFAULT_SETTINGS, hidden: new Set() };

/** Milliseconds by what was measured. */
type Figures = Record<string, number[]>;

/** Until the browser has painted what the action has drawn. */
async function timed(action: () => void): Promise<number> {
  await new Promise(requestAnimationFrame);
  const startedAt = performance.now();
  action();
  await new Promise(requestAnimationFrame);
  await new Promise((resolve) => setTimeout(resolve));
  return performance.now() - startedAt;
}

function newChart(): WindowChart {
  const frame = document.createElement('div');
  frame.style.width = `${WIDTH}px`;
  frame.style.height = `${HEIGHT}px`;
  const canvas = frame.appendChild(document.createElement('canvas'));
  document.body.replaceChildren(frame);
  return new WindowChart(canvas, () => undefined);
}

/** A loss that falls with noise, at every iteration. */
function longChart(): Described {
  const random = rng('bench', 'charts');
  const xs = Float64Array.from({ length: POINTS }, (_, index) => index);
  const ys = Float64Array.from(xs, (x) => 2 / (1 + x / 1e5) + random.below(1000) / 2000);
  return {
    kind: 'lines',
    title: 'Loss',
    subtitle: 'N = 1',
    lines: [{ kind: 'long-curve', label: 'loss', xs, ys, factor: 1, colour: 0 }],
    xTitle: 'Iteration',
    yTitle: 'Loss (nats)',
  };
}

async function benchLong(figures: Figures): Promise<void> {
  const chart = longChart();
  const drawn = newChart();
  const show = (view: ChartView) => {
    drawn.show({ chart: viewed(chart, view, WIDTH), theme: LIGHT_THEME });
  };
  figures['10 million points, drawn for the first time'] = [await timed(() => show(WHOLE))];
  const zooms: number[] = [];
  for (let zoom = 0; zoom < ZOOMS; zoom += 1) {
    const from = (POINTS / 3) * (1 - 0.5 ** zoom);
    const x = { from, to: from + POINTS * 0.5 ** zoom };
    zooms.push(await timed(() => show({ ...WHOLE, x })));
  }
  figures['10 million points, a zoom (target: below 100 ms)'] = zooms;
  figures['10 million points, smoothed for the first time'] = [
    await timed(() => show({ ...WHOLE, smoothing: 0.9 })),
  ];
  const span = { from: 0, to: POINTS, isLogarithmic: false };
  const { lines } = chart as Extract<Described, { kind: 'lines' }>;
  figures['10 million points, read where one points'] = Array.from({ length: ZOOMS }, (_, at) => {
    const startedAt = performance.now();
    readoutAt(lines, nearestX(lines, (POINTS * at) / ZOOMS + 0.4, span)!, span);
    return performance.now() - startedAt;
  });
  drawn.destroy();
}

function manyChart(): Described {
  const random = rng('bench', 'searches');
  const lines = Array.from({ length: SEARCHES }, (_, search) => ({
    kind: 'banded' as const,
    label: `search ${search}`,
    points: Array.from({ length: LEVELS }, (_point, level) => ({
      x: 100 * 0.93 ** level,
      ...rangeOf(Array.from({ length: SEEDS }, () => 95 + random.below(1000) / 300)),
    })),
    colour: search,
    dash: seriesDash(search),
  }));
  return {
    kind: 'lines',
    title: 'Accuracy',
    subtitle: 'N = 5',
    lines,
    xTitle: 'Density (%)',
    yTitle: 'Test accuracy (%)',
    x: { isReversed: true, isLogarithmic: true },
  };
}

async function benchMany(figures: Figures): Promise<void> {
  const name = `${SEARCHES} searches x ${LEVELS} levels x ${SEEDS} seeds`;
  const chart = manyChart();
  const repeated = async (action: () => void): Promise<number[]> => {
    const milliseconds: number[] = [];
    for (let repeat = 0; repeat < REPEATS; repeat += 1) milliseconds.push(await timed(action));
    return milliseconds;
  };
  for (const band of ['range', 'replicates'] as const) {
    const drawn = newChart();
    const view = { ...WHOLE, band };
    const what = band === 'range' ? 'bands' : 'each seed';
    figures[`${name}, ${what}: drawn`] = await repeated(() => {
      drawn.show({ chart: viewed(chart, view, WIDTH), theme: LIGHT_THEME });
    });
    figures[`${name}, ${what}: a line brought forward`] = await repeated(() => {
      drawn.show({ chart: viewed(chart, view, WIDTH), theme: LIGHT_THEME, forward: 'search 3' });
    });
    drawn.destroy();
  }
}

async function benchCharts(): Promise<Figures> {
  const figures: Figures = {};
  await benchMany(figures);
  await benchLong(figures);
  return figures;
}

Object.assign(globalThis, { benchCharts });
