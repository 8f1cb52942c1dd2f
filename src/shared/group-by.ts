/** At least one item. */
export type Group<Item> = readonly [Item, ...Item[]];

/**
 * The items by their key, keys in the order in which they first come. As `Map.groupBy`, which not
 * every browser has, and with groups that are known not to be empty.
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
