import { describe, expect, it } from 'vitest';
import { comparedCurvesChart } from '../../../src/shared/charts/compared-curves-chart.ts';

const curve = (replicate: number, level: number, losses: readonly number[] = [2, 1]) => ({
  key: { replicate, level, branch: 'ticket' },
  density: 0.8 ** level,
  isWhole: true,
  iterations: losses.map((_, index) => index * 100),
  validationLoss: losses,
  validationAccuracy: losses,
  testLoss: losses,
  testAccuracy: losses,
});

const place = (level: number | undefined, replicates = 2) => ({
  level,
  density: level === undefined ? undefined : 0.8 ** level,
  curves:
    level === undefined
      ? []
      : Array.from({ length: replicates }, (_, replicate) => curve(replicate, level)),
});

const SEARCHES = [
  { name: 'Slow', colour: 3, places: [place(0), place(2)] },
  { name: 'Fast', colour: 0, places: [place(0), place(1)] },
];
const OPTIONS = { measure: 'validationLoss', branch: 'ticket', isMean: true } as const;

const bands = (searches: Parameters<typeof comparedCurvesChart>[0], isMean = true) =>
  comparedCurvesChart(searches, { ...OPTIONS, isMean }).lines.filter(
    (line) => line.kind === 'banded' || line.kind === 'long-curve',
  );

describe('learning curves of several searches', () => {
  it('are a line for each search and density: its colour, and the dashes of the density', () => {
    const lines = bands(SEARCHES);
    expect(lines.map(({ label }) => label)).toEqual([
      'Slow: dense',
      'Slow: level 2 (64 % density)',
      'Fast: dense',
      'Fast: level 1 (80 % density)',
    ]);
    expect(lines.map(({ colour }) => colour)).toEqual([3, 3, 0, 0]);
    expect(lines[0]?.dash).toEqual(lines[2]?.dash);
    expect(lines[1]?.dash).toEqual(lines[3]?.dash);
    expect(lines[0]?.dash).not.toEqual(lines[1]?.dash);
  });

  it('are means over replicates with their early stops, or each replicate', () => {
    expect(bands(SEARCHES)[0]).toMatchObject({ kind: 'banded', points: [{ n: 2 }, { n: 2 }] });
    const chart = comparedCurvesChart(SEARCHES, OPTIONS);
    expect(chart.lines.filter(({ kind }) => kind === 'marks')).toHaveLength(4);
    const each = bands(SEARCHES, false);
    expect(each).toHaveLength(8);
    expect(each[1]?.label).toBe('Slow: dense, replicate 2');
    expect(chart.y?.isLogarithmic).toBe(true);
  });

  it('have no line where a search has no such density, and keep the dashes of the others', () => {
    const few = [{ name: 'Few', colour: 1, places: [place(undefined), place(1)] }, SEARCHES[0]!];
    const lines = bands(few);
    expect(lines.map(({ label }) => label)).toEqual([
      'Few: level 1 (80 % density)',
      'Slow: dense',
      'Slow: level 2 (64 % density)',
    ]);
    expect(lines[0]?.dash).toEqual(lines[2]?.dash);
  });
});
