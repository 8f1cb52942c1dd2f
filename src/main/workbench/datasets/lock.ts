import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { withLock } from '../../../../provision/lock.mjs';
import { WorkbenchError } from '../../../shared/contract/errors.ts';
import { datasetsDirectory } from '../../engine/datasets/download.ts';

/**
 * Does the work unless another process fetches the same dataset. This spares a second download, and
 * keeps two writers apart from one partial file. What ends up in the dataset's folder is checked anyway.
 *
 * @throws WorkbenchError `conflict` if another process fetches it.
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
