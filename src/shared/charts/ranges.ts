/** Groups and summarises replicates for a line with a band. */

import { largest, smallest } from '../extremes.ts';

/** At least one item. */
export type Group<Item> = readonly [Item, ...Item[]];

/** Groups items with an equal `key`, in the order of each group's first item. */
export function groupBy<Item>(
  items: readonly Item[],
  key: (item: Item) => string | number,
): Group<Item>[] {
  const groups = new Map<string | number, [Item, ...Item[]]>();
  for (const item of items) {
    const group = groups.get(key(item));
    if (group) group.push(item);
    else groups.set(key(item), [item]);
  }
  return [...groups.values()];
}

export function rangeOf(values: readonly number[]): { mean: number; min: number; max: number } {
  return {
    mean: values.reduce((sum, value) => sum + value, 0) / values.length,
    min: smallest(values),
    max: largest(values),
  };
}
