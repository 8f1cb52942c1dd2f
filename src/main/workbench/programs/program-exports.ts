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
import { refuseTakenFile, writeExport } from '../../exporters/write-file.ts';
import { refuseTakenFolder, writeFolder } from '../../exporters/write-folder.ts';
import type { Store } from '../../store/store.ts';
import { databaseFile } from '../data-directory.ts';
import { chooseTraining, type ChosenTraining } from '../exports/export.ts';
import type { ExportedFile, FileRequest } from '../exports/to-file.ts';
import { resultOf } from '../history/search-result.ts';
import { isTrained } from '../tickets/overview.ts';
import { networkOf } from '../tickets/ticket-network.ts';
import { ProgramThreads } from './program-thread.ts';

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

  /** Exports that run: how far they are, and how they are stopped. */
  readonly threads: ProgramThreads;

  constructor(store: Store) {
    this.#store = store;
    this.threads = new ProgramThreads(() => databaseFile(store.directory));
  }

  /**
   * The file, or the folder as a zip file.
   *
   * @throws WorkbenchError `not-found` for an unfinished training, or weights that are not stored; for
   *   a program with test examples, `conflict` if the dataset has changed, or as it is read; `conflict`
   *   while the search is being exported; `interrupted` if it was stopped.
   */
  async download(request: ProgramRequest): Promise<ProgramDownload> {
    const program = programs.get(request.program);
    return this.threads.follow(request, async () => {
      const { file } = await this.#oneFile(program, request);
      return { ...(program.single ?? ZIP), bytes: file.bytes };
    });
  }

  /**
   * Writes the file or the folder, or a folder as a zip file where the name ends in `.zip`.
   *
   * @throws WorkbenchError as `download`, or for a place that can't be written: before the work, if it is
   *   known by then.
   */
  async toPath({
    file,
    overwrite,
    ...request
  }: ProgramRequest & FileRequest): Promise<ExportedFile> {
    const program = programs.get(request.program);
    const isZip = path.extname(file).toLowerCase() === '.zip';
    if (program.single && isZip) throw onlyFile(program, program.single, file);
    if (program.single || isZip) {
      refuseTakenFile(file, { overwrite });
      const { file: only, warnings } = await this.#oneFile(program, request);
      writeExport(file, only.bytes, { overwrite });
      return { path: path.resolve(file), bytes: only.bytes.length, warnings };
    }
    refuseTakenFolder(file, { overwrite });
    const { files, warnings } = await this.#files(program, request, false);
    writeFolder(file, files, { overwrite, leftovers: program.leftovers });
    const bytes = files.reduce((sum, each) => sum + each.bytes.length, 0);
    const all = [...warnings, ...folderWarnings(program, file)];
    return { path: path.resolve(file), bytes, warnings: all };
  }

  async #oneFile(
    program: AnyProgram,
    request: ProgramRequest,
  ): Promise<{ readonly file: ProgramFile; readonly warnings: readonly string[] }> {
    const { files, warnings } = await this.#files(program, request, true);
    const [file] = files;
    if (!file) throw new Error(`an export for ${program.id} has no file`);
    return { file, warnings };
  }

  async #files(
    program: AnyProgram,
    request: ProgramRequest,
    isZipped: boolean,
  ): Promise<MadeFiles> {
    const search = this.#store.searches.get(request.searchId);
    if (program.needs !== 'metrics') return this.#modelFiles(search, program, request, isZipped);
    const trainings = this.#store.trainings.outcomes(search.id);
    if (trainings.length === 0) {
      throw new WorkbenchError(
        'not-found',
        `the search ${search.id} has no measurements yet`,
        'They begin with the first finished dense training.',
      );
    }
    const files = await this.threads.run({
      needs: 'metrics',
      program: program.id,
      searchId: search.id,
      isZipped,
      result: resultOf(this.#store, search, trainings),
    });
    return { files, warnings: [] };
  }

  async #modelFiles(
    search: SearchRecord,
    { needs }: AnyProgram,
    request: ProgramRequest,
    isZipped: boolean,
  ): Promise<MadeFiles> {
    const outcomes = this.#store.trainings.outcomes(search.id);
    const { key } = chooseTraining(outcomes, request);
    const network = networkOf(this.#store, search, key.branch);
    if (!network) {
      throw new WorkbenchError(
        'not-found',
        `the network of the search ${search.id} can't be rebuilt: its architecture ${search.settings.architecture.id} is missing or has changed`,
        'If it comes from a plug-in, start with --plugins FOLDER. Masks and weights can be exported without it.',
      );
    }
    const { dataset, warnings } =
      needs === 'network'
        ? await datasetIfThere(search, key.branch)
        : { dataset: await sameDataset(search, key.branch), warnings: [] };
    if (needs === 'model') await ensureSparseEngine(['strict']);
    const levels = resultOf(this.#store, search, outcomes)?.levels;
    const level = levels?.find((each) => each.level === key.level);
    const files = await this.threads.run({
      needs: 'model',
      program: request.program,
      searchId: search.id,
      key,
      verdict: level?.branches[key.branch]?.verdict,
      isTrained: isTrained(search, key.branch),
      network,
      dataset,
      isZipped,
    });
    return { files, warnings };
  }
}

interface MadeFiles {
  readonly files: readonly ProgramFile[];
  readonly warnings: readonly string[];
}

/** A network without test examples takes nothing of its dataset but how its input is normalised. */
async function datasetIfThere(
  search: SearchRecord,
  branch: string,
): Promise<{ readonly dataset: Dataset | undefined; readonly warnings: readonly string[] }> {
  try {
    return { dataset: await sameDataset(search, branch), warnings: [] };
  } catch (error) {
    if (!(error instanceof WorkbenchError)) throw error;
    const warning = `how the network's input is normalised is left out: ${error.message}`;
    return { dataset: undefined, warnings: [warning] };
  }
}

function onlyFile(
  { id }: AnyProgram,
  { fileEnding }: NonNullable<AnyProgram['single']>,
  file: string,
): WorkbenchError {
  return new WorkbenchError(
    'invalid-argument',
    `${file} names a zip file, but an export for ${id} is one file`,
    `Choose a name that ends in .${fileEnding}.`,
  );
}

/** Names that people give to files of these programs. */
const FILE_NAME = /\.(keras|h5|hdf5|pt|pth|bin|json|npz|safetensors)$/i;

function folderWarnings({ id }: AnyProgram, file: string): readonly string[] {
  if (!FILE_NAME.test(file)) return [];
  return [
    `${path.basename(file)} is a folder, because an export for ${id} has several files; a name that ends in .zip makes one zip file`,
  ];
}

/** @throws WorkbenchError `conflict` if it is not what the branch was trained on. */
async function sameDataset(search: SearchRecord, branch: string): Promise<Dataset> {
  const choice = trainedWith(search.settings, branch).dataset;
  const dataset = await datasets.get(choice.id).load(choice);
  const trainedOn = search.targetFingerprints?.[branch] ?? search.datasetFingerprint;
  if (trainedOn === dataset.fingerprint) return dataset;
  throw new WorkbenchError(
    'conflict',
    `the dataset ${choice.id} has changed since the search ${search.id} ran`,
    'Restore the dataset, whose examples are exported with the network, or export for a program that takes none: onnx, tfjs, csr. Masks and weights can be exported without it, too.',
  );
}
