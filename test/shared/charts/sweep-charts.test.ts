import { describe, expect, it } from 'vitest';
import type { BandedLine } from '../../../src/shared/charts/chart-description.ts';
import { viewed } from '../../../src/shared/charts/chart-view.ts';
import { searchAtCell, sweepHeatMap } from '../../../src/shared/charts/sweep-heat-map.ts';
import { sweptValueChart } from '../../../src/shared/charts/swept-value-chart.ts';
import { chartSchema } from '../../../src/shared/contract/chart-schema.ts';
import { defaultChoice, fittingChoice } from '../../../src/shared/sweep/sweep-choice.ts';
import type { SweepQuestion } from '../../../src/shared/sweep/sweep-metrics.ts';
import { LAST_TICKET } from '../../../src/shared/sweep/sweep-target.ts';
import { ONE_SETTING, THREE_SETTINGS, TWO_SETTINGS } from '../../support/sample-sweeps.ts';
import { loadedSweep, resultAt } from '../sweep/loaded-sweep.ts';

const QUESTION: SweepQuestion = { metric: 'accuracy', branch: 'ticket', target: LAST_TICKET };
const one = loadedSweep(ONE_SETTING);
const two = loadedSweep(TWO_SETTINGS);
const three = loadedSweep(THREE_SETTINGS);

describe('a metric against one swept setting', () => {
  const chart = sweptValueChart('S', one.axes, one.results, defaultChoice(one.axes), QUESTION);
  const lines = chart.lines as readonly BandedLine[];

  it('has a line for the ticket, each control and the dense network', () => {
    expect(lines.map(({ label }) => label)).toEqual(['ticket', 'random-reinit', 'dense']);
    expect(lines[0]!.points.map(({ x }) => x)).toEqual([0.0001, 0.001, 0.01, 0.1]);
    expect(chart.x).toMatchObject({ min: 0.0001, max: 0.1 });
    expect(chart.x?.logarithmicTicks).toContain(0.01);
  });

  it('has the band over replicates, the difference from dense and what was measured', () => {
    const point = lines[0]!.points[1]!;
    expect(point).toMatchObject({ n: 3, verdict: 'winning' });
    expect([point.min, point.mean, point.max].map((value) => value.toFixed(2))).toEqual([
      '96.74',
      '96.83',
      '96.92',
    ]);
    // t with two degrees of freedom, 4.303, times 0.09 / √3.
    expect(point.upper! - point.mean).toBeCloseTo(0.2236, 3);
    expect(point.difference!.mean).toBeCloseTo(1.26);
    expect(point.note).toBe('level 3, density 51.2 %');
    expect(lines[2]!.points[1]!.difference).toBeUndefined();
  });

  it('has no line where there is nothing, and says which level it is about', () => {
    const none = { ...QUESTION, target: { kind: 'level', level: 9 } } as const;
    const choice = defaultChoice(one.axes);
    const empty = sweptValueChart('S', one.axes, one.results, choice, none);
    expect(empty.lines.map(({ label }) => label)).toEqual(['dense']);
    expect(empty.subtitle).toContain('level 9');
  });

  it('can be sent to be drawn', () => {
    expect(chartSchema.safeParse(viewed(chart)).success).toBe(true);
  });
});

describe('with more settings', () => {
  it('has a line for each value of another one, without searches that have nothing', () => {
    const chart = sweptValueChart('S', two.axes, two.results, defaultChoice(two.axes), QUESTION);
    const points = chart.lines.map((line) => [
      line.label,
      (line as BandedLine).points.map(({ x }) => x),
    ]);
    expect(points).toEqual([
      ['batchSize = 30', [0.0001, 0.0003, 0.001]],
      ['batchSize = 60', [0.0001, 0.0003, 0.001, 0.003]],
      ['batchSize = 120', [0.0003, 0.001]],
    ]);
  });

  it('holds the other settings at a value, and says so', () => {
    const choice = { ...defaultChoice(three.axes), held: { 2: 1 } };
    const chart = sweptValueChart('S', three.axes, three.results, choice, QUESTION);
    expect(chart.subtitle).toContain('fraction = 0.2');
    expect(chart.lines).toHaveLength(3);
  });

  it('does not lay out settings that the sweep lacks', () => {
    const choice = fittingChoice(two.axes, { x: 5, by: 0, held: {} });
    expect(choice).toMatchObject({ x: 0, by: 1 });
  });
});

describe('the heat map', () => {
  const choice = defaultChoice(two.axes);
  const chart = sweepHeatMap('S', two.axes, two.results, choice, QUESTION)!;
  const at = (rate: number, batch: number) => {
    const { searchId } = resultAt(two, rate, batch);
    return chart.cells.find(
      (cell) => searchAtCell(two.axes, two.results, choice, cell)?.searchId === searchId,
    )!;
  };

  it('has a cell for every search, with its mean, and the best marked', () => {
    expect(chart.cells).toHaveLength(12);
    expect(chart.cells.filter(({ isBest }) => isBest)).toEqual([at(0.001, 60)]);
    expect(at(0.001, 60)).toMatchObject({ x: 2, y: 1, texts: ['96.53', '96.5'] });
    expect(at(0.001, 60).notes).toEqual([
      'the best',
      'level 2',
      'density 64 %',
      'winning',
      'N = 3',
    ]);
    expect(chart.lowest).toBe(Math.min(...chart.cells.map(({ value }) => value || Infinity)));
  });

  it('shows why a search has no value', () => {
    expect(at(0.003, 30)).toMatchObject({ value: NaN, texts: ['failed', '×'] });
    expect(at(0.003, 120).texts![0]).toBe('interrupted');
    expect(at(0.0001, 120).texts![1]).toBe('…');
    const rest = two.results.filter(
      ({ searchId }) => searchId !== resultAt(two, 0.001, 30).searchId,
    );
    const holed = sweepHeatMap('S', two.axes, rest, choice, QUESTION)!;
    expect(holed.cells.find(({ x, y }) => x === 2 && y === 0)!.texts![0]).toBe('missing');
  });

  it('leaves out what was brushed away, also for the best', () => {
    const shown = new Set([resultAt(two, 0.0003, 60).searchId]);
    const filtered = sweepHeatMap('S', two.axes, two.results, choice, QUESTION, shown)!;
    expect(filtered.cells.filter(({ isBest }) => isBest)).toMatchObject([{ x: 1, y: 1 }]);
    expect(filtered.cells.filter(({ texts }) => texts![0] === 'brushed away')).toHaveLength(11);
  });

  it('needs two settings, and can be sent to be drawn', () => {
    const single = sweepHeatMap('S', one.axes, one.results, defaultChoice(one.axes), QUESTION);
    expect(single).toBeUndefined();
    expect(chartSchema.safeParse(viewed(chart)).success).toBe(true);
  });
});
