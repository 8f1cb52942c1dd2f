/** A picture that is zoomed into: what is saved and copied of it is what is shown. */
import type { GridView } from '../ticket/mask-grid.ts';
import type { AxisDescription, PictureDescription } from './chart-description.ts';
import type { PictureExtent } from './picture.ts';
import { partText } from './readout-table.ts';

type Size = Pick<PictureDescription, 'width' | 'height'>;

/** The edges of the part in units of the axes. */
export function partExtent(
  { width, height, extent }: Pick<PictureDescription, 'width' | 'height' | 'extent'>,
  { left, top, columns, rows }: GridView,
): PictureExtent {
  const across = (pixels: number) => extent.left + (pixels / width) * (extent.right - extent.left);
  const down = (pixels: number) => extent.top + (pixels / height) * (extent.bottom - extent.top);
  return {
    left: across(left),
    right: across(left + columns),
    top: down(top),
    bottom: down(top + rows),
  };
}

/**
 * @param seen what is shown; undefined for the whole picture, which a part of another one is also taken for.
 * @param size of the picture on screen, in pixels. Default: that of the saved one.
 */
export function picturePart(
  chart: PictureDescription,
  seen: GridView | undefined,
  size: Size = chart,
): PictureDescription {
  if (!seen || !isPartOf(size, seen)) return chart;
  const part = scaled(seen, size, chart);
  const extent = partExtent(chart, part);
  const { left, right, top, bottom } = extent;
  const [x, y] = [rising(left, right), rising(top, bottom)];
  return {
    ...chart,
    subtitle: `${chart.subtitle}; shown: ${partText(chart.xTitle, x)}, ${partText(chart.yTitle, y)}`,
    width: part.columns,
    height: part.rows,
    extent,
    layers: chart.layers.map((layer) => ({
      ...layer,
      values: pixelsOf(layer.values, chart.width, part),
    })),
    x: within(chart.x, x),
    y: within(chart.y, y),
  };
}

/** Whether it is a smaller part of a picture of this size. */
export function isPartOf({ width, height }: Size, { left, top, columns, rows }: GridView): boolean {
  const isInside = left + columns <= width && top + rows <= height;
  return isInside && (columns < width || rows < height);
}

/** The part of a picture in the pixels of another size of it. */
function scaled({ left, top, columns, rows }: GridView, from: Size, to: Size): GridView {
  // Multiplied first: a ratio that was rounded would reach beyond the last pixel of some sizes.
  const across = (pixels: number) => (pixels * to.width) / from.width;
  const down = (pixels: number) => (pixels * to.height) / from.height;
  const [startX, startY] = [Math.floor(across(left)), Math.floor(down(top))];
  return {
    left: startX,
    top: startY,
    columns: Math.ceil(across(left + columns)) - startX,
    rows: Math.ceil(down(top + rows)) - startY,
  };
}

function rising(one: number, other: number) {
  return { from: Math.min(one, other), to: Math.max(one, other) };
}

function within(
  axis: AxisDescription | undefined,
  { from, to }: { readonly from: number; readonly to: number },
): AxisDescription {
  return { ...axis, min: from, max: to, includesBounds: false };
}

/** `[part.rows, part.columns]` */
function pixelsOf(
  values: Uint8Array,
  width: number,
  { left, top, columns, rows }: GridView,
): Uint8Array {
  const pixels = new Uint8Array(rows * columns);
  for (let row = 0; row < rows; row += 1) {
    const start = (top + row) * width + left;
    pixels.set(values.subarray(start, start + columns), row * columns);
  }
  return pixels;
}
