/** Learning curves: every evaluation of every training, by iteration. Nothing is smoothed or left out. */
import { describeTraining, TICKET_BRANCH, type TrainingKey } from '../domain/training.ts';
import type { ChartDescription, LineDescription } from './chart-description.ts';
import { seriesDash } from './palette.ts';

export const CURVE_MEASURES = [
  'validationLoss',
  'validationAccuracy',
  'testLoss',
  'testAccuracy',
] as const;
export type CurveMeasure = (typeof CURVE_MEASURES)[number];

export const CURVE_MEASURE_LABELS: Readonly<Record<CurveMeasure, string>> = {
  validationLoss: 'Validation loss',
  validationAccuracy: 'Validation accuracy',
  testLoss: 'Test loss',
  testAccuracy: 'Test accuracy',
};

/** A curve, which may still be growing. Its values are NaN where the test set was not evaluated. */
export interface DrawableCurve extends Readonly<Record<CurveMeasure, ArrayLike<number>>> {
  readonly key: TrainingKey;
  /** Fraction of prunable weights kept; undefined while it is not known. */
  readonly density: number | undefined;
  readonly iterations: ArrayLike<number>;
}

export interface LearningCurvesOptions {
  readonly name: string;
  readonly measure: CurveMeasure;
  /** The number of levels of the search: colours are spread over them. */
  readonly levels: number;
  /** In order; each branch has its own dashes. */
  readonly branches: readonly string[];
  /** The end of the axis while curves are still growing. */
  readonly iterations?: number | undefined;
}

export function learningCurvesChart(
  curves: readonly DrawableCurve[],
  { name, measure, levels, branches, iterations: lastIteration }: LearningCurvesOptions,
): ChartDescription {
  const isAccuracy = measure.endsWith('Accuracy');
  const scale = isAccuracy ? 100 : 1;
  const replicates = new Set(curves.map(({ key }) => key.replicate));
  const order = [TICKET_BRANCH, ...branches];
  // Levels have ordered colours. Branches have the colours of the density chart.
  const areLevelsMixed = new Set(curves.map(({ key }) => key.level)).size > 1;
  const areBranchesMixed = new Set(curves.map(({ key }) => key.branch)).size > 1;
  const lines = curves.map(({ key, density, iterations, [measure]: values }): LineDescription => {
    const branch = Math.max(0, order.indexOf(key.branch));
    return {
      kind: 'curve',
      label: labelOf(key, density, replicates.size > 1),
      points: Array.from(values, (value, index) => ({
        x: iterations[index]!,
        y: value * scale,
      })).filter(({ y }) => !Number.isNaN(y)),
      colour: areLevelsMixed
        ? { ordered: levels === 0 ? 0 : key.level / levels }
        : areBranchesMixed
          ? branch
          : key.replicate,
      dash: seriesDash(branch),
    };
  });
  const label = CURVE_MEASURE_LABELS[measure];
  return {
    kind: 'lines',
    title: `${label}: ${name}`,
    subtitle: `N = ${curves.length} training${curves.length === 1 ? '' : 's'}, one line each; every evaluation${measure.startsWith('test') ? ' on the test set' : ''} is a point`,
    lines,
    xTitle: 'Iteration (optimizer steps from initialisation)',
    yTitle: `${label} (${isAccuracy ? '%' : 'nats'})`,
    x: {
      min: 0,
      ...(lastIteration !== undefined && { suggestedMax: lastIteration }),
      mostTicks: 9,
    },
  };
}

function labelOf(key: TrainingKey, density: number | undefined, withReplicate: boolean): string {
  const kept = density === undefined ? '' : ` (${Number((density * 100).toPrecision(3))}% density)`;
  if (withReplicate) return `${describeTraining(key)}${kept}`;
  if (key.level === 0) return key.branch === TICKET_BRANCH ? 'dense' : `dense, ${key.branch}`;
  return `level ${key.level}, ${key.branch}${kept}`;
}
