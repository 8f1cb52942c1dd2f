import { describe, expect, it } from 'vitest';
import { drawnChart } from '../../../src/shared/charts/chart-description.ts';
import { costChart } from '../../../src/shared/charts/cost-chart.ts';
import { inputMapChart } from '../../../src/shared/charts/input-map-chart.ts';
import { layerDensitiesChart } from '../../../src/shared/charts/layer-densities-chart.ts';
import { maskChart } from '../../../src/shared/charts/mask-chart.ts';
import { heatSteps, legendTitle } from '../../../src/shared/charts/heat-map.ts';
import { DARK_THEME, LIGHT_THEME, orderedColour } from '../../../src/shared/charts/palette.ts';
import { MOST_PIXELS } from '../../../src/shared/charts/picture.ts';
import { unitPictureChart } from '../../../src/shared/charts/unit-picture.ts';
import { unitWeightsChart } from '../../../src/shared/charts/unit-weights-chart.ts';
import { weightFateChart, weightsAt } from '../../../src/shared/charts/weight-fate-chart.ts';
import { chartSchema } from '../../../src/shared/contract/chart-schema.ts';
import { everyIndex } from '../../../src/shared/indices.ts';
import { costPoints } from '../../../src/shared/ticket/search-costs.ts';
import { weightFate } from '../../../src/shared/ticket/weight-fate.ts';

const places = (count: number) => Uint32Array.from(everyIndex(count));

/** It can be sent to be drawn, and is drawn in both themes. */
function expectDrawable(chart: Parameters<typeof drawnChart>[0]): void {
  expect(chartSchema.parse(chart)).toEqual(chart);
  for (const theme of [LIGHT_THEME, DARK_THEME]) {
    expect(drawnChart(chart, theme).data.datasets.length).toBeGreaterThan(0);
  }
}

describe('the first layer by input', () => {
  const map = {
    tensor: 'fc1.kernel',
    shape: [12, 5],
    picture: [2, 2, 3] as const,
    kept: Uint32Array.from(everyIndex(12)),
    magnitude: Float64Array.from(everyIndex(12)).map((value) => value / 2),
  };

  it('is a tile for each channel, under its name', () => {
    const chart = inputMapChart('A search', map, 'kept');
    expect(chart).toMatchObject({ kind: 'picture', width: 8, height: 2 });
    expect(chart.x?.namedTicks?.map(({ name }) => name)).toEqual(['red', 'green', 'blue']);
    expectDrawable(chart);
    expectDrawable(inputMapChart('A search', map, 'magnitude'));
  });

  it('is a bar by input where the inputs are no picture', () => {
    const chart = inputMapChart('A search', { ...map, picture: undefined }, 'magnitude');
    if (chart.kind !== 'lines') throw new Error('no lines');
    const [bars] = chart.lines;
    if (bars?.kind !== 'outline') throw new Error('no bars');
    expect(bars.points[3]).toEqual({ x: 4, y: 1.5 });
    expectDrawable(chart);
  });

  it('shows kept weights where no weights are stored', () => {
    const chart = inputMapChart('A search', { ...map, magnitude: undefined }, 'magnitude');
    expect(chart.title).toContain('Kept weights');
    expectDrawable(chart);
  });

  it('is drawn where nothing is kept, and where the picture is larger than any file', () => {
    expectDrawable(inputMapChart('A search', { ...map, kept: new Uint32Array(12) }, 'kept'));
    const size = 3 * 300 * 300;
    const large = {
      ...map,
      picture: [300, 300, 3] as const,
      kept: new Uint32Array(size).fill(1),
      magnitude: undefined,
    };
    const chart = inputMapChart('A search', large, 'kept');
    if (chart.kind !== 'picture') throw new Error('no picture');
    expect(chart.width * chart.height).toBeLessThanOrEqual(MOST_PIXELS);
    expectDrawable(chart);
  });
});

describe('a mask as a chart', () => {
  it('is reduced to as many pixels as a file takes', () => {
    const cells = new Uint8Array(784 * 300).map((_, index) => Number(index % 3 === 0));
    const chart = maskChart('A search', {
      tensor: 'fc1.kernel',
      shape: [784, 300],
      cells,
      order: { rows: places(784), columns: places(300) },
      view: { top: 0, left: 0, rows: 784, columns: 300 },
    });
    expect(chart).toMatchObject({ width: 256, height: 256, x: { min: 0.5, max: 300.5 } });
    expectDrawable(chart);
  });

  it('of two masks has three colours', () => {
    const chart = maskChart('A search', {
      tensor: 'conv1.kernel',
      shape: [1, 1, 2, 2],
      cells: Uint8Array.of(0, 1, 2, 3),
      order: { rows: places(2), columns: places(2) },
      view: { top: 0, left: 0, rows: 2, columns: 2 },
      compared: ['this mask', 'the other mask'],
    });
    expect(chart.layers.map(({ label, values }) => [label, ...values])).toEqual([
      ['only this mask', 0, 255, 0, 0],
      ['only the other mask', 0, 0, 255, 0],
      ['kept by both', 0, 0, 0, 255],
    ]);
    expect([chart.xTitle, chart.yTitle]).toEqual(['Filter', 'Input channel × position']);
    expectDrawable(chart);
  });
});

