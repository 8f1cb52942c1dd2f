import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { WorkbenchError } from '../../../shared/contract/errors.ts';
import { datasetsDirectory } from '../../engine/datasets/download.ts';

/**
 * Does the work unless another process fetches the same dataset. What it spares is a download twice,
 * and two writers of one part: what ends up in the dataset's folder is checked all the same.
 *
 * @throws WorkbenchError `conflict` if another process is at it.
 */
export async function withDatasetLock<Result>(
  id: string,
  work: () => Promise<Result>,
): Promise<Result> {
  const file = join(datasetsDirectory(), `.${id}.lock`);
  const owner = JSON.stringify({ host: hostname(), process: process.pid });
  await mkdir(datasetsDirectory(), { recursive: true });
  if (!(await take(file, owner))) {
    if (await isHeld(file)) {
      throw new WorkbenchError(
        'conflict',
        `the dataset ${id} is being fetched by another process`,
        `Wait until it has finished. If there is none, delete ${file}.`,
      );
    }
    await rm(file, { force: true });
    if (!(await take(file, owner))) {
      throw new WorkbenchError('conflict', `the dataset ${id} is being fetched by another process`);
    }
  }
  try {
    return await work();
  } finally {
    await rm(file, { force: true });
  }
}

async function take(file: string, owner: string): Promise<boolean> {
  try {
    await writeFile(file, owner, { flag: 'wx' });
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false;
    throw error;
  }
}

/** Of a process of this machine that has died it is not; what another machine does isn't known. */
async function isHeld(file: string): Promise<boolean> {
  try {
    const owner = JSON.parse(await readFile(file, 'utf8')) as { host?: unknown; process?: unknown };
    if (owner.host !== hostname() || typeof owner.process !== 'number') return true;
    process.kill(owner.process, 0);
    return true;
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    // Gone with its process, or between two processes; a torn one was cut off with its writer.
    return code !== 'ESRCH' && code !== 'ENOENT' && !(error instanceof SyntaxError);
  }
}
