import { SearchGroup } from '../../src/main/workbench/running/search-group.ts';

/** Workers that stay between searches, which come and go. */
export function lastingGroup(workers: number): { group: SearchGroup; end: () => Promise<void> } {
  const group = new SearchGroup({ workers });
  const place = group.join();
  place.ready();
  return { group, end: () => place.leave() };
}
