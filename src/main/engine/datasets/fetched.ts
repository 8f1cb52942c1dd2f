import { z } from 'zod';
import { WorkbenchError } from '../../../shared/contract/errors.ts';
import type { Dataset } from './dataset.ts';
import { defineDataset } from './dataset.ts';
import { type Download, downloadBytes, fetchedFolder, isFetched } from './download.ts';

/** Defines a dataset that the user has to fetch before it can be used. */
export function defineFetchedDataset(definition: {
  readonly id: string;
  readonly label: string;
  readonly description: string;
  readonly download: Download;
}) {
  const { id, download } = definition;
  return defineDataset({
    ...definition,
    hparams: z.object({}),
    summarize() {
      requireFetched(id, download);
      return Promise.resolve(download.summary);
    },
    load: async () => readChecked(id, download, requireFetched(id, download)),
  });
}

/**
 * Decodes the dataset in `folder` and checks its fingerprint.
 *
 * @throws WorkbenchError `invalid-data` or `not-found` as its reader does; `invalid-data` if the folder
 *   holds another dataset.
 */
export async function readChecked(
  id: string,
  download: Download,
  folder: string,
): Promise<Dataset> {
  const dataset = await download.read(folder);
  if (dataset.fingerprint === download.fingerprint) return dataset;
  throw new WorkbenchError(
    'invalid-data',
    `The examples in ${folder} are not those of ${id}: their fingerprint is ${dataset.fingerprint}; expected ${download.fingerprint}`,
    `Fetch it again with: ticket datasets fetch ${id}`,
  );
}

function requireFetched(id: string, download: Download): string {
  const folder = fetchedFolder(id);
  if (isFetched(id)) return folder;
  throw new WorkbenchError(
    'not-found',
    `The dataset ${id} is not on this machine; expected it in ${folder}`,
    `Fetch it, ${Math.round(downloadBytes(download) / 1e6)} MB, with: ticket datasets fetch ${id}`,
  );
}
