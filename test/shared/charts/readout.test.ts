import { describe, expect, it } from 'vitest';
import type { WindowLine } from '../../../src/shared/charts/chart-description.ts';
import { nearestX, nextX, readoutAt } from '../../../src/shared/charts/readout.ts';
import { readoutTable, spoken } from '../../../src/shared/charts/readout-table.ts';

const AXIS = { from: 10, to: 100, isLogarithmic: true };
const TITLES = {
  xTitle: 'Density: prunable weights kept (%)',
  yTitle: 'Test accuracy (%)',
  reference: 'dense',
};

const ticket: WindowLine = {
  kind: 'banded',
  label: 'ticket',
  // Falling, as levels are.
  points: [
    { x: 100, mean: 97, min: 96, max: 98, n: 3, lower: 95.5, upper: 98.5 },
    {
      x: 51.3,
      mean: 97.5,
      min: 97,
      max: 98,
      n: 3,
      lower: 96.1,
      upper: 98.9,
      difference: { mean: 0.5, lower: -0.1, upper: 1.1 },
      verdict: 'winning',
    },
    { x: 20, mean: Number.NaN, min: 0, max: 0 },
  ],
  colour: 0,
};
const control: WindowLine = {
  kind: 'banded',
  label: 'random-reinit',
  points: [{ x: 51.2, mean: 90, min: 89, max: 91 }],
  colour: 1,
};
const dense: WindowLine = { kind: 'reference', label: 'dense', y: 97, from: 100, to: 10 };
const published: WindowLine = {
  kind: 'marks',
  label: 'Frankle & Carbin',
  points: [{ x: 13.5, y: 98, note: 'figure 4, read off' }],
  colour: 'text',
};
const lines = [ticket, control, dense, published];

describe('pointing into a chart', () => {
  it('snaps to the nearest x as it is seen, of whichever line', () => {
    expect(nearestX(lines, 60, AXIS)).toBe(51.3);
    expect(nearestX(lines, 72, AXIS)).toBe(100);
    expect(nearestX(lines, 11, AXIS)).toBe(13.5);
  });

  it('does not snap to a point without a value, or to one that is not seen', () => {
    expect(nearestX(lines, 20, AXIS)).toBe(13.5);
    expect(nearestX(lines, 60, { ...AXIS, to: 40 })).toBe(13.5);
    expect(nearestX([ticket], 60, { ...AXIS, to: 40 })).toBeUndefined();
  });

  it('lists every line there, also where shapes have rounded a density otherwise', () => {
    const { rows } = readoutAt(lines, 51.3, AXIS);
    expect(rows.map(({ label, y }) => [label, y])).toEqual([
      ['ticket', 97.5],
      ['random-reinit', 90],
      ['dense', 97],
    ]);
  });

  it('takes densities that count as the same level, however far apart they are seen', () => {
    const other: WindowLine = { ...control, points: [{ x: 53.1, mean: 90, min: 89, max: 91 }] };
    const labels = (span: typeof AXIS, isDensity: boolean) =>
      readoutAt([ticket, other], 51.3, span, { isDensity }).rows.map(({ label }) => label);
    expect(labels(AXIS, true)).toEqual(['ticket']);
    const same: WindowLine = { ...control, points: [{ x: 52, mean: 90, min: 89, max: 91 }] };
    const zoomed = { ...AXIS, from: 50, to: 55 };
    expect(readoutAt([ticket, same], 51.3, zoomed, { isDensity: true }).rows).toHaveLength(2);
    expect(readoutAt([ticket, same], 51.3, zoomed).rows).toHaveLength(1);
  });

  it('says what the points of others are', () => {
    const { rows } = readoutAt(lines, 13.5, AXIS);
    expect(rows.map(({ label, notes }) => [label, notes])).toEqual([
      ['dense', []],
      ['Frankle & Carbin', ['figure 4, read off']],
    ]);
  });

  it('goes from point to point with the keyboard', () => {
    expect(nextX(lines, 13.5, 'up', AXIS)).toBe(51.2);
    // Two searches whose shapes round otherwise are at one place.
    expect(nextX(lines, 51.2, 'up', AXIS)).toBe(100);
    expect(nextX(lines, 100, 'up', AXIS)).toBeUndefined();
    expect(nextX(lines, 100, 'down', AXIS)).toBe(51.3);
  });
});

