import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { withLock } from '../../../../provision/lock.mjs';
import { WorkbenchError } from '../../../shared/contract/errors.ts';
import { datasetsDirectory } from '../../engine/datasets/download.ts';

/**
 * Does the work unless another process is fetching the same dataset. This avoids a second download
 * and two writers on one partial file. The content of the dataset's folder is checked in any case.
 *
 * @throws WorkbenchError `conflict` if another process is fetching it.
 */
export async function withDatasetLock<Result>(
  id: string,
  work: () => Promise<Result>,
): Promise<Result> {
  const file = join(datasetsDirectory(), `.${id}.lock`);
  await mkdir(datasetsDirectory(), { recursive: true });
  return withLock(file, work, {
    onWait: () => {
      throw new WorkbenchError(
        'conflict',
        `the dataset ${id} is being fetched by another process`,
        `Wait until it has finished. If there is none, delete ${file}.`,
      );
    },
  });
}
