/** A mask, or two masks against each other, as a picture. */
import { formatDensity } from '../percent-text.ts';
import { drawGrid, gridShape, type GridView, type ShownOrder } from '../ticket/mask-grid.ts';
import type { ColourRole, PictureDescription } from './chart-description.ts';
import { MOST_PIXELS, type PictureLayer } from './picture.ts';

/** The shape of the kernel, and what is shown of it. */
export interface DrawnMask {
  readonly tensor: string;
  readonly shape: readonly number[];
  /** A mask, or `comparedCells`. */
  readonly cells: Uint8Array;
  readonly order: ShownOrder;
  readonly view: GridView;
  /** The names of both masks if two are compared. */
  readonly compared?: readonly [string, string] | undefined;
  /** How rows and columns are sorted, for the subtitle. Default: not sorted. */
  readonly sorting?: string | undefined;
}

/** The colours of a mask, and of two: kept by the first only, by the second only, by both. */
const MASK_COLOUR: ColourRole = 'text';
const COMPARED_COLOURS: readonly [ColourRole, ColourRole, ColourRole] = [0, 1, 'text'];

/**
 * The layers of a drawn grid.
 *
 * @param shares of the weights that a pixel covers, for each layer.
 */
export function maskLayers(
  shares: readonly Uint8Array[],
  most: number,
  compared?: readonly [string, string],
): PictureLayer<ColourRole>[] {
  const kinds = compared
    ? [`only ${compared[0]}`, `only ${compared[1]}`, 'kept by both']
    : ['Share kept'];
  const colours = compared ? COMPARED_COLOURS : [MASK_COLOUR];
  return kinds.map((label, index) => ({
    label,
    colour: colours[index]!,
    values: shares[index]!,
    most,
  }));
}

const SIDE = Math.sqrt(MOST_PIXELS);

export function maskChart(subject: string, drawn: DrawnMask): PictureDescription {
  const { tensor, shape, cells, order, view, compared } = drawn;
  const { columns } = gridShape(shape);
  const room = { width: SIDE, height: SIDE };
  const areCompared = compared !== undefined;
  const grid = { cells, columns, areCompared };
  const { width, height, shares, most } = drawGrid(grid, order, view, room);
  const isConvolution = shape.length === 4;
  // Numbers along the axes are places in what is shown.
  const titled = (what: string): string =>
    drawn.sorting === undefined ? what : `${what}, by place`;
  return {
    kind: 'picture',
    title: `${compared ? 'Two masks' : 'Mask'}: ${tensor} [${shape.join(', ')}]`,
    subtitle: [
      subject,
      `a pixel shows the share of its weights that is kept, at most ${formatDensity(most)}`,
      ...(drawn.sorting === undefined ? [] : [drawn.sorting]),
    ].join('; '),
    width,
    height,
    extent: {
      left: view.left + 0.5,
      right: view.left + view.columns + 0.5,
      top: view.top + 0.5,
      bottom: view.top + view.rows + 0.5,
    },
    layers: maskLayers(shares, most, compared),
    xTitle: titled(isConvolution ? 'Filter' : 'Output unit'),
    yTitle: titled(isConvolution ? 'Input channel × position' : 'Input'),
    x: { ...axisOf(view.left, view.columns) },
    y: { ...axisOf(view.top, view.rows), isReversed: true },
  };
}

function axisOf(first: number, count: number) {
  return { min: first + 0.5, max: first + count + 0.5, isWhole: true, includesBounds: false };
}
