import type { DatasetOverview } from '../../../shared/contract/records/datasets.ts';
import type { Datasets } from '../../state/datasets.svelte.ts';

/** Those of the datasets with these ids that are not on this machine yet. */
export function toBeFetched(
  { list }: Pick<Datasets, 'list'>,
  ids: readonly string[],
): DatasetOverview[] {
  return (list.value ?? []).filter(
    ({ id, state }) => state === 'to-be-fetched' && ids.includes(id),
  );
}
