/** What a sweep's page shows of each search: a metric of one branch at the level that is meant. */
import type { BranchSeries, SearchSeries } from '../contract/records/search-results.ts';
import type { SweepTable, SweepTableRow } from '../contract/records/sweeps.ts';
import { signed } from '../domain/signed.ts';
import { TICKET_BRANCH } from '../domain/training.ts';
import { formatDensity, formatPercent } from '../percent-text.ts';
import { branchOf, describeTarget, type SweepTarget, targetLevel } from './sweep-target.ts';

/** A search of a sweep with all that was measured. */
export interface SweepResult extends SweepTableRow {
  /** Undefined until a training has finished, and for a search that can't be read. */
  readonly series: SearchSeries | undefined;
}

export function sweepResults(
  { rows }: SweepTable,
  series: readonly SearchSeries[],
): readonly SweepResult[] {
  const byId = new Map(series.map((each) => [each.id, each]));
  return rows.map((row) => ({ ...row, series: byId.get(row.searchId) }));
}

/** The dense network, as a branch that can be chosen. */
export const DENSE_BRANCH = 'dense';

interface MetricWords {
  readonly label: string;
  /** The beginning of a heading: `Test accuracy against …` */
  readonly name: string;
  /** The title of an axis, with the unit. */
  readonly axis: string;
  /** The heading of a column, which has the unit in its cells. */
  readonly short: string;
  readonly isLowerBetter?: boolean;
  readonly decimals: number;
  readonly unit: '%' | 'points' | '';
}

export const SWEEP_METRICS = {
  accuracy: {
    label: 'Test accuracy at the early stop',
    name: 'Test accuracy',
    axis: 'Test accuracy (%)',
    short: 'Accuracy',
    decimals: 2,
    unit: '%',
  },
  'early-stop': {
    label: 'Early-stop iteration',
    name: 'Early stop',
    axis: 'Early stop (iteration)',
    short: 'Early stop',
    isLowerBetter: true,
    decimals: 0,
    unit: '',
  },
  difference: {
    label: 'Difference from dense: test accuracy',
    name: 'Difference from dense',
    axis: 'Test accuracy minus dense (points)',
    short: 'From dense',
    decimals: 2,
    unit: 'points',
  },
  'smallest-winning': {
    label: 'Smallest winning density',
    name: 'Smallest winning density',
    axis: 'Smallest winning density (%)',
    short: 'Smallest winning',
    isLowerBetter: true,
    decimals: 2,
    unit: '%',
  },
  'final-accuracy': {
    label: 'Test accuracy at the end',
    name: 'Final test accuracy',
    axis: 'Test accuracy at the end (%)',
    short: 'Final accuracy',
    decimals: 2,
    unit: '%',
  },
  'validation-loss': {
    label: 'Validation loss at the early stop',
    name: 'Validation loss',
    axis: 'Validation loss (nats)',
    short: 'Validation loss',
    isLowerBetter: true,
    decimals: 4,
    unit: '',
  },
} as const satisfies Readonly<Record<string, MetricWords>>;

export type SweepMetric = keyof typeof SWEEP_METRICS;

export const SWEEP_METRIC_IDS = Object.keys(SWEEP_METRICS) as SweepMetric[];

export function wordsOf(metric: SweepMetric): MetricWords {
  return SWEEP_METRICS[metric];
}

/** Which metric, of which branch, at which level. */
export interface SweepQuestion {
  readonly metric: SweepMetric;
  readonly branch: string;
  readonly target: SweepTarget;
}

/** Whether it is about the last ticket of each search, as everything is where nothing else is chosen. */
export function isUsualLevel({ branch, target }: SweepQuestion): boolean {
  return target.kind === 'last' && branch === TICKET_BRANCH;
}

/** `the last level`, `random-reinit, level 3` */
export function describeLevelOf({ branch, target }: SweepQuestion): string {
  const which = describeTarget(target);
  return branch === TICKET_BRANCH ? which : `${branch}, ${which}`;
}

/** `ticket, level 3`: what the subtitle of a chart says. */
export function describeQuestion({ metric, branch, target }: SweepQuestion): string {
  return metric === 'smallest-winning'
    ? 'The smallest winning ticket of each search'
    : `${branch}, ${describeTarget(target)}`;
}

export interface Measured {
  readonly level: number;
  /** Fraction of prunable weights that the branch keeps. */
  readonly density: number;
  /** By replicate in the unit of the metric; NaN where one has not finished. */
  readonly values: readonly number[];
  /** Over the replicates that have finished. */
  readonly mean: number;
  readonly verdict?: string;
}

/** Undefined where there is nothing (yet): no training, no winning ticket, no difference of dense from itself. */
export function measured(result: SweepResult, question: SweepQuestion): Measured | undefined {
  if (question.metric === 'smallest-winning') return smallestWinning(result, question.branch);
  const found = branchLevel(result.series, question);
  if (!found) return undefined;
  const values = valuesOf(result.series, found, question);
  const finished = values.filter((value) => !Number.isNaN(value));
  if (finished.length === 0) return undefined;
  const verdict = found.branch.verdicts?.[found.index];
  return {
    level: found.branch.levels[found.index]!,
    density: found.branch.densities[found.index]!,
    values,
    mean: finished.reduce((sum, value) => sum + value, 0) / finished.length,
    ...(verdict !== undefined && verdict !== '' && { verdict }),
  };
}

