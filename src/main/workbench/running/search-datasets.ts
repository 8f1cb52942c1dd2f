/** The datasets of a search as it runs: loaded, summarised, and its settings on them. */
import type { SearchEvent } from '../../../shared/contract/events.ts';
import { resolveEpochs, type Settings } from '../../../shared/domain/settings.ts';
import type { SearchRecord } from '../../../shared/domain/search.ts';
import { TICKET_BRANCH } from '../../../shared/domain/training.ts';
import { trainedWith, transferNamed, transferNames } from '../../../shared/domain/transfer.ts';
import { readingOf } from '../../engine/data-summary/data-reading.ts';
import type { Dataset } from '../../engine/datasets/dataset.ts';
import { datasets } from '../../engine/datasets/index.ts';
import type { Store } from '../../store/store.ts';
import { checkLearnable } from '../datasets/data-reading.ts';
import { registries } from '../settings/registries.ts';
import type { SearchGroup } from './search-group.ts';

interface LoadOptions {
  readonly store: Store;
  readonly search: SearchRecord;
  /** Searches of a group share what they load. */
  readonly group: SearchGroup;
  tell(event: SearchEvent): void;
}

export interface SearchDatasets {
  readonly own: Dataset;
  /** The datasets of transfers to other data, by branch. */
  readonly targets: ReadonlyMap<string, Dataset>;
}

export async function loadDatasets({ search, group, tell }: LoadOptions): Promise<SearchDatasets> {
  const load = (choice: Settings['dataset']): Promise<Dataset> =>
    group.dataset(choice, () =>
      datasets.get(choice.id).load(choice, (what) => {
        tell({ type: 'preparing', what });
      }),
    );
  const own = await load(search.settings.dataset);
  const targets = new Map<string, Dataset>();
  // Analyses of a finished search need only its own data.
  for (const branch of search.status === 'finished' ? [] : transferNames(search.settings)) {
    const target = transferNamed(search.settings, branch)?.dataset;
    if (target) targets.set(branch, await load(target));
  }
  return { own, targets };
}

/**
 * Summarises what was read, and saves it with the search.
 *
 * @throws WorkbenchError `invalid-data` if there is nothing to learn.
 */
export async function readData(
  { store, search, tell }: LoadOptions,
  { own, targets }: SearchDatasets,
): Promise<void> {
  const known = new Set(store.dataReadings.branches(search.id));
  const trained = new Set(store.trainings.keys(search.id).map(({ branch }) => branch));
  for (const [branch, dataset] of [[TICKET_BRANCH, own] as const, ...targets]) {
    const isStarted = trained.has(branch);
    // Data that were trained on are not judged again: an earlier version has let them pass.
    if (isStarted && known.has(branch)) continue;
    const settings =
      branch === TICKET_BRANCH ? search.settings : trainedWith(search.settings, branch);
    const reading = await readingOf(settings, dataset, (what) => {
      tell({ type: 'preparing', what });
    });
    await store.inTurn(() => {
      store.dataReadings.save(search.id, branch, reading);
    });
    tell({ type: 'data-read', branch, summary: reading.summary });
    if (!isStarted) checkLearnable(reading);
  }
}

/** The settings for the computation. Earlier versions stored schedules with epochs. */
export function settingsInIterations(
  { settings }: SearchRecord,
  { own }: SearchDatasets,
): Settings {
  return resolveEpochs(registries, settings, {
    id: own.id,
    shape: own.shape,
    trainExamples: own.train.count,
    testExamples: own.test.count,
    validationExamples: own.validation?.count,
  });
}
