/** Searches beside each other: more lines of a chart can't be told apart. */
export const MOST_COMPARED = 8;