/** Whether every table has it: tables of files have another metric in a column of its own. */
export function isInColumns(metric: SweepMetric): boolean {
  return metric === 'accuracy' || metric === 'early-stop' || metric === 'smallest-winning';
}

interface LevelMeasures {
  readonly level: number;
  /** Fraction of prunable weights that the branch keeps. */
  readonly density: number;
  /** By replicate; NaN where one has not finished. */
  readonly earlyStopIteration: readonly number[];
  readonly testAccuracyAtEarlyStop: readonly number[];
  readonly verdict: string | undefined;
}

/** The measurements that every table has of the level that is meant, in iterations and fractions. */
export function levelMeasures(
  { series }: SweepResult,
  question: SweepQuestion,
): LevelMeasures | undefined {
  const found = branchLevel(series, question);
  if (!found) return undefined;
  const { branch, index } = found;
  const verdict = branch.verdicts?.[index];
  return {
    level: branch.levels[index]!,
    density: branch.densities[index]!,
    earlyStopIteration: replicates(found, 'earlyStopIteration', 1),
    testAccuracyAtEarlyStop: replicates(found, 'testAccuracyAtEarlyStop', 1),
    verdict: verdict === '' ? undefined : verdict,
  };
}

/** Only tickets are winning tickets. It depends on no level. */
function smallestWinning(
  { smallestWinning: ticket }: SweepResult,
  branch: string,
): Measured | undefined {
  if (!ticket || branch !== TICKET_BRANCH) return undefined;
  const percent = ticket.density * 100;
  return {
    level: ticket.level,
    density: ticket.density,
    values: [percent],
    mean: percent,
    verdict: ticket.verdict,
  };
}

interface BranchLevel {
  readonly branch: BranchSeries;
  /** In the lists of the branch. */
  readonly index: number;
}

function branchLevel(
  series: SearchSeries | undefined,
  { branch: name, target }: SweepQuestion,
): BranchLevel | undefined {
  if (name === DENSE_BRANCH) return atLevel(branchOf(series, TICKET_BRANCH), 0);
  const level = targetLevel(series, target)?.level;
  return level === undefined ? undefined : atLevel(branchOf(series, name), level);
}

function atLevel(branch: BranchSeries | undefined, level: number): BranchLevel | undefined {
  const index = branch?.levels.indexOf(level) ?? -1;
  return branch && index !== -1 ? { branch, index } : undefined;
}

function valuesOf(
  series: SearchSeries | undefined,
  found: BranchLevel,
  { metric, branch }: SweepQuestion,
): number[] {
  switch (metric) {
    case 'early-stop':
      return replicates(found, 'earlyStopIteration', 1);
    case 'final-accuracy':
      return replicates(found, 'testAccuracy', 100);
    case 'validation-loss':
      return replicates(found, 'validationLoss', 1);
    case 'difference': {
      // The dense network of a transfer is that on its target.
      const dense = atLevel(found.branch, 0) ?? atLevel(branchOf(series, TICKET_BRANCH), 0);
      if (!dense || branch === DENSE_BRANCH) return [];
      const theirs = replicates(dense, 'testAccuracyAtEarlyStop', 100);
      return replicates(found, 'testAccuracyAtEarlyStop', 100).map(
        (own, replicate) => own - (theirs[replicate] ?? NaN),
      );
    }
    default:
      return replicates(found, 'testAccuracyAtEarlyStop', 100);
  }
}

type MeasureName =
  'testAccuracyAtEarlyStop' | 'testAccuracy' | 'earlyStopIteration' | 'validationLoss';

function replicates({ branch, index }: BranchLevel, name: MeasureName, scale: number): number[] {
  const { values } = branch[name];
  const count = values.length / branch.levels.length;
  return Array.from(values.subarray(index * count, (index + 1) * count), (value) => value * scale);
}

/** The search with the best mean; undefined if none has one. The first of equals. */
export function bestOf(
  results: readonly SweepResult[],
  question: SweepQuestion,
): string | undefined {
  const sign = wordsOf(question.metric).isLowerBetter === true ? -1 : 1;
  let best: { readonly id: string; readonly value: number } | undefined;
  for (const result of results) {
    const mean = measured(result, question)?.mean;
    if (mean === undefined || Number.isNaN(mean)) continue;
    if (!best || sign * mean > best.value) best = { id: result.searchId, value: sign * mean };
  }
  return best?.id;
}

/** The ticket and its controls, in the order of the settings, and the dense network. */
export function branchesOf(results: readonly SweepResult[]): string[] {
  const names = results.flatMap(({ series }) => series?.branches.map(({ branch }) => branch) ?? []);
  return [...new Set([TICKET_BRANCH, ...names]), DENSE_BRANCH];
}

/** `97.43 %`, `+0.42 points`, `1,200`: a mean in the unit of its metric. */
export function metricText(metric: SweepMetric, value: number | undefined): string {
  if (value === undefined || Number.isNaN(value)) return '–';
  const { decimals, unit } = wordsOf(metric);
  if (metric === 'smallest-winning') return formatDensity(value / 100);
  if (unit === 'points') return `${signed(value, decimals)} points`;
  if (unit === '%') return formatPercent(value / 100, decimals);
  return value.toLocaleString('en-US', {
    minimumFractionDigits: decimals,
    maximumFractionDigits: decimals,
  });
}
