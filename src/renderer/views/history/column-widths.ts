/** Widths and places of the columns, as users change them. */
import type { HistoryColumn } from '../../../shared/history/columns.ts';

/** In rem. */
export const LEAST_WIDTH = 3;
export const MOST_WIDTH = 40;
export const WIDTH_STEP = 0.5;

export function usableWidth(width: number): number {
  return Number(Math.min(MOST_WIDTH, Math.max(LEAST_WIDTH, width)).toFixed(2));
}

/**
 * The columns as wide as they were made. What is stored may be damaged.
 *
 * @param factor of the widths that nobody has chosen, where there is much room. Default: 1.
 */
export function withWidths(
  columns: readonly HistoryColumn[],
  widths: Readonly<Record<string, unknown>>,
  factor = 1,
): HistoryColumn[] {
  return columns.map((column) => {
    const width = widths[column.id];
    return typeof width === 'number' && Number.isFinite(width)
      ? { ...column, width: usableWidth(width) }
      : { ...column, width: usableWidth(column.width * factor) };
  });
}

/** The ids with one of them at another place. The first one, the name, stays where it is. */
export function movedTo(ids: readonly string[], id: string, place: number): string[] {
  const others = ids.filter((other) => other !== id);
  if (ids[0] === id) return [...ids];
  const to = Math.max(1, Math.min(others.length, place));
  return [...others.slice(0, to), id, ...others.slice(to)];
}
