/** A thread for one export: a forward pass, and the files of millions of weights or measurements, take seconds. */
import { Worker } from 'node:worker_threads';
import { type ErrorReport, errorFrom } from '../../../shared/contract/errors.ts';
import type { ProgramFile } from '../../exporters/programs/program.ts';
import type { ProgramExport } from './program-work.ts';

export interface ProgramThreadData {
  /** The database. */
  readonly file: string;
  readonly asked: ProgramExport;
}

export type ProgramAnswer =
  { readonly files: readonly ProgramFile[] } | { readonly report: ErrorReport };

/** @throws WorkbenchError as `programFiles` does. */
export function programFilesInThread(
  file: string,
  asked: ProgramExport,
): Promise<readonly ProgramFile[]> {
  const workerData: ProgramThreadData = { file, asked };
  const worker = new Worker(new URL('program-worker.ts', import.meta.url), {
    name: 'program-export',
    workerData,
  });
  return new Promise((resolve, reject) => {
    worker.once('message', (answer: ProgramAnswer) => {
      if ('report' in answer) reject(errorFrom(answer.report));
      else resolve(answer.files);
    });
    worker.once('error', reject);
    worker.once('exit', (code) => {
      reject(new Error(`the thread of an export ended with exit code ${code}`));
    });
  });
}
