import { describe, expect, it } from 'vitest';
import { drawnChart, type WindowChart } from '../../../src/shared/charts/chart-description.ts';
import { viewed } from '../../../src/shared/charts/chart-view.ts';
import type { SearchSeries } from '../../../src/shared/contract/records/search-results.ts';
import { comparisonChart, distinctNames } from '../../../src/shared/charts/density-chart.ts';
import { learningCurvesChart } from '../../../src/shared/charts/learning-curves-chart.ts';
import { DARK_THEME, LIGHT_THEME, orderedColour } from '../../../src/shared/charts/palette.ts';
import { stepTimeChart } from '../../../src/shared/charts/step-time-chart.ts';
import { spreadOf } from '../../../src/shared/domain/statistics.ts';
import type { LevelCost } from '../../../src/shared/domain/training-cost.ts';
import { tinySettings } from '../../support/tiny-settings.ts';
import { plannedDensityChart } from '../../../src/shared/charts/planned-density-chart.ts';

const drawn = (chart: WindowChart) => drawnChart(viewed(chart), LIGHT_THEME);

const curve = (level: number, branch = 'ticket') => ({
  key: { replicate: 0, level, branch },
  density: 0.8 ** level,
  isWhole: true,
  iterations: [0, 100],
  validationLoss: [2, 1],
  validationAccuracy: [0.1, 0.9],
  testLoss: [2, 1],
  testAccuracy: [0.1, 0.9],
});

describe('learning curves', () => {
  const options = {
    name: 'run',
    measure: 'testAccuracy' as const,
    levels: 3,
    branches: ['random-reinit'],
  };

  it('draw every evaluation, accuracies in percent', () => {
    const { datasets } = drawn(learningCurvesChart([curve(1)], options)).data;
    expect(datasets.find(({ label }) => label?.startsWith('level 1'))?.data).toEqual([
      { x: 0, y: 10 },
      { x: 100, y: 90 },
    ]);
  });

  it('lead over evaluations that were not on the test set, also while they grow', () => {
    const growing = {
      ...curve(1),
      iterations: [0, 100, 200],
      testAccuracy: [0.1, Number.NaN, 0.5],
    };
    const points = () =>
      drawn(learningCurvesChart([growing], options)).data.datasets.find(({ label }) =>
        label?.startsWith('level 1'),
      )?.data;
    const tested = [
      { x: 0, y: 10 },
      { x: 200, y: 50 },
    ];
    expect(points()).toEqual(tested);
    growing.iterations.push(300, 400);
    growing.testAccuracy.push(Number.NaN, 0.7);
    expect(points()).toEqual([...tested, { x: 400, y: 70 }]);
  });

  it('have the moving averages of those evaluations that were on the test set', () => {
    const thinned = {
      ...curve(1),
      iterations: [0, 100, 200],
      testAccuracy: [0.1, Number.NaN, 0.5],
      isWhole: false,
      averages: { measure: 'testAccuracy' as const, weight: 0.5, values: [0.1, Number.NaN, 0.4] },
    };
    const [line] = learningCurvesChart([thinned], options).lines.filter(
      ({ kind }) => kind === 'long-curve',
    );
    expect(line).toMatchObject({
      xs: [0, 200],
      ys: [0.1, 0.5],
      thinned: { averages: { weight: 0.5, values: [0.1, 0.4] } },
    });
  });

  it('tell levels by colour, and branches where there is one level', () => {
    const colours = (curves: readonly ReturnType<typeof curve>[]) =>
      new Set(
        drawn(learningCurvesChart(curves, options)).data.datasets.map(({ borderColor }) =>
          String(borderColor),
        ),
      ).size;
    expect(colours([curve(0), curve(1), curve(1, 'random-reinit')])).toBe(2);
    expect(colours([curve(1), curve(1, 'random-reinit')])).toBe(2);
  });

  it('say how many trainings they show', () => {
    const chart = learningCurvesChart([curve(0), curve(1)], options);
    expect(chart.subtitle).toContain('N = 2 trainings');
  });

  it('name level 0 dense, with or without a replicate', () => {
    const labels = (curves: readonly ReturnType<typeof curve>[]) =>
      learningCurvesChart(curves, options).lines.map(({ label }) => label);
    expect(labels([curve(0)])).toContain('dense');
    const other = { ...curve(0), key: { replicate: 1, level: 0, branch: 'ticket' } };
    expect(labels([curve(0), other])).toContain('replicate 2, dense');
  });

  it('mark where a finished training stopped early, at its least validation loss', () => {
    const [mark] = learningCurvesChart([curve(1)], options).lines;
    expect(mark).toMatchObject({
      kind: 'marks',
      isOnLine: true,
      points: [{ x: 100, y: 90, note: 'early stop at iteration 100' }],
    });
    const running = { ...curve(1), density: undefined };
    expect(learningCurvesChart([running], options).lines.map(({ kind }) => kind)).toEqual([
      'long-curve',
    ]);
  });

  it('become one line with a band over the replicates of a level', () => {
    const other = {
      ...curve(1),
      key: { replicate: 1, level: 1, branch: 'ticket' },
      iterations: [0, 100, 200],
      validationLoss: [2, 3, 1],
      testAccuracy: [0.3, Number.NaN, 0.5],
    };
    const { lines, subtitle } = learningCurvesChart([curve(1), other], {
      ...options,
      isMean: true,
    });
    const line = lines.find(({ kind }) => kind === 'banded');
    expect(line).toMatchObject({
      label: 'level 1, ticket (80 % density)',
      points: [
        { x: 0, mean: 20, min: 10, max: 30, n: 2 },
        { x: 200, mean: 50, n: 1 },
      ],
    });
    expect(lines.find(({ kind }) => kind === 'marks')).toMatchObject({
      points: [
        { x: 150, y: 70, note: expect.stringContaining('on average (100 to 200)') as string },
      ],
    });
    expect(subtitle).toContain('up to 2 replicates a line');
  });

  it('have a logarithmic axis for losses only', () => {
    const axis = (measure: 'testLoss' | 'testAccuracy') =>
      learningCurvesChart([curve(1)], { ...options, measure }).y?.isLogarithmic;
    expect([axis('testLoss'), axis('testAccuracy')]).toEqual([true, undefined]);
  });
});