describe('where weights went', () => {
  const fate = weightFate(
    { initial: Float32Array.of(-1, 1), final: Float32Array.of(-2, 2) },
    { initial: Float32Array.of(1), final: Float32Array.of(-2) },
    2,
  );

  it('has large final values at the top', () => {
    const chart = weightFateChart('A search', fate);
    const [survivors, pruned] = chart.layers;
    expect([...survivors!.values]).toEqual([0, 255, 255, 0]);
    expect([...pruned!.values]).toEqual([0, 0, 0, 255]);
    expect(chart.extent).toEqual({ left: -1, right: 1, top: 2, bottom: -2 });
    expectDrawable(chart);
  });

  it('has the exact number of weights at a place', () => {
    expect(weightsAt(fate, 'both', 0, -0.5, -1)).toBe(1);
    expect(weightsAt(fate, 'both', 0, 1, 2)).toBe(1);
    expect(weightsAt(fate, 'both', 1, 0.5, -1)).toBe(1);
    expect(weightsAt(fate, 'pruned', 0, 0.5, 1)).toBe(0);
    expect(weightsAt(fate, 'survivors', 1, 0.5, 1)).toBeUndefined();
  });

  it('shows one group alone, and weights that are all 0', () => {
    expectDrawable(weightFateChart('A search', fate, 'pruned'));
    const zeros = { initial: new Float32Array(3), final: new Float32Array(3) };
    expectDrawable(weightFateChart('A search', weightFate(zeros, zeros)));
  });
});

it('density by layer and level has the effective density beside it', () => {
  const chart = layerDensitiesChart(
    'A search',
    ['fc1', 'output'],
    [
      { level: 0, densities: [1, 1], effective: [1, 1] },
      { level: 3, densities: [0.5, 0.8], effective: undefined },
    ],
  );
  if (chart.kind !== 'heat-map') throw new Error('no heat map');
  expect(chart.cells.map(({ left, right, y, value }) => [left, right, y, value])).toEqual([
    [-0.5, 0, 0, 100],
    [0, 0.5, 0, 100],
    [-0.5, 0, 1, 100],
    [0, 0.5, 1, 100],
    [0.5, 1.5, 0, 50],
    [0.5, 1.5, 1, 80],
  ]);
  expect(chart.x?.namedTicks).toEqual([
    { at: 0, name: '0' },
    { at: 1, name: '3' },
  ]);
  expectDrawable(chart);
});

it('densities over more than a factor of ten have logarithmic colours, and grey ones where nothing is left', () => {
  const levels = (...densities: number[]) =>
    densities.map((density, level) => ({
      level,
      density,
      densities: [density],
      effective: [density],
    }));
  const chart = layerDensitiesChart('A search', ['fc1'], levels(1, 0.1, 0.02, 0.01, 0));
  if (chart.kind !== 'heat-map') throw new Error('no heat map');
  expect(heatSteps(chart, LIGHT_THEME).map(({ text }) => text)).toEqual([
    ...['1', '3.16', '10', '31.6', '100'],
  ]);
  expect(legendTitle(chart)).toBe('Density (%), logarithmic colours (grey: 0)');
  const drawn = drawnChart(chart, LIGHT_THEME).data.datasets[0]!.data as unknown as {
    readonly value: number;
    readonly colour: string;
  }[];
  const colours = new Map(drawn.map(({ value, colour }) => [value, colour]));
  expect(new Set(colours.values()).size).toBe(5);
  expect(colours.get(0)).toBe(LIGHT_THEME.grid);
  expect(colours.get(10)).toBe(orderedColour(LIGHT_THEME, 0.5));
  expectDrawable(chart);
  const near = layerDensitiesChart('A search', ['fc1'], levels(1, 0.2));
  if (near.kind !== 'heat-map') throw new Error('no heat map');
  expect(legendTitle(near)).toBe('Density (%)');
});

it('the weights of a unit are a picture of two colours with one scale', () => {
  const weights = Float32Array.of(0.5, 0, -1, 0.25);
  const said = { title: 'Final weights of unit 1: fc1.kernel', subject: 'A search' };
  const chart = unitPictureChart(said, [2, 2, 1], weights, 1);
  expect(chart).toMatchObject({ width: 2, height: 2, title: said.title });
  expect(chart.layers.map(({ values }) => [...values])).toEqual([
    [128, 0, 0, 64],
    [0, 0, 255, 0],
  ]);
  expectDrawable(chart);
  expectDrawable(unitPictureChart(said, [2, 2, 3], new Float32Array(12), 0));
});

it('accuracy against cost has the ticket alone beside the ticket with its search', () => {
  const training = (level: number, seconds: number, branch = 'ticket') => ({
    key: { replicate: 0, level, branch },
    density: 0.8 ** level,
    testAccuracyAtEarlyStop: 0.9,
    seconds,
    multiplyAdds: undefined,
  });
  const points = costPoints([training(0, 8), training(1, 4), training(1, 5, 'random-reinit')], {
    ticket: { kind: 'level-before' },
  });
  // Multiply-adds are not known, so it shows seconds.
  const chart = costChart('A search', points, 'multiplyAdds');
  if (chart.kind !== 'lines') throw new Error('no lines');
  expect(chart.lines[0]).toMatchObject({ points: [{ n: 1, values: [90] }, { n: 1 }] });
  expect(chart.xTitle).toContain('(s)');
  expect(chart.lines.map(({ label }) => label)).toEqual([
    'ticket, its search included',
    'random-reinit',
    'ticket, its training alone',
    'dense',
  ]);
  const [ticket] = chart.lines;
  if (ticket?.kind !== 'banded') throw new Error('no band');
  expect(ticket.points.map(({ x }) => x)).toEqual([8, 12]);
  expectDrawable(chart);
});

it('the weights of a unit are drawn by input', () => {
  expectDrawable(unitWeightsChart('A search', Float32Array.of(1, -1), Float32Array.of(2, 0)));
});
