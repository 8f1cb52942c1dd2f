/** The work behind exports for other programs: forward passes, and files of whole networks and searches. It runs in a thread. */
import {
  earlyStop,
  finalEvaluation,
  nameOfTraining,
  TICKET_BRANCH,
  type TrainingKey,
} from '../../../shared/domain/training.ts';
import { rewindIdOf } from '../../../shared/domain/settings.ts';
import { trainedWith } from '../../../shared/domain/transfer.ts';
import { maskInPlace, unpackMask } from '../../../shared/domain/mask.ts';
import { WorkbenchError } from '../../../shared/contract/errors.ts';
import type { ExportStep } from '../../../shared/contract/records/export-progress.ts';
import type { SearchRecord, SearchResult } from '../../../shared/domain/search.ts';
import type { Verdict } from '../../../shared/domain/verdict.ts';
import type { Dataset } from '../../engine/datasets/dataset.ts';
import type { NetworkSpec } from '../../engine/layers/spec.ts';
import { modelGraph } from '../../engine/model-graph.ts';
import {
  type Normalization,
  plainNormalization,
} from '../../engine/normalizations/normalization.ts';
import { testLogits } from '../../engine/training/test-logits.ts';
import { testIndicesOf, type TrainingData } from '../../engine/training/trainer.ts';
import { trainingDataOf } from '../../engine/training/training-data.ts';
import { programs } from '../../exporters/programs/index.ts';
import type {
  AnyProgram,
  ExportedModel,
  ExportedNetwork,
  ProgramFile,
} from '../../exporters/programs/program.ts';
import type { ExportData } from '../../exporters/exporter.ts';
import { zipped } from '../../exporters/zip-files.ts';
import type { Store } from '../../store/store.ts';
import { chosenExamples, normalizedInputs } from './example-inputs.ts';

interface AnyExport {
  readonly program: string;
  readonly searchId: string;
  /** Whether a folder is wanted as a zip file. */
  readonly isZipped: boolean;
}

/** What an export of measurements takes. The result is made where plug-ins are loaded, not in the thread. */
interface MetricsExport extends AnyExport {
  readonly needs: 'metrics';
  readonly result: SearchResult | undefined;
}

/**
 * What an export of a network takes. It can be sent to a thread: the examples are in shared memory. The
 * verdict and the branch are looked at where plug-ins are loaded, not in the thread.
 */
interface ModelExport extends AnyExport {
  readonly needs: 'model';
  readonly verdict: Verdict | undefined;
  /** Whether the branch trains its weights. */
  readonly isTrained: boolean;
  readonly key: TrainingKey;
  readonly network: NetworkSpec;
  /** What the training's branch was trained on. Undefined for a network that is exported without it. */
  readonly dataset: Dataset | undefined;
}

export type ProgramExport = MetricsExport | ModelExport;

type OnStep = (step: ExportStep) => void;

/**
 * @param onStep told when a step begins.
 * @throws WorkbenchError `not-found` if the weights are not stored.
 */
export function programFiles(
  store: Store,
  asked: ProgramExport,
  onStep: OnStep,
): readonly ProgramFile[] {
  const program = programs.get(asked.program);
  onStep(asked.needs === 'metrics' ? 'files' : 'network');
  const files = filesOf(program, store, asked, onStep);
  return asked.isZipped ? zipped(program, files) : files;
}

function filesOf(
  program: AnyProgram,
  store: Store,
  asked: ProgramExport,
  onStep: OnStep,
): readonly ProgramFile[] {
  switch (program.needs) {
    case 'network': {
      const network = exportedNetwork(store, asked);
      onStep('files');
      return program.files(network);
    }
    case 'model': {
      const model = exportedModel(store, asked, onStep);
      onStep('files');
      return program.files(model);
    }
    case 'metrics':
      return program.files(measurements(store, asked));
  }
}

function measurements(store: Store, asked: ProgramExport): ExportData['metrics'] {
  if (asked.needs !== 'metrics') throw new Error(`${asked.program} is made from measurements`);
  const { searchId, result } = asked;
  return {
    search: store.searches.get(searchId),
    layout: store.searches.layout(searchId),
    trainings: store.trainings.list(searchId),
    result,
    data: store.dataReadings.summaries(searchId),
  };
}