describe('pointing at a curve', () => {
  const axis = { from: 0, to: 300, isLogarithmic: false };
  const curve: WindowLine = {
    kind: 'long-curve',
    label: 'dense',
    xs: [0, 100, 200, 300],
    ys: [0.1, Number.NaN, 0.5, 0.9],
    factor: 100,
    colour: 0,
  };
  const stop: WindowLine = {
    kind: 'marks',
    label: 'dense',
    points: [{ x: 200, y: 50, note: 'early stop at iteration 200' }],
    colour: 0,
    isOnLine: true,
  };

  it('passes over iterations at which it was not evaluated', () => {
    expect(nearestX([curve], 110, axis)).toBe(200);
    expect(nextX([curve], 0, 'up', axis)).toBe(200);
    expect(nextX([curve], 200, 'down', axis)).toBe(0);
  });

  it('gives the value in the unit of the axis, and what is marked there', () => {
    const { rows } = readoutAt([stop, curve], 200, axis);
    expect(rows).toMatchObject([{ y: 50, notes: ['early stop at iteration 200'] }]);
  });

  it('never stops at the mean early stop of several trainings, which no line has', () => {
    const mean: WindowLine = { ...stop, points: [{ x: 233.3, y: 60, note: 'early stop at 233' }] };
    expect(nearestX([mean, curve], 233, axis)).toBe(200);
    expect(nextX([mean, curve], 200, 'up', axis)).toBe(300);
    expect(nextX([mean, curve], 300, 'down', axis)).toBe(200);
    expect(readoutAt([mean, curve], 200, axis).rows).toMatchObject([
      { y: 50, notes: ['early stop at 233'] },
    ]);
    expect(readoutAt([mean, curve], 300, axis).rows).toMatchObject([{ y: 90, notes: [] }]);
  });

  it('gives what was measured beside the moving average', () => {
    const [row] = readoutAt([curve], 300, axis, { smoothing: 0.5 }).rows;
    expect(row?.raw).toBe(90);
    expect(row?.y).toBeCloseTo((100 * (0.25 * 0.1 + 0.5 * 0.5 + 0.9)) / 1.75);
  });
});

describe('a readout as a table', () => {
  const table = readoutTable(readoutAt(lines, 51.3, AXIS), TITLES);

  it('has the columns that its rows need', () => {
    expect(table.heading).toBe('Density 51.3 %');
    expect(table.columns).toEqual([
      'Test accuracy (%)',
      'at',
      '95 % interval',
      'lowest to highest',
      'N',
      'from dense',
      'verdict',
    ]);
    expect(table.rows.map(({ cells }) => cells)).toEqual([
      ['97.50', '', '96.10 to 98.90', '97.00 to 98.00', '3', '+0.50 [−0.10, +1.10]', 'winning'],
      ['90.00', '51.2 %', '', '89.00 to 91.00', '', '', ''],
      ['97.00', '', '', '', '', '', ''],
    ]);
    expect(readoutTable(readoutAt([dense], 20, AXIS), TITLES).columns).toEqual([
      'Test accuracy (%)',
    ]);
  });

  it('can be spoken', () => {
    expect(spoken(table)).toBe(
      'Density 51.3 %: ticket 97.50, 95 % interval 96.10 to 98.90, lowest to highest 97.00 to 98.00, N 3, from dense +0.50 [−0.10, +1.10], verdict winning; random-reinit 90.00, at 51.2 %, lowest to highest 89.00 to 91.00; dense 97.00',
    );
  });
});
