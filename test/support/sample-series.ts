/** Searches as charts and tables get them, with made-up values. */
import type {
  MeasureSeries,
  SearchSeries,
} from '../../src/shared/contract/records/search-results.ts';
import { tinySettings } from './tiny-settings.ts';

interface SampleLook {
  readonly id?: string;
  /** That of the replicates. */
  readonly seed?: number;
  /** The confidence of the verdict's intervals. */
  readonly confidence?: number;
}

/**
 * A search with tickets at these densities.
 *
 * @param accuracies `[levels][replicates]`: fractions; NaN where one has not finished.
 */
export function sampleSeries(
  densities: readonly number[],
  accuracies: readonly (readonly number[])[],
  { id = 'a', seed = 1, confidence = 0.95 }: SampleLook = {},
): SearchSeries {
  const settings = tinySettings();
  const iterations = accuracies.map((level) => level.map((accuracy) => accuracy * 1000));
  return {
    id,
    name: id,
    settings: {
      ...settings,
      replicates: { ...settings.replicates, seed },
      verdict: { ...settings.verdict, confidence },
    },
    replicates: accuracies[0]!.length,
    branches: [
      {
        branch: 'ticket',
        levels: Uint32Array.from(densities.keys()),
        densities: Float64Array.from(densities),
        testAccuracyAtEarlyStop: measureOf(accuracies),
        testAccuracy: measureOf(accuracies),
        earlyStopIteration: measureOf(iterations),
        validationLoss: measureOf(accuracies),
      },
    ],
  };
}

function measureOf(values: readonly (readonly number[])[]): MeasureSeries {
  const finished = values.map((level) => level.filter((value) => !Number.isNaN(value)));
  return {
    mean: Float64Array.from(finished, (level) => level.reduce((a, b) => a + b, 0) / level.length),
    min: Float64Array.from(finished, (level) => Math.min(...level)),
    max: Float64Array.from(finished, (level) => Math.max(...level)),
    values: Float64Array.from(values.flat()),
  };
}
