/** Analyses: how each splits into units, runs them, and shows the results. */
import type { z } from 'zod';
import type { ChartDescription } from '../../../shared/charts/chart-description.ts';
import type { AnalysisResult, AnalysisUnit, StoredArray } from '../../../shared/domain/analysis.ts';
import type {
  AnalysisReport,
  AnalysisRow,
  ChartChoice,
  ChartSelection,
} from '../../../shared/domain/analysis-report.ts';
import type { TestSet } from '../../../shared/domain/comparison.ts';
import { type Choice, type Definition, hparamsOf } from '../../../shared/domain/definition.ts';
import { inIterations, type InIterations } from '../../../shared/domain/duration.ts';
import type { EngineId } from '../../../shared/domain/engine.ts';
import type { Settings } from '../../../shared/domain/settings.ts';
import type { TrainingKey } from '../../../shared/domain/training.ts';
import type { Group } from '../../../shared/group-by.ts';
import type { ParameterLayout } from '../../../shared/domain/layout.ts';
import type { NetworkSpec } from '../layers/spec.ts';
import type { Mask } from '../../../shared/domain/mask.ts';
import type { SparsityTarget, PruningContext, PruningStrategy } from '../pruning/strategy.ts';
import type { Score } from '../training/trainer.ts';

/** What is known of a search before its first step; enough to plan its analyses. */
export interface AnalysisSubject {
  readonly settings: Settings;
  readonly layout: ParameterLayout;
  /** The sparsity targets of levels 1, 2, … */
  readonly targets: readonly SparsityTarget[];
}

/** A training that an analysis runs for itself. */
export interface Retraining {
  /** The training of the search that this one repeats, exactly or in another data order. */
  readonly key: TrainingKey;
  readonly engine: EngineId;
  /** The whole parameter vector; weights whose mask is 0 are ignored. */
  readonly weights: Float32Array;
  readonly mask: Mask;
  readonly from: number;
  readonly to: number;
  /**
   * Selects another sample of SGD noise. Undefined: the search's own, so the training repeats bit
   * for bit.
   */
  readonly noise?: string | undefined;
  /** Called after every step with the iterations done, counted from initialisation. */
  onIteration?(iteration: number, parameters: () => Float32Array): void;
}

/** The scores of a network under a mask. */
export interface Measurement {
  readonly train: Score;
  readonly test: Score;
}

/**
 * What a unit may use: the arrays that it requested, and functions that work as the search does.
 */
export interface AnalysisContext extends AnalysisSubject {
  readonly network: NetworkSpec;
  readonly strategy: PruningStrategy;
  /** Ascending indices into the dataset's training examples, without the validation examples. */
  readonly trainIndices: Int32Array;
  /** The test examples that `measure` uses. */
  readonly testSet: TestSet;
  /** The engine that trains a level. */
  engineOf(level: number): EngineId;
  /** @throws Error if the unit did not request it. */
  mask(array: MaskArray, key: TrainingKey): Mask;
  /** @throws Error if the unit did not request it. */
  weights(array: WeightArray, key: TrainingKey): Float32Array;
  /**
   * The parameters after the last step.
   *
   * @throws WorkbenchError `interrupted`; `training-diverged` if they are not numbers.
   */
  retrain(training: Retraining): Float32Array;
  /**
   * Measures parameters on the dense engine. It first recomputes the running statistics of batch
   * normalisations as the mean over batches of `trainIndices`.
   *
   * @throws WorkbenchError `interrupted`.
   */
  measure(parameters: Float32Array, mask: Mask, trainIndices: Int32Array): Measurement;
  /** The mask that the search's strategy prunes to. */
  prune(key: TrainingKey, from: PrunedFrom, target: SparsityTarget): Mask;
  /**
   * Reports progress in optimizer steps. `retrain` and `measure` report their own.
   *
   * @throws WorkbenchError `interrupted` if the unit must stop.
   */
  advance(steps: number): void;
}

export type MaskArray = Extract<StoredArray, 'mask' | 'next-mask'>;
export type WeightArray = Exclude<StoredArray, MaskArray>;
export type PrunedFrom = Pick<
  PruningContext,
  'mask' | 'trained' | 'initial' | 'rewindPoint' | 'movement'
>;

/** The cost of `measure` in optimizer steps: a forward pass over some 60,000 examples. */
export const MEASUREMENT_STEPS = 300;

