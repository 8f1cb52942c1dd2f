/** At least one item. */
export type Group<Item> = readonly [Item, ...Item[]];

/**
 * The items by key, with keys in order of first appearance. Like `Map.groupBy`, which not every
 * browser has, but with groups whose type says that they are not empty.
 */
export function groupBy<Item, Key>(
  items: Iterable<Item>,
  key: (item: Item) => Key,
): Map<Key, Group<Item>> {
  const groups = new Map<Key, [Item, ...Item[]]>();
  for (const item of items) {
    const own = key(item);
    const group = groups.get(own);
    if (group) group.push(item);
    else groups.set(own, [item]);
  }
  return groups;
}
