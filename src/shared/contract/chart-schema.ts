/**
 * A chart that a window sends to be drawn. It is checked here, because the workbench draws it: numbers are
 * finite or missing, and texts and lists have limits far above those of any real chart.
 */
import { z } from 'zod';
import type { DrawableChart } from '../charts/chart-description.ts';
import { BANDED_POINT_WEIGHT } from '../charts/draw-budget.ts';
import { BANDS } from '../charts/line-chart.ts';
import { MOST_PIXELS } from '../charts/picture.ts';

/** Twice as many as a sweep can have. */
const MOST_LINES = 1000;
/** The limit for all lines together. One learning curve of many evaluations has some thousands. */
const MOST_POINTS = 100_000;
const MOST_CELLS = 20_000;
const MOST_REPLICATES = 10_000;

const text = z.string().max(2000);
/** NaN and infinite values, which a training that diverges has, leave a gap in a line. */
const coordinate = z.union([z.number(), z.nan(), z.literal([Infinity, -Infinity])]);
const point = z.strictObject({ x: coordinate, y: coordinate });
const difference = z.strictObject({
  mean: coordinate,
  lower: coordinate.exactOptional(),
  upper: coordinate.exactOptional(),
});
const bandedPoint = z.strictObject({
  x: coordinate,
  mean: coordinate,
  min: coordinate,
  max: coordinate,
  n: z.int().min(0).exactOptional(),
  lower: coordinate.exactOptional(),
  upper: coordinate.exactOptional(),
  values: z.array(coordinate).max(MOST_REPLICATES).readonly().exactOptional(),
  difference: difference.exactOptional(),
  verdict: text.exactOptional(),
});

const colour = z.union([
  z.int().min(0).max(1_000_000),
  z.enum(['text', 'reference']),
  z.strictObject({ pair: z.int().min(0).max(1_000_000) }),
  z.strictObject({ ordered: z.number().min(0).max(1) }),
]);
const dash = z.array(z.number().min(0).max(100)).max(16).readonly().exactOptional();

const axis = z
  .strictObject({
    min: z.number().exactOptional(),
    max: z.number().exactOptional(),
    suggestedMax: z.number().exactOptional(),
    isReversed: z.boolean().exactOptional(),
    mostTicks: z.int().min(1).max(100).exactOptional(),
    isWhole: z.boolean().exactOptional(),
    includesBounds: z.boolean().exactOptional(),
    isLogarithmic: z.boolean().exactOptional(),
    logarithmicTicks: z.array(z.number().gt(0)).max(1000).readonly().exactOptional(),
    namedTicks: z
      .array(z.strictObject({ at: z.number(), name: text }))
      .max(1000)
      .readonly()
      .exactOptional(),
  })
  .exactOptional();

const points = z.array(point).max(MOST_POINTS).readonly();
const look = { label: text, colour, dash };

const line = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('banded'),
    ...look,
    points: z
      .array(bandedPoint)
      .max(MOST_POINTS / BANDED_POINT_WEIGHT)
      .readonly(),
    band: z.enum(BANDS).exactOptional(),
  }),
  z.strictObject({
    kind: z.literal('line'),
    ...look,
    points,
    isMinor: z.boolean().exactOptional(),
    isFilled: z.boolean().exactOptional(),
  }),
  z.strictObject({
    kind: z.literal('curve'),
    ...look,
    points,
    isBehind: z.boolean().exactOptional(),
  }),
  z.strictObject({ kind: z.literal('outline'), ...look, points, isFilled: z.boolean() }),
  z.strictObject({
    kind: z.literal('reference'),
    label: text,
    y: coordinate,
    from: z.number(),
    to: z.number(),
    colour: colour.exactOptional(),
    dash,
  }),
  z.strictObject({
    kind: z.literal('marks'),
    label: text,
    colour,
    points: z
      .array(z.strictObject({ x: coordinate, y: coordinate, note: text.exactOptional() }))
      .max(MOST_POINTS)
      .readonly(),
    isDiamond: z.boolean().exactOptional(),
    isOnLine: z.boolean().exactOptional(),
  }),
]);

const frame = {
  title: text,
  subtitle: text,
  xTitle: text,
  yTitle: text,
  x: axis,
  y: axis,
  reference: text.exactOptional(),
};

const cell = z.strictObject({
  x: z.number(),
  y: z.number(),
  left: z.number(),
  right: z.number(),
  bottom: z.number(),
  top: z.number(),
  /** NaN where there is none. */
  value: z.union([z.number(), z.nan()]),
  quantity: text.exactOptional(),
  texts: z.array(text).max(4).readonly().exactOptional(),
  isBest: z.boolean().exactOptional(),
  notes: z.array(text).max(10).readonly().exactOptional(),
});

const pictureLayer = z.strictObject({
  label: text,
  colour,
  values: z.custom<Uint8Array>((value) => value instanceof Uint8Array),
  most: z.number().min(0),
  isLogarithmic: z.boolean().exactOptional(),
});

const picture = z
  .strictObject({
    kind: z.literal('picture'),
    ...frame,
    width: z.int().min(1).max(MOST_PIXELS),
    height: z.int().min(1).max(MOST_PIXELS),
    extent: z.strictObject({
      left: z.number(),
      right: z.number(),
      top: z.number(),
      bottom: z.number(),
    }),
    layers: z.array(pictureLayer).max(8).readonly(),
  })
  .refine(({ width, height }) => width * height <= MOST_PIXELS, {
    error: `the picture has too many pixels; expected at most ${MOST_PIXELS}`,
  })
  .refine(
    ({ width, height, layers }) => layers.every(({ values }) => values.length === width * height),
    { error: 'a layer of the picture does not have one value for each pixel' },
  );

const share = z.number().min(-1).max(2);

const parallel = z.strictObject({
  kind: z.literal('parallel'),
  title: text,
  subtitle: text,
  axes: z
    .array(
      z.strictObject({
        title: text,
        ticks: z
          .array(z.strictObject({ at: share, text }))
          .max(1000)
          .readonly(),
        brush: z.strictObject({ from: share, to: share }).exactOptional(),
      }),
    )
    .min(1)
    .max(100)
    .readonly(),
  lines: z
    .array(
      z.strictObject({
        /** NaN where there is none. */
        places: z
          .array(z.union([share, z.nan()]))
          .max(100)
          .readonly(),
        isAway: z.boolean().exactOptional(),
      }),
    )
    .max(MOST_LINES)
    .readonly(),
});

export const chartSchema = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('lines'),
    ...frame,
    lines: z
      .array(line)
      .max(MOST_LINES)
      .refine((lines) => weightOf(lines) <= MOST_POINTS, {
        error: `the lines have too many points; expected at most ${MOST_POINTS} in all, a point of a band counted as ${BANDED_POINT_WEIGHT} and its replicates. Show fewer lines`,
      })
      .readonly(),
  }),
  z.strictObject({
    kind: z.literal('heat-map'),
    ...frame,
    cells: z.array(cell).max(MOST_CELLS).readonly(),
    valueTitle: text,
    lowest: z.number().exactOptional(),
    isLogarithmic: z.boolean().exactOptional(),
  }),
  picture,
  parallel,
]) satisfies z.ZodType<DrawableChart>;

function weightOf(lines: readonly z.infer<typeof line>[]): number {
  return lines.reduce((sum, each) => {
    if (each.kind === 'reference') return sum;
    if (each.kind !== 'banded') return sum + each.points.length;
    const values = each.points.reduce((most, point) => most + (point.values?.length ?? 0), 0);
    return sum + each.points.length * BANDED_POINT_WEIGHT + values;
  }, 0);
}
