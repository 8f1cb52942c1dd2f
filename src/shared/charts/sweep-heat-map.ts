/** A metric over two swept settings: a cell for each search, coloured by its mean. */
import { formatDensity } from '../percent-text.ts';
import { describeHeld, heldResults, rowAxis, type SweepChoice } from '../sweep/sweep-choice.ts';
import {
  bestOf,
  describeQuestion,
  measured,
  type SweepQuestion,
  type SweepResult,
  wordsOf,
} from '../sweep/sweep-metrics.ts';
import { indexOfValue, type SweptAxis } from '../sweep/swept-axes.ts';
import { smallest } from '../extremes.ts';
import type { AxisDescription, HeatMapDescription } from './chart-description.ts';
import type { HeatCell } from './heat-map.ts';
import { readable } from './readout-table.ts';

/**
 * @param shown the ids of the searches that match the filter. Default: all.
 * @returns undefined for a single setting.
 */
export function sweepHeatMap(
  name: string,
  axes: readonly SweptAxis[],
  results: readonly SweepResult[],
  choice: SweepChoice,
  question: SweepQuestion,
  shown?: ReadonlySet<string>,
): HeatMapDescription | undefined {
  const rows = rowAxis(axes, choice);
  if (rows === undefined) return undefined;
  const over = [choice.x, rows];
  const [x, y] = [axes[choice.x]!, axes[rows]!];
  const own = heldResults(axes, results, choice, over);
  const byCell = new Map(
    own.map((result) => [
      `${indexOfValue(x, result.values[choice.x])}/${indexOfValue(y, result.values[rows])}`,
      result,
    ]),
  );
  const isShown = ({ searchId }: SweepResult) => shown?.has(searchId) !== false;
  const best = bestOf(own.filter(isShown), question);
  const cells = x.values.flatMap((_, column) =>
    y.values.map((__, row) => {
      const result = byCell.get(`${column}/${row}`);
      if (result && !isShown(result)) return emptyCell(column, row, ['brushed away', '']);
      return cellOf(
        column,
        row,
        result,
        question,
        result !== undefined && result.searchId === best,
      );
    }),
  );
  const { label, axis: valueTitle } = wordsOf(question.metric);
  const means = cells.map(({ value }) => value).filter((value) => !Number.isNaN(value));
  return {
    kind: 'heat-map',
    title: `${label}: ${name}`,
    subtitle: `${describeQuestion(question)}${describeHeld(axes, choice, over)}; means over replicates, outlined: the best`,
    cells,
    valueTitle,
    lowest: means.length === 0 ? 0 : smallest(means),
    xTitle: x.name,
    yTitle: y.name,
    x: axisOf(x),
    y: axisOf(y),
  };
}

/** The search of a cell; undefined where it was deleted. */
export function searchAtCell(
  axes: readonly SweptAxis[],
  results: readonly SweepResult[],
  choice: SweepChoice,
  { x, y }: HeatCell,
): SweepResult | undefined {
  const rows = rowAxis(axes, choice);
  if (rows === undefined) return undefined;
  return heldResults(axes, results, choice, [choice.x, rows]).find(
    ({ values }) =>
      indexOfValue(axes[choice.x]!, values[choice.x]) === x &&
      indexOfValue(axes[rows]!, values[rows]) === y,
  );
}

function cellOf(
  column: number,
  row: number,
  result: SweepResult | undefined,
  question: SweepQuestion,
  isBest: boolean,
): HeatCell {
  const found = result && measured(result, question);
  if (!found) return emptyCell(column, row, missing(result, question));
  const { values, mean, level, density, verdict } = found;
  const finished = values.filter((value) => !Number.isNaN(value)).length;
  return {
    ...edgesOf(column, row),
    value: mean,
    texts: [readable(mean), String(Number(mean.toPrecision(3)))],
    notes: [
      ...(isBest ? ['the best'] : []),
      ...(level > 0 ? [`level ${level}`, `density ${formatDensity(density)}`] : []),
      ...(verdict === undefined ? [] : [verdict]),
      ...(question.metric === 'smallest-winning' ? [] : [`N = ${finished}`]),
    ],
    ...(isBest && { isBest }),
  };
}

function emptyCell(column: number, row: number, texts: readonly string[]): HeatCell {
  return { ...edgesOf(column, row), value: Number.NaN, texts };
}

function edgesOf(x: number, y: number): Omit<HeatCell, 'value'> {
  return { x, y, left: x - 0.5, right: x + 0.5, bottom: y - 0.5, top: y + 0.5 };
}

/** Why a cell has no value, with a sign for where there is no room. */
function missing(result: SweepResult | undefined, { metric }: SweepQuestion): string[] {
  if (!result) return ['missing', '–'];
  const { state } = result;
  if (state === 'failed') return ['failed', '×'];
  if (state !== 'finished') return [state, '…'];
  return metric === 'smallest-winning' ? ['none wins', '–'] : ['nothing', '–'];
}

function axisOf({ values, texts }: SweptAxis): AxisDescription {
  return {
    min: -0.5,
    max: Math.max(1, values.length) - 0.5,
    namedTicks: texts.map((name, at) => ({ at, name })),
  };
}