describe('a comparison', () => {
  const values = (...numbers: readonly number[]) => {
    const list = Float64Array.from(numbers);
    return { mean: list, min: list, max: list, values: list };
  };
  const search = (name: string): SearchSeries => ({
    id: name,
    name,
    settings: tinySettings(),
    replicates: 3,
    branches: [
      {
        branch: 'ticket',
        levels: Uint32Array.of(0, 1, 2),
        densities: Float64Array.of(1, 0.8, 0.64),
        testAccuracyAtEarlyStop: values(0.9, 0.95, Number.NaN),
        testAccuracy: values(0.9, 0.95, Number.NaN),
        earlyStopIteration: values(500, 400, Number.NaN),
        validationLoss: values(1, 1, Number.NaN),
      },
    ],
  });

  it('has a line and a band for each search, and leaves out what has not finished', () => {
    const chart = comparisonChart([search('a'), search('b')], 'ticket', 'accuracy');
    const { datasets } = drawn(chart).data;
    expect(datasets).toHaveLength(6);
    expect(datasets[0]?.label).toBe('a (N = 3)');
    expect(datasets[0]?.data).toEqual([
      { x: 100, y: 90 },
      { x: 80, y: 95 },
    ]);
  });

  it('keeps the colour of a search when another has no such branch', () => {
    const without = { ...search('a'), branches: [] };
    const [both, second] = [
      comparisonChart([search('a'), search('b')], 'ticket', 'accuracy'),
      comparisonChart([without, search('b')], 'ticket', 'accuracy'),
    ].map((chart) => drawn(chart).data.datasets.find(({ label }) => label?.startsWith('b (N')));
    expect(second?.borderColor).toBe(both?.borderColor);
    expect(second?.borderColor).toBeDefined();
  });

  it('numbers names that are the same', () => {
    expect(distinctNames(['a', 'b', 'a'])).toEqual(['a #1', 'b', 'a #2']);
  });
});

describe('the time of a step', () => {
  const cost = (level: number, milliseconds: number): LevelCost => ({
    level,
    density: 0.5 ** level,
    engines: ['sparse'],
    millisecondsPerStep: spreadOf([milliseconds, 3 * milliseconds]),
    timesFasterThanDense: 1 / milliseconds,
    trainingMilliseconds: 0,
    evaluationMilliseconds: 0,
  });

  it('is drawn from zero, with a band over replicates and the dense network across', () => {
    const chart = stepTimeChart({ name: 'run', settings: tinySettings() }, [
      cost(0, 1),
      cost(1, 0.25),
    ]);
    const [ticket, low, high, dense] = drawn(chart).data.datasets.map(({ data }) => data);
    const at = (first: number, second: number) => [
      { x: 100, y: first },
      { x: 50, y: second },
    ];
    expect(ticket).toEqual(at(2, 0.5));
    expect([low, high]).toEqual([at(1, 0.25), at(3, 0.75)]);
    expect(dense).toEqual(at(2, 2));
    expect(drawn(chart).options?.scales?.['y']?.min).toBe(0);
    expect(chart.subtitle).toContain('N = 2 replicates');
  });
});

describe('colours', () => {
  it('of levels differ from end to end, and are valid', () => {
    for (const theme of [LIGHT_THEME, DARK_THEME]) {
      const colours = [0, 0.25, 0.5, 0.75, 1].map((position) => orderedColour(theme, position));
      expect(new Set(colours).size).toBe(5);
      for (const colour of colours) expect(colour).toMatch(/^rgb\(\d+, \d+, \d+\)$/);
    }
  });

  it('of levels stand out from the dark cards of the window', () => {
    const card = luminanceOf([0x16, 0x1a, 0x20]);
    for (const position of [0, 0.1, 0.5, 1]) {
      const channels = orderedColour(DARK_THEME, position).match(/\d+/g)!.map(Number);
      // What lines need (WCAG 2.1).
      expect((luminanceOf(channels) + 0.05) / (card + 0.05)).toBeGreaterThan(3);
    }
  });
});

/** Relative luminance (WCAG 2.1). */
function luminanceOf(channels: readonly number[]): number {
  const [red = 0, green = 0, blue = 0] = channels.map((channel) => {
    const share = channel / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

it('a planned density goes from 100 % at level 0', () => {
  const { datasets } = drawn(plannedDensityChart([1, 0.8])).data;
  expect(datasets[0]?.data).toEqual([
    { x: 0, y: 100 },
    { x: 1, y: 80 },
  ]);
});
