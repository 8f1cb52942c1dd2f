/** The rows of a table to draw: the visible ones and a margin, so scrolling shows no gaps. */
export interface VisibleRange {
  readonly first: number;
  /** Inclusive; below `first` if there are no rows. */
  readonly last: number;
}

const MARGIN = 12;

export function visibleRange(
  scrollTop: number,
  height: number,
  rowHeight: number,
  total: number,
): VisibleRange {
  const first = Math.max(0, Math.floor(scrollTop / rowHeight) - MARGIN);
  const last = Math.min(total - 1, Math.ceil((scrollTop + height) / rowHeight) + MARGIN);
  return { first: Math.min(first, Math.max(0, total - 1)), last };
}
