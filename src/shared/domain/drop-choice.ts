/** Which searches have their weights dropped, chosen by age, number and tags. */

const DAY_MILLISECONDS = 86_400_000;

/** All that is given must hold. */
export interface DropChoice {
  /** Only searches that were created at least so many days ago. */
  readonly olderThanDays?: number | undefined;
  /** Not the newest ones, so many of those that could be dropped. */
  readonly keepLatest?: number | undefined;
  /** Only searches without a tag. */
  readonly isUntagged?: boolean | undefined;
}

interface DroppableSearch {
  readonly id: string;
  readonly createdAt: number;
  readonly isTagged: boolean;
  /** Undefined if its weights can be dropped. */
  readonly refusal: string | undefined;
}

/** The ids of the searches whose weights can be dropped and are meant. */
export function chosenSearches(
  searches: readonly DroppableSearch[],
  { olderThanDays = 0, keepLatest = 0, isUntagged = false }: DropChoice,
  now: number,
): string[] {
  const newestFirst = searches
    .filter(({ refusal }) => refusal === undefined)
    .toSorted((one, other) => other.createdAt - one.createdAt);
  return newestFirst
    .slice(keepLatest)
    .filter(
      ({ createdAt, isTagged }) =>
        now - createdAt >= olderThanDays * DAY_MILLISECONDS && !(isUntagged && isTagged),
    )
    .map(({ id }) => id);
}
