/** Exports of a search for other programs, as files or folders. */
import path from 'node:path';
import { WorkbenchError } from '../../../shared/contract/errors.ts';
import type { SearchRecord } from '../../../shared/domain/search.ts';
import { trainedWith } from '../../../shared/domain/transfer.ts';
import type { Dataset } from '../../engine/datasets/dataset.ts';
import { datasets } from '../../engine/datasets/index.ts';
import { ensureSparseEngine } from '../../engine/sparse/ensure.ts';
import { programs } from '../../exporters/programs/index.ts';
import type { AnyProgram, ProgramFile } from '../../exporters/programs/program.ts';
import { writeExport } from '../../exporters/write-file.ts';
import { writeFolder } from '../../exporters/write-folder.ts';
import { zipped } from '../../exporters/zip-files.ts';
import type { Store } from '../../store/store.ts';
import { databaseFile } from '../data-directory.ts';
import { chooseTraining, type ChosenTraining } from '../exports/export.ts';
import type { ExportedFile, FileRequest } from '../exports/to-file.ts';
import { resultOf } from '../history/search-result.ts';
import { networkOf } from '../tickets/ticket-network.ts';
import { modelFilesInThread } from './program-thread.ts';

/** What a search can be exported for. */
export function exportPrograms(): readonly Pick<AnyProgram, 'id' | 'needs'>[] {
  return programs.entries;
}

export interface ProgramRequest extends ChosenTraining {
  readonly searchId: string;
  /** The id of one of `programs`. */
  readonly program: string;
}

/** An export as one file, for a download. */
export interface ProgramDownload {
  readonly fileEnding: string;
  readonly mediaType: string;
  readonly bytes: Uint8Array;
}

const ZIP = { fileEnding: 'zip', mediaType: 'application/zip' };

export class ProgramExports {
  readonly #store: Store;

  constructor(store: Store) {
    this.#store = store;
  }

  /**
   * The file, or the folder as a zip file.
   *
   * @throws WorkbenchError `not-found` for an unfinished training, or weights that are not stored;
   *   `conflict` if the dataset has changed.
   */
  async download(request: ProgramRequest): Promise<ProgramDownload> {
    const program = programs.get(request.program);
    const [{ bytes }] = await this.#oneFile(program, request);
    return { ...(program.single ?? ZIP), bytes };
  }

  /**
   * Writes the file or the folder, or a folder as a zip file where the name ends in `.zip`.
   *
   * @throws WorkbenchError as `download`, or for a place that can't be written.
   */
  async toPath({
    file,
    overwrite,
    ...request
  }: ProgramRequest & FileRequest): Promise<ExportedFile> {
    const program = programs.get(request.program);
    const isFile = program.single !== undefined || path.extname(file).toLowerCase() === '.zip';
    if (isFile) {
      const [{ bytes }] = await this.#oneFile(program, request);
      writeExport(file, bytes, { overwrite });
      return { path: path.resolve(file), bytes: bytes.length, warnings: [] };
    }
    const files = await this.#files(program, request, false);
    writeFolder(file, files, { overwrite });
    const bytes = files.reduce((sum, each) => sum + each.bytes.length, 0);
    return { path: path.resolve(file), bytes, warnings: [] };
  }

  async #oneFile(program: AnyProgram, request: ProgramRequest): Promise<[ProgramFile]> {
    const [only] = await this.#files(program, request, true);
    if (!only) throw new Error(`an export for ${program.id} has no file`);
    return [only];
  }

  async #files(
    program: AnyProgram,
    request: ProgramRequest,
    isZipped: boolean,
  ): Promise<readonly ProgramFile[]> {
    const search = this.#store.searches.get(request.searchId);
    if (program.needs === 'model') return this.#modelFiles(search, request, isZipped);
    const trainings = this.#store.trainings.list(search.id);
    if (trainings.length === 0) {
      throw new WorkbenchError(
        'not-found',
        `the search ${search.id} has no measurements yet`,
        'They begin with the first finished dense training.',
      );
    }
    const files = program.files({
      search,
      layout: this.#store.searches.layout(search.id),
      trainings,
      result: resultOf(this.#store, search, trainings),
      data: this.#store.dataReadings.summaries(search.id),
    });
    return isZipped ? zipped(program, files) : files;
  }

  async #modelFiles(
    search: SearchRecord,
    request: ProgramRequest,
    isZipped: boolean,
  ): Promise<readonly ProgramFile[]> {
    const { key } = chooseTraining(this.#store.trainings.outcomes(search.id), request);
    const network = networkOf(this.#store, search, key.branch);
    if (!network) {
      throw new WorkbenchError(
        'not-found',
        `the network of the search ${search.id} can't be rebuilt: its architecture ${search.settings.architecture.id} is missing or has changed`,
        'If it comes from a plug-in, start with --plugins FOLDER. Masks and weights can be exported without it.',
      );
    }
    const dataset = await sameDataset(search, key.branch);
    await ensureSparseEngine(['strict']);
    return modelFilesInThread(databaseFile(this.#store.directory), {
      program: request.program,
      searchId: search.id,
      key,
      network,
      dataset,
      isZipped,
    });
  }
}

/** @throws WorkbenchError `conflict` if it is not what the branch was trained on. */
async function sameDataset(search: SearchRecord, branch: string): Promise<Dataset> {
  const choice = trainedWith(search.settings, branch).dataset;
  const dataset = await datasets.get(choice.id).load(choice);
  const trainedOn = search.targetFingerprints?.[branch] ?? search.datasetFingerprint;
  if (trainedOn === dataset.fingerprint) return dataset;
  throw new WorkbenchError(
    'conflict',
    `the dataset ${choice.id} has changed since the search ${search.id} ran, so its examples can't be exported with the network`,
    'Restore the dataset. Masks and weights can be exported without it.',
  );
}
