/** What the tables of files have of a search: the level that is meant, and the metric that was chosen. */
import { type Spread, spreadOf } from '../domain/statistics.ts';
import {
  isInColumns,
  levelMeasures,
  measured,
  type SweepQuestion,
  type SweepResult,
} from './sweep-metrics.ts';

export interface SweepLevel {
  readonly level: number;
  /** Fraction of prunable weights that the branch keeps. */
  readonly density: number;
  readonly earlyStopIteration: Spread;
  /** 0..1, at the early stop. */
  readonly testAccuracyAtEarlyStop: Spread;
  readonly verdict: string | undefined;
  /** In the unit of the metric; undefined where another column has it, or it is not there. */
  readonly metric: Spread | undefined;
}

/** Undefined where the branch has not been trained at the level that is meant. */
export function sweepLevel(result: SweepResult, question: SweepQuestion): SweepLevel | undefined {
  const found = levelMeasures(result, question);
  if (!found) return undefined;
  const { metric } = question;
  const own = isInColumns(metric) ? undefined : measured(result, question)?.values.filter(isKnown);
  return {
    ...found,
    earlyStopIteration: spreadOf(found.earlyStopIteration.filter(isKnown)),
    testAccuracyAtEarlyStop: spreadOf(found.testAccuracyAtEarlyStop.filter(isKnown)),
    metric: own && own.length > 0 ? spreadOf(own) : undefined,
  };
}

const isKnown = (value: number): boolean => !Number.isNaN(value);
