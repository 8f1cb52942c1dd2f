/** Downloads a file of a dataset, with progress and errors as the workbench tells them. */
import { basename } from 'node:path';
import { download } from '../../../../provision/download.mjs';
import { messageOf, WorkbenchError } from '../../../shared/contract/errors.ts';
import { byteCounter, type OnProgress } from './progress.ts';

export interface HttpDownload {
  readonly url: string;
  /** The path of the complete file. Until it is complete, `.part` is appended. */
  readonly path: string;
  /** The size shown in the progress if the server does not tell it. */
  readonly expectedBytes: number;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress: OnProgress;
}

/**
 * Does nothing if the file is there: an earlier attempt completed it and failed at another one.
 *
 * @throws WorkbenchError `unavailable` if the server can't be reached, refuses, or stops early. What has
 *   arrived is kept for the next attempt.
 * @throws the signal's reason if it was given.
 */
export async function downloadFile(request: HttpDownload): Promise<void> {
  const { url, path, expectedBytes, signal, onProgress } = request;
  let counter: ReturnType<typeof byteCounter> | undefined;
  let counted = 0;
  const onBytes = (arrived: number, total = expectedBytes): void => {
    if (counter) counter.add(arrived - counted);
    else counter = byteCounter(`downloading ${basename(path)}`, arrived, total, onProgress);
    counted = arrived;
  };
  try {
    // There may be another route to the dataset, which is tried at once.
    await download({ url, file: path, signal, onBytes, retries: 0 });
  } catch (cause) {
    if (signal?.aborted) throw cause;
    const reason = messageOf(cause);
    throw new WorkbenchError('unavailable', `${url}: ${reason}`, undefined, { cause });
  }
  counter?.finish();
}
