/** How long each training of a search takes on one worker, and how much of it is evaluation. */
import type { EngineId } from '../../../shared/domain/engine.ts';
import {
  type EvaluatedExamples,
  type EvaluationCounts,
  expectedEvaluations,
  type Settings,
} from '../../../shared/domain/settings.ts';
import type { TrainingKey } from '../../../shared/domain/training.ts';
import { spanOf } from '../../engine/lottery/span.ts';
import type { SpeedModel } from './speed-model.ts';

/** How many examples a training's evaluations are on, all together. */
export function countEvaluated(evaluations: EvaluationCounts, on: EvaluatedExamples): number {
  return evaluations.validation * on.validation + evaluations.test * on.test;
}

export interface TrainingCost {
  /** What its steps take. */
  readonly trainingMilliseconds: number;
  /** What its evaluations take. */
  readonly evaluationMilliseconds: number;
}

interface TrainingCostsOptions {
  readonly settings: Settings;
  /** The density of level 0, 1, … */
  readonly densities: Float64Array;
  readonly evaluated: EvaluatedExamples;
  readonly speeds: SpeedModel;
  engineOf(level: number): EngineId;
}

export class TrainingCosts {
  readonly #options: TrainingCostsOptions;

  constructor(options: TrainingCostsOptions) {
    this.#options = options;
  }

  get isMeasured(): boolean {
    return this.#options.speeds.isMeasured;
  }

  of(key: TrainingKey): TrainingCost {
    const { settings, densities, evaluated, speeds, engineOf } = this.#options;
    const { from, to } = spanOf(settings, key);
    const speed = speeds.at(engineOf(key.level), densities[key.level] ?? 1);
    const evaluations = expectedEvaluations(settings.training, from, to);
    return {
      trainingMilliseconds: (to - from) * speed.millisecondsPerIteration,
      evaluationMilliseconds: countEvaluated(evaluations, evaluated) * speed.millisecondsPerExample,
    };
  }

  /** The part of its cost that a training has spent when it has made this many iterations, in [0, 1]. */
  partSpent(key: TrainingKey, iteration: number): number {
    const { settings } = this.#options;
    const { from, to } = spanOf(settings, key);
    if (iteration <= from) return 0;
    const { trainingMilliseconds, evaluationMilliseconds } = this.of(key);
    const { validation } = expectedEvaluations(settings.training, from, to);
    // Without the evaluation that may follow the step.
    const evaluated = expectedEvaluations(settings.training, from, iteration).validation - 1;
    return (
      ((trainingMilliseconds * (iteration - from)) / (to - from) +
        (evaluationMilliseconds * evaluated) / validation) /
      (trainingMilliseconds + evaluationMilliseconds)
    );
  }

  /** A step of the dense network. */
  get millisecondsPerIteration(): number {
    const { speeds, engineOf } = this.#options;
    return speeds.at(engineOf(0), 1).millisecondsPerIteration;
  }

  /** A step of an analysis: most of them are measured on the dense engine. */
  get millisecondsPerAnalysisStep(): number {
    return this.#options.speeds.at('dense', 1).millisecondsPerIteration;
  }
}
