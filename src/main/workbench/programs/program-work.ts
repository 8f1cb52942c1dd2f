/** The work behind exports for other programs: a forward pass, and files of whole networks. It runs in a thread. */
import {
  earlyStop,
  finalEvaluation,
  TICKET_BRANCH,
  type TrainingKey,
} from '../../../shared/domain/training.ts';
import { rewindIdOf } from '../../../shared/domain/settings.ts';
import { trainedWith } from '../../../shared/domain/transfer.ts';
import { maskInPlace, unpackMask } from '../../../shared/domain/mask.ts';
import type { SearchRecord } from '../../../shared/domain/search.ts';
import type { Dataset } from '../../engine/datasets/dataset.ts';
import type { NetworkSpec } from '../../engine/layers/spec.ts';
import { modelGraph } from '../../engine/model-graph.ts';
import { BYTES_TO_UNIT } from '../../engine/normalizations/normalization.ts';
import { testLogits } from '../../engine/training/test-logits.ts';
import { testIndicesOf } from '../../engine/training/trainer.ts';
import { trainingDataOf } from '../../engine/training/training-data.ts';
import { programs } from '../../exporters/programs/index.ts';
import type { ExportedModel, ProgramFile } from '../../exporters/programs/program.ts';
import { zipped } from '../../exporters/zip-files.ts';
import type { Store } from '../../store/store.ts';
import { resultOf } from '../history/search-result.ts';
import { chosenExamples, normalizedInputs } from './example-inputs.ts';

/** Can be sent to a thread: the examples are in shared memory. */
export interface ModelExport {
  readonly program: string;
  readonly searchId: string;
  readonly key: TrainingKey;
  readonly network: NetworkSpec;
  /** Of the training's branch. */
  readonly dataset: Dataset;
  /** Whether a folder is wanted as a zip file. */
  readonly isZipped: boolean;
}

/** @throws WorkbenchError `not-found` if the weights are not stored. */
export function modelFiles(store: Store, asked: ModelExport): readonly ProgramFile[] {
  const program = programs.get(asked.program);
  if (program.needs !== 'model') throw new Error(`${program.id} is not made from a model`);
  const files = program.files(exportedModel(store, asked));
  return asked.isZipped ? zipped(program, files) : files;
}

function exportedModel(
  store: Store,
  { searchId, key, network, dataset }: ModelExport,
): ExportedModel {
  const search = store.searches.get(searchId);
  const layout = store.searches.layout(searchId, key.branch);
  const { density, evaluations } = store.trainings.get(searchId, key);
  const stored = store.trainings.weights(searchId, key);
  const { initialWeights: startWeights } = stored;
  const initialWeights = initialWeightsOf(store, searchId, key);
  const mask = unpackMask(stored.mask, layout.prunableCount);
  const finalWeights = maskInPlace(layout, stored.finalWeights, mask);
  const levels = resultOf(store, search, store.trainings.outcomes(searchId))?.levels;
  const level = levels?.find((each) => each.level === key.level);

  const data = trainingDataOf(trainedWith(search.settings, key.branch), dataset);
  const testIndices = chosenExamples(testIndicesOf(data));
  const { test, shape } = dataset;
  const normalization = data.normalization ?? BYTES_TO_UNIT;
  return {
    search,
    layout,
    key,
    density,
    graph: modelGraph(network),
    mask,
    initialWeights,
    startWeights,
    start: startOf(search, key, isEqual(startWeights, initialWeights)),
    finalWeights,
    final: finalEvaluation(evaluations),
    early: earlyStop(evaluations),
    verdict: level?.branches[key.branch]?.verdict,
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

/** θ0 of the dense network, or of the one on the target of a transfer. */
function initialWeightsOf(store: Store, searchId: string, key: TrainingKey): Float32Array {
  const own = { ...key, level: 0 };
  const isThere = store.trainings
    .keys(searchId)
    .some(
      ({ replicate, level, branch }) =>
        replicate === key.replicate && level === 0 && branch === key.branch,
    );
  return store.trainings.weights(searchId, isThere ? own : { ...own, branch: TICKET_BRANCH })
    .initialWeights;
}

function startOf({ settings }: SearchRecord, { branch }: TrainingKey, isInitial: boolean): string {
  if (isInitial) return 'initial weights (θ0)';
  if (branch !== TICKET_BRANCH) return `weights that the branch ${branch} gives`;
  const rewind = rewindIdOf(settings.rewind);
  return rewind === 'weights'
    ? `weights of iteration ${settings.rewind.iteration}, the rewind point`
    : `weights that the rewind ${rewind} gives`;
}

function isEqual(one: Float32Array, other: Float32Array): boolean {
  const bytesOf = ({ buffer, byteOffset, byteLength }: Float32Array) =>
    Buffer.from(buffer, byteOffset, byteLength);
  return bytesOf(one).equals(bytesOf(other));
}
