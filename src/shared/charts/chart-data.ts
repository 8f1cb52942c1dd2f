/** The points of a chart as a table for a spreadsheet: values separated by tabs. */
import { largest } from '../extremes.ts';
import { defused } from '../tables/defused.ts';
import type { HeatMapDescription, WindowChart, WindowLine } from './chart-description.ts';
import { firstAtLeast } from './buckets.ts';
import { type ChartView, type Range, spanOf } from './chart-view.ts';
import type { BandedPoint } from './line-chart.ts';
import { nameAt } from './readout-table.ts';

/** More rows than a spreadsheet takes are not copied. */
const MOST_ROWS = 1_000_000;

type Cell = string | number | undefined;

const BANDED_COLUMNS: readonly (readonly [string, (point: BandedPoint) => Cell])[] = [
  ['mean', ({ mean }) => mean],
  ['interval from', ({ lower }) => lower],
  ['interval to', ({ upper }) => upper],
  ['lowest', ({ min }) => min],
  ['highest', ({ max }) => max],
  ['N', ({ n }) => n],
  ['difference', ({ difference }) => difference?.mean],
  ['difference: interval from', ({ difference }) => difference?.lower],
  ['difference: interval to', ({ difference }) => difference?.upper],
  ['verdict', ({ verdict }) => verdict],
];

/** What is seen of the chart; undefined if that has too many rows. */
export function chartData(chart: WindowChart, view: ChartView): string | undefined {
  if (chart.kind === 'heat-map') return asText(heatRows(chart));
  const seen = view.x ?? spanOf(chart, view);
  const lines = chart.lines.filter(({ label }) => !view.hidden.has(label));
  const columns = columnsOf(chart, lines);
  const rows: Cell[][] = [['line', chart.xTitle, ...columns, 'note']];
  for (const line of lines) {
    if (rows.length + lengthOf(line, seen) > MOST_ROWS) return undefined;
    for (const [x, ...cells] of rowsOf(line, seen, columns.length)) {
      if (x >= seen.from && x <= seen.to) rows.push([line.label, x, ...cells]);
    }
  }
  return asText([[chart.yTitle], ...rows]);
}

/** Those of bands: with a value for each replicate, and what differences are from. */
function columnsOf(
  { reference }: Pick<WindowChart, 'reference'>,
  lines: readonly WindowLine[],
): string[] {
  if (!lines.some(({ kind }) => kind === 'banded')) return ['value'];
  const titles = BANDED_COLUMNS.map(([title]) =>
    reference === undefined ? title : title.replace(/^difference/, `difference from ${reference}`),
  );
  const replicates = Array.from(
    { length: replicatesOf(lines) },
    (_, replicate) => `replicate ${replicate + 1}`,
  );
  return [...titles, ...replicates];
}

function replicatesOf(lines: readonly WindowLine[]): number {
  const points = lines.flatMap((line) => (line.kind === 'banded' ? line.points : []));
  return Math.max(0, largest(points.map(({ values }) => values?.length ?? 0)));
}

function lengthOf(line: WindowLine, { from, to }: Range): number {
  if (line.kind === 'reference') return 2;
  if (line.kind !== 'long-curve') return line.points.length;
  return firstAtLeast(line.xs, to) - firstAtLeast(line.xs, from);
}

/** @param width the number of columns for values. */
function rowsOf(line: WindowLine, { from, to }: Range, width: number): [number, ...Cell[]][] {
  switch (line.kind) {
    case 'reference':
      return [
        [line.from, line.y],
        [line.to, line.y],
      ];
    case 'banded':
      return line.points.map((point) => [
        point.x,
        ...BANDED_COLUMNS.map(([, cellOf]) => cellOf(point)),
        ...(point.values ?? []).map((value) => (Number.isNaN(value) ? '' : value)),
      ]);
    case 'long-curve': {
      const rows: [number, number][] = [];
      const { xs, ys, factor } = line;
      for (let at = firstAtLeast(xs, from); at < xs.length && xs[at]! <= to; at += 1) {
        if (!Number.isNaN(ys[at]!)) rows.push([xs[at]!, ys[at]! * factor]);
      }
      return rows;
    }
    case 'marks': {
      const empty = Array.from({ length: width - 1 }, () => '');
      return line.points.map(({ x, y, note }) => [x, y, ...empty, note]);
    }
    default:
      return line.points.map(({ x, y }) => [x, y]);
  }
}

function heatRows({ xTitle, yTitle, valueTitle, cells, ...axes }: HeatMapDescription): Cell[][] {
  const hasQuantities = cells.some(({ quantity }) => quantity !== undefined);
  const rows = cells.map(({ x, y, value, texts, quantity }): Cell[] => [
    nameAt(x, axes.x) ?? x,
    nameAt(y, axes.y) ?? y,
    ...(hasQuantities ? [quantity] : []),
    Number.isNaN(value) ? texts?.[0] : value,
  ]);
  return [[xTitle, yTitle, ...(hasQuantities ? ['quantity'] : []), valueTitle], ...rows];
}

function asText(rows: readonly (readonly Cell[])[]): string {
  return rows.map((row) => row.map((cell) => clean(cell ?? '')).join('\t')).join('\n');
}

/** A tab or a new line within a cell would begin another one, and a name may look like a formula. */
function clean(cell: string | number): string {
  return String(defused(cell)).replaceAll(/[\t\r\n]+/g, ' ');
}
