import type {
  DatasetOverview,
  DatasetProgress,
  DatasetState,
} from '../../../shared/contract/records/datasets.ts';
import type { DatasetDefinition } from '../../engine/datasets/dataset.ts';
import { downloadBytes, isFetched } from '../../engine/datasets/download.ts';
import { datasets } from '../../engine/datasets/index.ts';

/** @param progressOf the progress of a dataset that this process fetches now. */
export async function datasetOverview(
  progressOf: (id: string) => DatasetProgress | undefined = () => undefined,
): Promise<DatasetOverview[]> {
  return Promise.all(
    datasets.entries.map((dataset) => overviewOf(dataset, progressOf(dataset.id))),
  );
}

export async function overviewOf(
  dataset: DatasetDefinition,
  progress: DatasetProgress | undefined,
): Promise<DatasetOverview> {
  const { id, label, description, download } = dataset;
  const state = datasetState(dataset);
  return {
    id,
    label,
    description,
    state,
    downloadBytes: download && downloadBytes(download),
    progress,
    // The summary of a dataset with a download is known before it is fetched.
    summary:
      download?.summary ?? (state === 'built-in' ? await dataset.summarize({ id }) : undefined),
  };
}

export function datasetState({ id, hparams, download }: DatasetDefinition): DatasetState {
  if (download) return isFetched(id) ? 'fetched' : 'to-be-fetched';
  return hparams.safeParse({}).success ? 'built-in' : 'needs-files';
}
