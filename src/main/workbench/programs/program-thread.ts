/** Threads for exports: a forward pass, and the files of millions of weights or measurements, take seconds. */
import { Worker } from 'node:worker_threads';
import { type ErrorReport, errorFrom, WorkbenchError } from '../../../shared/contract/errors.ts';
import type {
  ExportProgress,
  ExportStep,
} from '../../../shared/contract/records/export-progress.ts';
import type { ProgramFile } from '../../exporters/programs/program.ts';
import type { ProgramExport } from './program-work.ts';

export interface ProgramThreadData {
  /** The database. */
  readonly file: string;
  readonly asked: ProgramExport;
}

export type ProgramAnswer =
  | { readonly step: ExportStep }
  | { readonly files: readonly ProgramFile[] }
  | { readonly report: ErrorReport };

/** An export that a window follows. */
interface FollowedExport {
  readonly program: string;
  readonly stopped: AbortController;
}

export class ProgramThreads {
  readonly #file: () => string;
  /** By search. */
  readonly #followed = new Map<string, FollowedExport>();
  /** Told how far the export of a search is; undefined once it has ended. */
  onProgress: (searchId: string, progress: ExportProgress | undefined) => void = () => undefined;

  /** @param file names the database. */
  constructor(file: () => string) {
    this.#file = file;
  }

  /**
   * Does work that `stop` ends, and that `onProgress` is told of.
   *
   * @throws WorkbenchError `conflict` while the search is being exported; `interrupted` if it was stopped.
   */
  async follow<Result>(
    { searchId, program }: { readonly searchId: string; readonly program: string },
    work: () => Promise<Result>,
  ): Promise<Result> {
    if (this.#followed.has(searchId)) {
      throw new WorkbenchError(
        'conflict',
        `the search ${searchId} is being exported for another program`,
        'Wait until that has ended, or stop it.',
      );
    }
    this.#followed.set(searchId, { program, stopped: new AbortController() });
    try {
      this.#tell(searchId, 'dataset');
      return await work();
    } finally {
      this.#followed.delete(searchId);
      this.onProgress(searchId, undefined);
    }
  }

  /** @throws WorkbenchError as `programFiles` does; `interrupted` if it was stopped. */
  run(asked: ProgramExport): Promise<readonly ProgramFile[]> {
    const stopped = this.#followed.get(asked.searchId)?.stopped.signal;
    if (stopped?.aborted) return Promise.reject(wasStopped());
    const workerData: ProgramThreadData = { file: this.#file(), asked };
    const worker = new Worker(new URL('program-worker.ts', import.meta.url), {
      name: 'program-export',
      workerData,
    });
    const end = (): void => void worker.terminate();
    stopped?.addEventListener('abort', end);
    const answered = new Promise<readonly ProgramFile[]>((resolve, reject) => {
      worker.on('message', (answer: ProgramAnswer) => {
        if ('step' in answer) this.#tell(asked.searchId, answer.step);
        else if ('report' in answer) reject(errorFrom(answer.report));
        else resolve(answer.files);
      });
      worker.once('error', reject);
      worker.once('exit', (code) => {
        reject(
          stopped?.aborted
            ? wasStopped()
            : new Error(`the thread of an export ended with exit code ${code}`),
        );
      });
    });
    return answered.finally(() => stopped?.removeEventListener('abort', end));
  }

  /** Ends the export of a search that is followed. */
  stop(searchId: string): void {
    this.#followed.get(searchId)?.stopped.abort();
  }

  close(): void {
    for (const searchId of this.#followed.keys()) this.stop(searchId);
  }

  #tell(searchId: string, step: ExportStep): void {
    const followed = this.#followed.get(searchId);
    if (followed) this.onProgress(searchId, { program: followed.program, step });
  }
}

function wasStopped(): WorkbenchError {
  return new WorkbenchError('interrupted', 'the export was stopped');
}