function exportedNetwork(store: Store, asked: ProgramExport): ExportedNetwork {
  const { searchId, key, network, dataset, verdict, isTrained } = aModel(asked);
  const search = store.searches.get(searchId);
  const layout = store.searches.layout(searchId, key.branch);
  const { density, evaluations } = store.trainings.get(searchId, key);
  const stored = store.trainings.weights(searchId, key);
  const { initialWeights: startWeights } = stored;
  const mask = unpackMask(stored.mask, layout.prunableCount);
  return {
    search,
    layout,
    key,
    density,
    graph: modelGraph(network),
    mask,
    startWeights,
    start: startOf(store, search, key, startWeights),
    isTrained,
    finalWeights: maskInPlace(layout, stored.finalWeights, mask),
    final: finalEvaluation(evaluations),
    early: earlyStop(evaluations),
    verdict,
    normalization: dataset && normalizationOf(dataset, dataOf(search, key, dataset)),
  };
}

function exportedModel(store: Store, asked: ProgramExport, onStep: OnStep): ExportedModel {
  const { key, network, dataset } = aModel(asked);
  if (!dataset) throw new Error(`${asked.program} is made with test examples`);
  const exported = exportedNetwork(store, asked);
  const { search, startWeights, finalWeights, mask } = exported;
  const { test, shape } = dataset;
  const data = dataOf(search, key, dataset);
  const normalization = normalizationOf(dataset, data);
  onStep('examples');
  const testIndices = chosenExamples(testIndicesOf(data));
  return {
    ...exported,
    get initialWeights() {
      return initialWeightsOf(store, search, key, startWeights);
    },
    normalization,
    arePixels: test.features instanceof Uint8Array,
    examples: {
      count: testIndices.length,
      inputs: normalizedInputs(test, testIndices, shape, normalization),
      labels: Int32Array.from(testIndices, (index) => test.labels[index]!),
      logits: testLogits(network, finalWeights, mask, { ...data, testIndices }),
    },
  };
}

function aModel(asked: ProgramExport): ModelExport {
  if (asked.needs !== 'model') throw new Error(`${asked.program} is made from a model`);
  return asked;
}

function dataOf({ settings }: SearchRecord, { branch }: TrainingKey, dataset: Dataset) {
  return trainingDataOf(trainedWith(settings, branch), dataset);
}

function normalizationOf({ test }: Dataset, { normalization }: TrainingData): Normalization {
  return normalization ?? plainNormalization(test.features);
}

/** θ0 of the dense network, or of the one on the target of a transfer. */
function initialWeightsOf(
  store: Store,
  { id }: SearchRecord,
  key: TrainingKey,
  startWeights: Float32Array,
): Float32Array {
  if (key.level === 0) return startWeights;
  return startWeightsOf(store, id, denseKey(store, id, key));
}

/** Level 0 of the branch, which a transfer has, or else of the ticket. */
function denseKey(store: Store, searchId: string, key: TrainingKey): TrainingKey {
  const own = { ...key, level: 0 };
  const name = nameOfTraining(own);
  const isThere = store.trainings.keys(searchId).some((each) => nameOfTraining(each) === name);
  return isThere ? own : { ...own, branch: TICKET_BRANCH };
}

function startWeightsOf(store: Store, searchId: string, key: TrainingKey): Float32Array {
  const weights = store.trainings.array(searchId, { array: 'initial-weights', key });
  if (!(weights instanceof Float32Array)) throw new Error('initial weights are not floats');
  return weights;
}

/** What a training started from, as the end of a sentence. */
function startOf(
  store: Store,
  search: SearchRecord,
  key: TrainingKey,
  startWeights: Float32Array,
): string {
  if (key.level === 0) return INITIAL;
  const ticketStart = ticketStartOf(search);
  if (key.branch === TICKET_BRANCH) return ticketStart;
  // What is not stored, or damaged, can't be compared, and the export does not depend on it.
  const isStartOf = (other: TrainingKey): boolean => {
    try {
      return isEqual(startWeights, startWeightsOf(store, search.id, other));
    } catch (error) {
      if (error instanceof WorkbenchError) return false;
      throw error;
    }
  };
  if (isStartOf(denseKey(store, search.id, key))) return INITIAL;
  if (isStartOf({ ...key, branch: TICKET_BRANCH })) return ticketStart;
  return `weights that the branch ${key.branch} gives`;
}

const INITIAL = 'initial weights (θ0)';

/** What the ticket of every level but the first starts from. */
function ticketStartOf({ settings: { rewind } }: SearchRecord): string {
  const id = rewindIdOf(rewind);
  if (id !== 'weights') return `weights that the rewind ${id} gives`;
  return rewind.iteration === 0
    ? INITIAL
    : `weights of iteration ${rewind.iteration}, the rewind point`;
}

function isEqual(one: Float32Array, other: Float32Array): boolean {
  const bytesOf = ({ buffer, byteOffset, byteLength }: Float32Array) =>
    Buffer.from(buffer, byteOffset, byteLength);
  return bytesOf(one).equals(bytesOf(other));
}
