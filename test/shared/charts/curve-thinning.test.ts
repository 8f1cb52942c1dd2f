import { describe, expect, it } from 'vitest';
import {
  type CurveColumns,
  type CurvesLook,
  thinned,
  within,
} from '../../../src/shared/charts/curve-thinning.ts';
import { pointsToDraw } from '../../../src/shared/charts/buckets.ts';
import { extremesOf } from '../../../src/shared/charts/curve-data.ts';
import { learningCurvesChart } from '../../../src/shared/charts/learning-curves-chart.ts';
import { smoothed } from '../../../src/shared/charts/smoothing.ts';
import { rng } from '../../../src/shared/rng.ts';

const COUNT = 30_000;
const random = rng('test', 'thinning');

/** Evaluated at every second iteration, on the test set at every twentieth. */
function curve(replicate = 0, count = COUNT): CurveColumns {
  const noise = () => Float64Array.from({ length: count }, () => random.below(1_000_000) / 1e6);
  const onTest = () => noise().map((value, index) => (index % 10 === 0 ? value : Number.NaN));
  return {
    key: { replicate, level: 0, branch: 'ticket' },
    iterations: Uint32Array.from({ length: count }, (_, index) => 2 * index),
    validationLoss: noise(),
    validationAccuracy: noise(),
    testLoss: onTest(),
    testAccuracy: onTest(),
  };
}

const LOOK: CurvesLook = {
  measure: 'validationAccuracy',
  isMean: false,
  smoothing: 0,
  isLogarithmic: false,
  columns: 200,
};

/** The iterations at which a chart draws it. */
function drawnOf(
  { iterations, validationAccuracy: ys }: CurveColumns,
  [from, to]: readonly [number, number],
  columns: number,
) {
  const span = { from, to, isLogarithmic: false };
  return pointsToDraw(iterations, extremesOf(ys), span, columns).map((index) => iterations[index]!);
}

describe('a thinned learning curve', () => {
  it('has the picture of the whole one', () => {
    const whole = curve();
    const [left] = thinned([whole], LOOK);
    expect(left!.isWhole).toBe(false);
    expect(left!.iterations.length).toBeLessThan(2 * 200 + 4);
    const drawn = drawnOf(left!, [0, 2 * (COUNT - 1)], 200);
    expect(drawn).toEqual(expect.arrayContaining(drawnOf(whole, [0, 2 * (COUNT - 1)], 200)));
  });

  it('has the picture of the part that is zoomed into, and a coarser one of the whole', () => {
    const whole = curve();
    const [left] = thinned([whole], { ...LOOK, range: { from: 20_001, to: 24_000 } });
    expect(left!.iterations.length).toBeLessThan(2 * 200 + 2 * 25 + 6);
    for (const [part, columns] of [
      [[20_001, 24_000], 200],
      [[0, 2 * (COUNT - 1)], 25],
    ] as const) {
      const drawn = drawnOf(left!, part, columns);
      expect(drawn).toEqual(expect.arrayContaining(drawnOf(whole, part, columns)));
    }
  });

  it('has only evaluations that were measured, with all that was measured there', () => {
    const whole = curve();
    const [left] = thinned([whole], LOOK);
    for (const [index, iteration] of left!.iterations.entries()) {
      for (const measure of ['validationLoss', 'testLoss', 'testAccuracy'] as const) {
        expect(left![measure][index]).toEqual(whole[measure][iteration / 2]);
      }
    }
  });

  it('has the early stop, whatever the measure', () => {
    const whole = curve();
    whole.validationLoss[12_345] = -1;
    whole.validationLoss[12_400] = -1;
    const [left] = thinned([whole], LOOK);
    const at = left!.validationLoss.indexOf(-1);
    expect(left!.iterations[at]).toBe(24_690);
    expect(within(whole, { from: 0, to: 10 }).iterations).toEqual(
      Uint32Array.of(0, 2, 4, 6, 8, 10, 24_690),
    );
  });

  it('has the moving average of all values', () => {
    const whole = curve();
    const [left] = thinned([whole], { ...LOOK, smoothing: 0.9 });
    const averages = smoothed(whole.validationAccuracy, 0.9);
    expect(left!.averages).toMatchObject({ measure: 'validationAccuracy', weight: 0.9 });
    expect([...left!.averages!.values]).toEqual(
      Array.from(left!.iterations, (iteration) => averages[iteration / 2]),
    );
  });

  it('is whole where there is room for all', () => {
    const [left] = thinned([curve(0, 300)], { ...LOOK, smoothing: 0.9 });
    expect(left).toMatchObject({ isWhole: true });
    expect(left).not.toHaveProperty('averages');
    expect(thinned([curve(0, 0)], LOOK)[0]!.iterations).toHaveLength(0);
  });

  it('begins with the first evaluation on a logarithmic axis, too', () => {
    const [left] = thinned([curve()], {
      ...LOOK,
      isLogarithmic: true,
      range: { from: 100, to: 5000 },
    });
    expect([left!.iterations[0], left!.iterations.at(-1)]).toEqual([0, 2 * (COUNT - 1)]);
    expect(left!.iterations.length).toBeLessThan(2 * 200 + 2 * 25 + 6);
  });
});

describe('thinned replicates of a mean', () => {
  const chartOf = (curves: readonly CurveColumns[]) =>
    learningCurvesChart(
      curves.map((each) => ({ ...each, density: 1, isWhole: true })),
      { name: 'a', measure: 'testAccuracy', levels: 1, branches: [], isMean: true },
    );
  const bandOf = (curves: readonly CurveColumns[]) =>
    chartOf(curves).lines.flatMap((line) => (line.kind === 'banded' ? line.points : []));

  it('keep the same iterations, with the extremes of the mean and of the band', () => {
    const wholes = [curve(0), curve(1), curve(2, COUNT / 2)];
    const lefts = thinned(wholes, { ...LOOK, measure: 'testAccuracy', isMean: true, columns: 50 });
    const [points, left] = [bandOf(wholes), bandOf(lefts)];
    expect(left.length).toBeLessThan(50 * 6 + 5);
    for (const pick of ['mean', 'min', 'max'] as const) {
      const extremes = (some: typeof points) => {
        const rising = some.map((point) => point[pick]).toSorted((one, other) => one - other);
        return [rising[0], rising.at(-1)];
      };
      expect(extremes(left)).toEqual(extremes(points));
    }
    const byX = new Map(points.map((point) => [point.x, point]));
    for (const point of left) expect(point).toEqual(byX.get(point.x));
  });

  it('have the mark of the early stop where it was', () => {
    const wholes = [curve(0), curve(1)];
    for (const [index, each] of wholes.entries()) {
      each.validationLoss[10_000 + 1000 * index] = -1;
    }
    const marks = (curves: readonly CurveColumns[]) =>
      chartOf(curves).lines.filter(({ kind }) => kind === 'marks');
    for (const each of wholes) each.testAccuracy.fill(0.5, 10_000, 11_001);
    expect(marks(thinned(wholes, { ...LOOK, isMean: true }))).toEqual(marks(wholes));
    expect(marks(wholes)).toMatchObject([{ points: [{ x: 21_000, y: 50 }] }]);
  });
});
