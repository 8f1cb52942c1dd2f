/** The trainings of a search as runs, in the way that trackers of experiments have them. */
import { earlyStop, finalEvaluation } from '../../../shared/domain/training.ts';
import type { TrainingRecord } from '../../../shared/domain/training-record.ts';
import type { ExportData } from '../exporter.ts';

export type ParameterValue = string | number | boolean;

export interface LoggedPoint {
  /** Optimizer steps done. */
  readonly iteration: number;
  /** Unix time, milliseconds. Only the end of a training is known: the others follow from their iteration. */
  readonly time: number;
  /** Losses in nats, accuracies as fractions. */
  readonly values: Readonly<Record<string, number>>;
}

export interface LoggedRun {
  /** `replicate-1/level-02/ticket`; text sorts it as numbers would. */
  readonly name: string;
  readonly training: TrainingRecord;
  /** Unix time, milliseconds. */
  readonly startTime: number;
  readonly endTime: number;
  /** What was set, and where in the search the training is. */
  readonly parameters: Readonly<Record<string, ParameterValue>>;
  /** What came of it. */
  readonly summary: Readonly<Record<string, number>>;
  readonly points: readonly LoggedPoint[];
}

export function loggedRuns({ search, trainings }: ExportData['metrics']): LoggedRun[] {
  const settings = Object.fromEntries(flattened(search.settings));
  return trainings.map((training) => {
    const { key, density, evaluations, finishedAt: endTime } = training;
    const milliseconds = training.trainingMilliseconds + training.evaluationMilliseconds;
    const startTime = Math.round(endTime - milliseconds);
    const final = finalEvaluation(evaluations);
    const early = earlyStop(evaluations);
    const level = String(key.level).padStart(2, '0');
    return {
      name: `replicate-${key.replicate + 1}/level-${level}/${key.branch}`,
      training,
      startTime,
      endTime,
      parameters: {
        ...settings,
        replicate: key.replicate + 1,
        level: key.level,
        branch: key.branch,
        density,
        engine: training.engine,
      },
      summary: {
        density,
        early_stop_iteration: early.iteration,
        test_accuracy: final.testAccuracy,
        test_accuracy_at_early_stop: early.testAccuracy,
        validation_loss_at_early_stop: early.validationLoss,
        training_seconds: training.trainingMilliseconds / 1000,
      },
      points: evaluations.map((evaluation) => {
        const { iteration, testLoss, testAccuracy } = evaluation;
        const part = final.iteration === 0 ? 1 : iteration / final.iteration;
        return {
          iteration,
          time: Math.round(startTime + part * milliseconds),
          values: {
            validation_loss: evaluation.validationLoss,
            validation_accuracy: evaluation.validationAccuracy,
            ...(testLoss === undefined ? {} : { test_loss: testLoss }),
            ...(testAccuracy === undefined ? {} : { test_accuracy: testAccuracy }),
          },
        };
      }),
    };
  });
}

/** `training.optimizer.learningRate` and so on; lists are JSON. */
function flattened(value: unknown, path = ''): (readonly [string, ParameterValue])[] {
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') {
    return [[path, value]];
  }
  if (typeof value !== 'object' || value === null) return [];
  if (Array.isArray(value)) return [[path, JSON.stringify(value)]];
  return Object.entries(value).flatMap(([name, each]) =>
    flattened(each, path === '' ? name : `${path}.${name}`),
  );
}