/** One unit as sent to a worker. What the worker can derive from the seed is not sent. */
export interface AnalysisTask {
  readonly choice: Choice;
  readonly unit: AnalysisUnit;
  /** The engine of each level. */
  readonly engines: readonly EngineId[];
  /** The arrays that the unit requests, in its order. Masks are packed. */
  readonly arrays: readonly (Uint8Array | Float32Array)[];
}

export interface ChartOptions extends ChartSelection {
  /** The search's name, for the title. */
  readonly name: string;
}

/** A chart that the results of an analysis can be drawn as. */
export interface AnalysisChart<Result> {
  /** The name for `ticket export --chart`; unique among all charts. */
  readonly id: string;
  /** The heading of the chart in the window. */
  readonly title: string;
  /** @returns undefined if there is nothing to draw. */
  describe(results: readonly Result[], options: ChartOptions): ChartDescription | undefined;
}

/** The results of an analysis in numbers and sentences. */
type Summary = Pick<AnalysisReport, 'tables' | 'notes'>;

interface AnalysisSource<Hparams extends z.ZodObject, Place, Result> extends Definition<Hparams> {
  /** Whether it uses `measure`, which needs TensorFlow. Default: no. */
  readonly measures?: boolean;
  /**
   * Splits the analysis into units. Each can run by itself, in any order.
   *
   * @throws WorkbenchError `invalid-settings` for a level or rewind point that the search lacks.
   */
  plan(
    hparams: InIterations<z.infer<Hparams>>,
    subject: AnalysisSubject,
  ): readonly AnalysisUnit<Place>[];
  /**
   * Runs a unit. The result is stored and exported, so it is plain data whose arrays of numbers are
   * typed arrays. Fields called `replicate` count replicates from 0; exports count them from 1.
   */
  run(hparams: InIterations<z.infer<Hparams>>, place: Place, context: AnalysisContext): Result;
  /** Every number of a result, as rows of the exported table. */
  rows(result: Result): AnalysisRow[];
  /** @param results of at least one unit, in the order of the plan. */
  summarize(results: Group<Result>): Summary;
  readonly charts: readonly AnalysisChart<Result>[];
  /** What the user chooses for the charts. Default: nothing. */
  choices?(results: readonly Result[]): ChartChoice[];
}

/** An analysis with its types erased. It ignores results of other analyses. */
export interface AnalysisDefinition extends Definition {
  readonly measures: boolean;
  plan(choice: Choice, subject: AnalysisSubject): readonly AnalysisUnit[];
  run(choice: Choice, unit: AnalysisUnit, context: AnalysisContext): AnalysisResult;
  rows(result: AnalysisResult): AnalysisRow[];
  readonly charts: readonly AnalysisChart<AnalysisResult>[];
  report(results: readonly AnalysisResult[], options: ChartOptions): AnalysisReport;
}

/** Types an analysis's functions by its own settings, units and results. */
export function defineAnalysis<Hparams extends z.ZodObject, Place, Result extends object>(
  source: AnalysisSource<Hparams, Place, Result>,
): AnalysisDefinition {
  const { id, label, description, hparams, charts } = source;
  const parse = (choice: Choice) => inIterations(hparamsOf(source, choice));
  // Only `run` makes results of this kind.
  const isOwn = (result: AnalysisResult): result is AnalysisResult & Result => result.kind === id;
  return {
    id,
    label,
    description,
    hparams,
    measures: source.measures === true,
    plan: (choice, subject) => source.plan(parse(choice), subject),
    // Only `plan` makes units.
    run: (choice, unit, context) => ({
      kind: id,
      ...source.run(parse(choice), unit.place as Place, context),
    }),
    rows: (result) => (isOwn(result) ? source.rows(result) : []),
    charts: charts.map((chart) => ({
      ...chart,
      describe(results, options) {
        const drawn = results.filter(isOwn);
        return drawn.length === 0 ? undefined : chart.describe(drawn, options);
      },
    })),
    report(results, options) {
      const [first, ...rest] = results.filter(isOwn);
      if (!first) return { tables: [], notes: [], choices: [], charts: [] };
      const all: Group<Result> = [first, ...rest];
      const choices = (source.choices?.(all) ?? []).map((choice) => {
        const wanted = choice.values.find(({ value }) => value === options[choice.of]);
        return { ...choice, chosen: wanted?.value ?? choice.chosen };
      });
      const chosen = Object.fromEntries(choices.map((choice) => [choice.of, choice.chosen]));
      return {
        ...source.summarize(all),
        choices,
        charts: charts.flatMap((chart) => {
          const described = chart.describe(all, { ...options, ...chosen });
          return described ? [{ id: chart.id, title: chart.title, chart: described }] : [];
        }),
      };
    },
  };
}
