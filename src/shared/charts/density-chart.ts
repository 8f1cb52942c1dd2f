/**
 * The chart of the paper's figures 3 and 4: a quantity against density, one line a branch, a band
 * from the lowest to the highest replicate. Plain Chart.js configuration, so that the window and the
 * exported file are drawn from the same.
 */
import type { ChartConfiguration, ChartDataset } from 'chart.js';
import type { BranchSummary, SearchResult, Spread } from '../domain/search.ts';

export const DENSITY_CHARTS = ['accuracy', 'early-stop'] as const;
export type DensityChart = (typeof DENSITY_CHARTS)[number];

interface Quantity {
  readonly title: string;
  readonly axis: string;
  /** What is drawn of a branch, in the axis's unit. */
  spread(summary: BranchSummary): Spread;
  readonly scale: number;
}

const QUANTITIES: Readonly<Record<DensityChart, Quantity>> = {
  accuracy: {
    title: 'Test accuracy at the early stop',
    axis: 'Test accuracy (%)',
    spread: (summary) => summary.testAccuracyAtEarlyStop,
    scale: 100,
  },
  'early-stop': {
    title: 'Early-stop iteration',
    axis: 'Iteration of minimum validation loss',
    spread: (summary) => summary.earlyStopIteration,
    scale: 1,
  },
};

/** Okabe & Ito 2008: told apart by people with any kind of colour vision. */
const COLOURS = ['#0072b2', '#d55e00', '#009e73', '#cc79a7', '#e69f00', '#56b4e9', '#000000'];
const DASHES = [[], [6, 3], [2, 2], [8, 3, 2, 3]];

export interface ChartTheme {
  readonly text: string;
  readonly grid: string;
  readonly background: string;
}

export const LIGHT_THEME: ChartTheme = { text: '#1f2328', grid: '#d8dee4', background: '#ffffff' };
export const DARK_THEME: ChartTheme = { text: '#e6edf3', grid: '#373e47', background: '#0d1117' };

type Point = { x: number; y: number };

export function densityChart(
  result: SearchResult,
  chart: DensityChart,
  theme: ChartTheme = LIGHT_THEME,
): ChartConfiguration<'line', Point[]> {
  const quantity = QUANTITIES[chart];
  const replicates = result.dense.testAccuracy.values.length;
  return {
    type: 'line',
    data: { datasets: linesOf(result, quantity) },
    options: {
      animation: false,
      parsing: false,
      responsive: true,
      maintainAspectRatio: false,
      layout: { padding: 12 },
      scales: {
        x: {
          type: 'logarithmic',
          reverse: true,
          max: 100,
          min: result.levels.reduce((least, { density }) => Math.min(least, density * 100), 100),
          title: { display: true, text: 'Density: prunable weights kept (%)', color: theme.text },
          ticks: {
            color: theme.text,
            callback: (value) => String(Number(Number(value).toPrecision(3))),
          },
          grid: { color: theme.grid },
          afterBuildTicks: (axis) => {
            axis.ticks = densityTicks(result).map((value) => ({ value }));
          },
        },
        y: {
          title: { display: true, text: quantity.axis, color: theme.text },
          ticks: { color: theme.text },
          grid: { color: theme.grid },
        },
      },
      plugins: {
        title: {
          display: true,
          color: theme.text,
          font: { size: 16 },
          text: `${quantity.title}: ${result.name}`,
        },
        subtitle: {
          display: true,
          color: theme.text,
          padding: { bottom: 8 },
          text: `${result.settings.architecture.id} on ${result.settings.dataset.id}, N = ${replicates} replicate${replicates === 1 ? '' : 's'}; line: mean, band: min to max`,
        },
        legend: {
          labels: {
            color: theme.text,
            usePointStyle: true,
            pointStyle: 'line',
            pointStyleWidth: 36,
            filter: (item) => !item.text.startsWith(BAND),
          },
        },
      },
    },
  };
}

const BAND = 'band of ';

function linesOf(result: SearchResult, quantity: Quantity): ChartDataset<'line', Point[]>[] {
  const branches = ['ticket', ...result.settings.branches];
  const point = (density: number, value: number): Point => ({
    x: density * 100,
    y: value * quantity.scale,
  });
  const lines = branches.flatMap((branch, index) => {
    const spreads = [
      { density: 1, spread: quantity.spread(result.dense) },
      ...result.levels.flatMap(({ density, branches: summaries }) => {
        const summary = summaries[branch];
        return summary ? [{ density, spread: quantity.spread(summary) }] : [];
      }),
    ];
    const colour = COLOURS[index % COLOURS.length]!;
    const edge = (pick: (spread: Spread) => number, fill: false | string) => ({
      label: `${BAND}${branch}`,
      data: spreads.map(({ density, spread }) => point(density, pick(spread))),
      borderWidth: 0,
      pointRadius: 0,
      backgroundColor: `${colour}2e`,
      fill,
    });
    return [
      {
        label: branch,
        data: spreads.map(({ density, spread }) => point(density, spread.mean)),
        borderColor: colour,
        backgroundColor: colour,
        borderDash: DASHES[index % DASHES.length]!,
        borderWidth: 2,
        pointRadius: 3,
        clip: 8,
      },
      edge(({ min }) => min, false),
      edge(({ max }) => max, '-1'),
    ];
  });
  const dense = quantity.spread(result.dense).mean;
  const least = result.levels.reduce((low, { density }) => Math.min(low, density), 1);
  return [
    ...lines,
    {
      label: 'dense',
      data: [point(1, dense), point(least, dense)],
      borderColor: '#6e7781',
      backgroundColor: '#6e7781',
      borderDash: [2, 4],
      borderWidth: 1.5,
      pointRadius: 0,
    },
  ];
}

/** Every level where they are few, else those that stand apart enough to be read. */
function densityTicks(result: SearchResult): number[] {
  const all = [100, ...result.levels.map(({ density }) => Number((density * 100).toPrecision(3)))];
  const every = Math.ceil(all.length / 10);
  return all.filter((_, index) => index % every === 0);
}
