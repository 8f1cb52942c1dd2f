import { datasets } from '../engine/datasets/index.ts';
import type { DatasetSummary } from '../engine/datasets/dataset.ts';

export interface DatasetOverview {
  readonly id: string;
  readonly label: string;
  readonly description: string;
  /** Undefined where the user has to say first which files are meant. */
  readonly summary: DatasetSummary | undefined;
}

export async function datasetOverview(): Promise<DatasetOverview[]> {
  return Promise.all(
    datasets.entries.map(async (dataset) => {
      const { id, label, description, hparams } = dataset;
      const choosesItself = hparams.safeParse({}).success;
      const summary = choosesItself ? await dataset.summarize({ id }) : undefined;
      return { id, label, description, summary };
    }),
  );
}
