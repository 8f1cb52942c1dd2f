/** The columns of a sweep's table, each of which can be sorted by. */
import type { Json } from '../contract/json.ts';
import { TICKET_BRANCH } from '../domain/training.ts';
import {
  type Measured,
  measured,
  type SweepMetric,
  type SweepQuestion,
  type SweepResult,
} from './sweep-metrics.ts';
import { indexOfValue, type SweptAxis } from './swept-axes.ts';

export interface SweepSort {
  /** The id of a column. */
  readonly column: string;
  readonly isDescending: boolean;
}

/** What a column is sorted by; undefined where there is nothing. */
type SortValue = number | string | undefined;

/** One search as the table shows it. */
export interface SweepTableLine {
  readonly result: SweepResult;
  /** At the level that is meant. */
  readonly level: Measured | undefined;
  /** In the units of their metrics. */
  readonly metrics: Readonly<Partial<Record<SweepMetric, number | undefined>>>;
}

/** The metrics that the table always has of the level that is meant. */
const TABLE_METRICS: readonly SweepMetric[] = ['accuracy', 'early-stop', 'difference'];

/** These, and the one that the page is about, unless the table has it already. */
export function tableMetrics(metric: SweepMetric): readonly SweepMetric[] {
  const isShown = metric === 'smallest-winning' || TABLE_METRICS.includes(metric);
  return isShown ? TABLE_METRICS : [...TABLE_METRICS, metric];
}

export function tableLines(
  results: readonly SweepResult[],
  question: SweepQuestion,
): SweepTableLine[] {
  const metrics = tableMetrics(question.metric);
  return results.map((result) => ({
    result,
    level: measured(result, { ...question, metric: 'accuracy' }),
    metrics: Object.fromEntries(
      metrics.map((metric) => [metric, measured(result, { ...question, metric })?.mean]),
    ),
  }));
}

/** Numbers by size, texts by letters, what is missing last in both directions. */
export function sortedLines(
  lines: readonly SweepTableLine[],
  axes: readonly SweptAxis[],
  sort: SweepSort | undefined,
): readonly SweepTableLine[] {
  if (!sort) return lines;
  const valued = lines.map((line) => ({ line, value: sortValue(line, axes, sort.column) }));
  const sign = sort.isDescending ? -1 : 1;
  return valued
    .toSorted((one, other) => {
      if (one.value === undefined || other.value === undefined) {
        return Number(one.value === undefined) - Number(other.value === undefined);
      }
      return sign * compared(one.value, other.value);
    })
    .map(({ line }) => line);
}

function compared(one: number | string, other: number | string): number {
  if (typeof one === 'number' && typeof other === 'number') return one - other;
  return String(one).localeCompare(String(other));
}

function sortValue(line: SweepTableLine, axes: readonly SweptAxis[], column: string): SortValue {
  const { result, level } = line;
  const { dense, smallestWinning, smallestWinningCorrected } = result;
  switch (column) {
    case 'state':
      return result.state;
    case 'dense-accuracy':
      return dense?.testAccuracyAtEarlyStop.mean;
    case 'dense-early-stop':
      return dense?.earlyStopIteration.mean;
    case 'level':
      return level?.level;
    case 'density':
      return level?.density;
    case 'verdict':
      return level?.verdict;
    case 'winning-density':
      return smallestWinning?.density;
    case 'winning-accuracy':
      return smallestWinning?.testAccuracyAtEarlyStop.mean;
    case 'corrected-density':
      return smallestWinningCorrected?.density;
    case 'trained':
      return result.trained;
    case 'reused':
      return result.adopted;
    default:
      return metricValue(line, column) ?? sweptValue(axes, result.values, column);
  }
}

function metricValue({ metrics }: SweepTableLine, column: string): number | undefined {
  const value = metrics[column as SweepMetric];
  return value === undefined || Number.isNaN(value) ? undefined : value;
}

/** A swept setting has its path for a column. Its values are in the order of its axis. */
function sweptValue(
  axes: readonly SweptAxis[],
  values: readonly Json[],
  column: string,
): number | undefined {
  const index = axes.findIndex(({ path }) => path === column);
  return index === -1 ? undefined : indexOfValue(axes[index]!, values[index]);
}

/** Why the verdict is what it is, where the table knows it: of tickets at the ends. */
export function reasonOf({ result, level }: SweepTableLine, branch: string): string | undefined {
  if (branch !== TICKET_BRANCH) return undefined;
  const tickets = [result.last, result.smallestWinning];
  return tickets.find((ticket) => ticket && ticket.level === level?.level)?.reason;
}
