import { describe, expect, it } from 'vitest';
import type { LearningCurve } from '../../../src/shared/contract/records/search-results.ts';
import type { Evaluation } from '../../../src/shared/domain/training.ts';
import { CurveSet } from '../../../src/renderer/state/curves.ts';

const KEY = { replicate: 0, level: 1, branch: 'ticket' };

const evaluation = (iteration: number): Evaluation => ({
  iteration,
  validationLoss: 1 / (1 + iteration),
  validationAccuracy: 0.5,
  testLoss: 1,
  testAccuracy: 0.5,
});

function stored(iterations: readonly number[], isFinished = false): LearningCurve {
  const losses = Float64Array.from(iterations, (iteration) => evaluation(iteration).validationLoss);
  return {
    key: KEY,
    density: isFinished ? 0.8 : undefined,
    isFinished,
    isWhole: true,
    iterations: Uint32Array.from(iterations),
    validationLoss: losses,
    testLoss: losses,
    validationAccuracy: losses,
    testAccuracy: losses,
  };
}

describe('learning curves that grow', () => {
  it('grow with every evaluation, and take each once', () => {
    const curves = new CurveSet();
    for (const iteration of [0, 100, 100, 200]) curves.append(KEY, evaluation(iteration));
    expect(curves.all[0]?.iterations).toEqual([0, 100, 200]);
    expect(curves.all[0]?.validationLoss).toHaveLength(3);
  });

  it('lose nothing that came while the stored ones were on their way', () => {
    const curves = new CurveSet();
    curves.append(KEY, evaluation(200));
    curves.append(KEY, evaluation(300));
    curves.add([stored([0, 100, 200])]);
    expect(curves.all[0]?.iterations).toEqual([0, 100, 200, 300]);
  });

  it('take some trainings without losing the others, or what came of them meanwhile', () => {
    const curves = new CurveSet();
    const other = { ...KEY, level: 2 };
    curves.add([{ ...stored([0, 100], true), key: other }]);
    curves.append(KEY, evaluation(200));
    curves.add([stored([0, 100])]);
    expect(curves.all.map(({ key }) => key.level)).toEqual([2, 1]);
    expect(curves.all[1]?.iterations).toEqual([0, 100, 200]);
    curves.add([stored([0, 100, 200, 300], true)]);
    expect(curves.all[1]).toMatchObject({ isFinished: true, iterations: [0, 100, 200, 300] });
  });

  it('keep a curve that is not stored yet', () => {
    const curves = new CurveSet();
    curves.append(KEY, evaluation(0));
    curves.add([]);
    expect(curves.all).toHaveLength(1);
  });

  it('of which only some points are here go on with their moving average', () => {
    const curves = new CurveSet();
    const averages = { measure: 'testLoss', weight: 0.5, values: Float64Array.of(4, 2) } as const;
    curves.add([{ ...stored([0, 100]), isWhole: false, averages }]);
    curves.append(KEY, evaluation(200));
    expect(curves.all[0]).toMatchObject({ isWhole: false, averages: { values: [4, 2, 1.5] } });
    curves.append(KEY, { ...evaluation(300), testLoss: undefined });
    curves.append(KEY, evaluation(400));
    expect(curves.all[0]?.averages?.values).toEqual([4, 2, 1.5, Number.NaN, 1.25]);
  });

  it('say when they are finished, and begin anew when the training does', () => {
    const curves = new CurveSet();
    curves.append(KEY, evaluation(0));
    curves.finish(KEY, 0.8);
    expect(curves.all[0]).toMatchObject({ isFinished: true, density: 0.8 });
    curves.restart(KEY);
    expect(curves.all).toEqual([]);
  });
});
