/** A readout as text: the columns that its rows need, for eyes, ears and files. */
import { signed } from '../domain/signed.ts';
import type { Readout, ReadoutRow } from './readout.ts';

/** The titles of the axes, the names of places, and what differences are from. */
export interface ReadoutTitles {
  readonly xTitle: string;
  readonly yTitle: string;
  readonly x?: NamedPlaces;
  readonly reference?: string;
}

/** The names that stand for an axis's numbers, if it has any. */
interface NamedPlaces {
  readonly namedTicks?: readonly { readonly at: number; readonly name: string }[];
}

export interface ReadoutTable {
  /** `Density 51.3 %` */
  readonly heading: string;
  readonly columns: readonly string[];
  /** A cell for each column; empty where the row has nothing. */
  readonly rows: readonly { readonly row: ReadoutRow; readonly cells: readonly string[] }[];
}

interface Column {
  title(titles: ReadoutTitles): string;
  /** Undefined where the row has nothing. */
  text(row: ReadoutRow, decimals: number, read: ReadPlace): string | undefined;
}

/** The place that is read, and the unit of such places. */
interface ReadPlace {
  readonly x: number;
  readonly unit: string;
}

const COLUMNS: readonly Column[] = [
  { title: ({ yTitle }) => yTitle, text: ({ y }, decimals) => rounded(y, decimals) },
  {
    // A line that has no point at the place that is read tells of its nearest one.
    title: () => 'at',
    text: ({ x }, _decimals, read) =>
      readable(x) === readable(read.x) ? undefined : `${readable(x)}${read.unit}`,
  },
  {
    title: () => 'measured',
    text: ({ raw }, decimals) => (raw === undefined ? undefined : rounded(raw, decimals)),
  },
  {
    title: () => '95 % interval',
    text: ({ lower, upper }, decimals) => between(lower, upper, decimals),
  },
  {
    title: () => 'lowest to highest',
    text: ({ min, max }, decimals) => between(min, max, decimals),
  },
  { title: () => 'N', text: ({ n }) => (n === undefined ? undefined : String(n)) },
  {
    title: ({ reference }) => (reference === undefined ? 'difference' : `from ${reference}`),
    text: ({ difference }, decimals) => {
      if (!difference) return undefined;
      const { mean, lower, upper } = difference;
      const interval =
        lower === undefined || upper === undefined
          ? ''
          : ` [${signed(lower, decimals)}, ${signed(upper, decimals)}]`;
      return `${signed(mean, decimals)}${interval}`;
    },
  },
  { title: () => 'verdict', text: ({ verdict }) => verdict },
];

export function readoutTable({ x, rows }: Readout, titles: ReadoutTitles): ReadoutTable {
  const decimals = decimalsFor(rows);
  const read = { x, unit: unitOf(titles.xTitle) };
  const texts = COLUMNS.map((column) => rows.map((row) => column.text(row, decimals, read)));
  const used = COLUMNS.map((_, index) => index).filter((index) =>
    texts[index]!.some((text) => text !== undefined),
  );
  return {
    heading: placeText(titles.xTitle, x, titles.x),
    columns: used.map((index) => COLUMNS[index]!.title(titles)),
    rows: rows.map((row, at) => ({ row, cells: used.map((index) => texts[index]![at] ?? '') })),
  };
}

/** All that the table says, as one sentence for screen readers. */
export function spoken({ heading, columns, rows }: ReadoutTable): string {
  const lines = rows.map(({ row, cells }) => {
    const said = cells.flatMap((cell, index) => {
      if (cell === '') return [];
      return index === 0 ? [cell] : [`${columns[index]!} ${cell}`];
    });
    return [`${row.label} ${said.join(', ')}`, ...row.notes].join(', ');
  });
  return `${heading}: ${lines.join('; ')}`;
}

/** `Density: prunable weights kept (%)` at 51.3 is `Density 51.3 %`; a place with a name has its name. */
export function placeText(title: string, x: number, places?: NamedPlaces): string {
  const name = axisName(title);
  const named = nameAt(x, places);
  return named === undefined ? `${name} ${readable(x)}${unitOf(title)}` : `${name} ${named}`;
}

/** `Density 10 to 51.3 %`: a part of an axis. */
export function partText(
  title: string,
  { from, to }: { readonly from: number; readonly to: number },
): string {
  return `${axisName(title)} ${readable(from)} to ${readable(to)}${unitOf(title)}`;
}

/** `Layer, from the input at the top` is `Layer`. */
function axisName(title: string): string {
  return title.split(/[:(,]/)[0]!.trim();
}

/** As it follows a number: ` %`, ` ms`, or nothing. */
function unitOf(title: string): string {
  const unit = /\((\S{1,6})\)$/.exec(title)?.[1] ?? '';
  return unit === '' ? '' : ` ${unit}`;
}

/** The nearest name, because a cell may be half of what has it. Undefined where a place is a number. */
export function nameAt(place: number, places: NamedPlaces | undefined): string | undefined {
  return places?.namedTicks?.find(({ at }) => Math.abs(at - place) < 0.5)?.name;
}

/** Four significant digits, or every digit before the point. */
export function readable(value: number): string {
  if (Math.abs(value) < 1000) return String(Number(value.toPrecision(4)));
  return value.toLocaleString('en-US', { maximumFractionDigits: 1 });
}

/** As many decimals as give the largest value four significant digits, the same in every row. */
function decimalsFor(rows: readonly ReadoutRow[]): number {
  const most = rows.reduce((largest, { y }) => {
    return Number.isFinite(y) ? Math.max(largest, Math.abs(y)) : largest;
  }, 0);
  if (most === 0) return 2;
  return Math.min(8, Math.max(0, 3 - Math.floor(Math.log10(most))));
}

function rounded(value: number, decimals: number): string {
  if (!Number.isFinite(value)) return String(value);
  return value.toLocaleString('en-US', {
    minimumFractionDigits: decimals,
    maximumFractionDigits: decimals,
  });
}

function between(
  low: number | undefined,
  high: number | undefined,
  decimals: number,
): string | undefined {
  if (low === undefined || high === undefined) return undefined;
  return `${rounded(low, decimals)} to ${rounded(high, decimals)}`;
}
