/** Learning curves that grow while they are on screen. */
import type { CurveMeasure } from '../../shared/charts/curve-measures.ts';
import type { LearningCurve } from '../../shared/contract/records/search-results.ts';
import { type Evaluation, sameTraining, type TrainingKey } from '../../shared/domain/training.ts';

export interface GrowingCurve {
  readonly key: TrainingKey;
  density: number | undefined;
  isFinished: boolean;
  readonly iterations: number[];
  readonly validationLoss: number[];
  readonly testLoss: number[];
  readonly validationAccuracy: number[];
  readonly testAccuracy: number[];
  /** Whether every evaluation is there, and not only what can be drawn. */
  readonly isWhole: boolean;
  /** Only of a smoothed curve that is not whole. */
  readonly averages: GrowingAverages | undefined;
}

interface GrowingAverages {
  readonly measure: CurveMeasure;
  readonly weight: number;
  readonly values: number[];
}

/** Joins stored curves and live evaluations, in whichever order they arrive. */
export class CurveSet {
  #curves: GrowingCurve[] = [];

  get all(): readonly GrowingCurve[] {
    return this.#curves;
  }

  /** Takes stored curves in place of those of the same trainings, and keeps the live evaluations that came after them. */
  add(stored: readonly LearningCurve[]): void {
    const isStored = ({ key }: GrowingCurve) =>
      stored.some((curve) => sameTraining(curve.key, key));
    const live = this.#curves.filter(isStored);
    this.#curves = [...this.#curves.filter((curve) => !isStored(curve)), ...stored.map(growing)];
    this.#appendAll(live);
  }

  #appendAll(live: readonly GrowingCurve[]): void {
    for (const curve of live) {
      if (curve.isFinished) continue;
      for (let index = 0; index < curve.iterations.length; index += 1) {
        this.append(curve.key, evaluationAt(curve, index));
      }
    }
  }

  /** Adds an evaluation, unless it is already there. */
  append(key: TrainingKey, evaluation: Evaluation): void {
    const curve = this.#curveOf(key);
    const last = curve.iterations.at(-1);
    if (last !== undefined && evaluation.iteration <= last) return;
    curve.iterations.push(evaluation.iteration);
    curve.validationLoss.push(evaluation.validationLoss);
    curve.testLoss.push(evaluation.testLoss ?? Number.NaN);
    curve.validationAccuracy.push(evaluation.validationAccuracy);
    curve.testAccuracy.push(evaluation.testAccuracy ?? Number.NaN);
    if (curve.averages) continueAverages(curve.averages, curve[curve.averages.measure].at(-1)!);
  }

  finish(key: TrainingKey, density: number): void {
    const curve = this.#curveOf(key);
    curve.density = density;
    curve.isFinished = true;
  }

  /** Drops what an interrupted attempt measured: the training starts over. */
  restart(key: TrainingKey): void {
    this.#curves = this.#curves.filter((curve) => !sameTraining(curve.key, key));
  }

  #curveOf(key: TrainingKey): GrowingCurve {
    const known = this.#curves.find((curve) => sameTraining(curve.key, key));
    if (known) return known;
    const curve: GrowingCurve = {
      key,
      density: undefined,
      isFinished: false,
      iterations: [],
      validationLoss: [],
      testLoss: [],
      validationAccuracy: [],
      testAccuracy: [],
      isWhole: true,
      averages: undefined,
    };
    this.#curves.push(curve);
    return curve;
  }
}

function growing({ averages, ...curve }: LearningCurve): GrowingCurve {
  return {
    key: curve.key,
    density: curve.density,
    isFinished: curve.isFinished,
    iterations: listOf(curve.iterations),
    validationLoss: listOf(curve.validationLoss),
    testLoss: listOf(curve.testLoss),
    validationAccuracy: listOf(curve.validationAccuracy),
    testAccuracy: listOf(curve.testAccuracy),
    isWhole: curve.isWhole,
    averages: averages && { ...averages, values: listOf(averages.values) },
  };
}

/** `Array.from` takes several times as long, which one sees in a zoom. */
function listOf(values: ArrayLike<number>): number[] {
  const list: number[] = [];
  for (let index = 0; index < values.length; index += 1) list.push(values[index]!);
  return list;
}

/** After thousands of evaluations the first ones weigh nothing (smoothing.ts). */
function continueAverages({ weight, values }: GrowingAverages, value: number): void {
  const before = values.findLast(Number.isFinite);
  const isFirst = before === undefined || !Number.isFinite(value);
  values.push(isFirst ? value : weight * before + (1 - weight) * value);
}

function evaluationAt(curve: GrowingCurve, index: number): Evaluation {
  return {
    iteration: curve.iterations[index]!,
    validationLoss: curve.validationLoss[index]!,
    testLoss: curve.testLoss[index]!,
    validationAccuracy: curve.validationAccuracy[index]!,
    testAccuracy: curve.testAccuracy[index]!,
  };
}
