/** More learning curves than this can't be told apart. */
const MOST_LEVELS = 6;

/**
 * The levels whose learning curves are shown at first: the dense network, the last one, and some between
 * them at even distances.
 *
 * @param last the number of pruned levels.
 */
export function someLevels(last: number): number[] {
  const count = Math.min(last + 1, MOST_LEVELS);
  return Array.from({ length: count }, (_, index) =>
    count === 1 ? 0 : Math.round((index * last) / (count - 1)),
  );
}
