import type { Dirent } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { messageOf, WorkbenchError } from '../../../../shared/contract/errors.ts';

/** @throws WorkbenchError `not-found` if there is no such folder or it can't be read. */
export async function readFolder(folder: string): Promise<Dirent[]> {
  try {
    return await readdir(folder, { withFileTypes: true });
  } catch (cause) {
    const reason = messageOf(cause);
    throw new WorkbenchError(
      'not-found',
      `The folder ${folder} can't be read: ${reason}`,
      `The path of a folder is absolute, or relative to ${process.cwd()}.`,
      { cause },
    );
  }
}
