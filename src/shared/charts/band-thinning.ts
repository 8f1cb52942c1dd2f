/** Lines with a band of many points, drawn with those points only that their picture needs (buckets.ts). */
import { largest } from '../extremes.ts';
import { BlockExtremes, MOST_IN_COLUMN, pointsToDraw, type Span } from './buckets.ts';
import type { BandedLine } from './chart-description.ts';
import type { Band, BandedPoint } from './line-chart.ts';

/** The mean and what is drawn around it. */
interface Drawn {
  readonly xs: Float64Array;
  readonly series: readonly BlockExtremes[];
}

const DRAWN = new WeakMap<BandedLine, Map<Band, Drawn>>();

/** @param columns of pixels that the span is wide. */
export function bandedPoints(
  line: BandedLine,
  band: Band,
  span: Span,
  columns: number,
): readonly BandedPoint[] {
  const { points } = line;
  // Few points are all drawn. Columns are looked for along a rising axis.
  const most = MOST_IN_COLUMN * (1 + edgesOf(line, band).length) * columns;
  if (points.length <= most || !isRising(points)) return points;
  const { xs, series } = drawnOf(line, band);
  const indices = series.flatMap((extremes) => pointsToDraw(xs, extremes, span, columns));
  return Array.from(Uint32Array.from(new Set(indices)).sort(), (index) => points[index]!);
}

export function replicatesOf({ points }: BandedLine): number {
  return Math.max(0, largest(points.map(({ values }) => values?.length ?? 0)));
}

function isRising(points: readonly BandedPoint[]): boolean {
  return points.every(({ x }, index) => index === 0 || x > points[index - 1]!.x);
}

function drawnOf(line: BandedLine, band: Band): Drawn {
  const known = DRAWN.get(line)?.get(band);
  if (known) return known;
  const along = (pick: (point: BandedPoint) => number | undefined) =>
    Float64Array.from(line.points, (point) => pick(point) ?? Number.NaN);
  const drawn = {
    xs: along(({ x }) => x),
    series: [({ mean }: BandedPoint) => mean, ...edgesOf(line, band)].map(
      (pick) => new BlockExtremes(along(pick)),
    ),
  };
  DRAWN.set(line, new Map([...(DRAWN.get(line) ?? []), [band, drawn]]));
  return drawn;
}

function edgesOf(line: BandedLine, band: Band): ((point: BandedPoint) => number | undefined)[] {
  switch (band) {
    case 'range':
      return [({ min }) => min, ({ max }) => max];
    case 'interval':
      return [({ lower }) => lower, ({ upper }) => upper];
    case 'replicates':
      return Array.from(
        { length: replicatesOf(line) },
        (_, replicate) =>
          ({ values }: BandedPoint) =>
            values?.[replicate],
      );
  }
}
