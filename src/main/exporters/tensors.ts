/** Masks and weights as named tensors, the same in every format that holds tensors. */
import { maskInPlace, unpackMask } from '../../shared/domain/mask.ts';
import { FINAL_PREFIX, INITIAL_PREFIX } from '../../shared/ticket/weights-origin.ts';
import { trainedWith } from '../../shared/domain/transfer.ts';
import type { ExportData, ExportedSubnetwork } from './exporter.ts';

export interface Tensor {
  readonly name: string;
  readonly shape: readonly number[];
  /** Row-major; bytes are booleans, 0 or 1. */
  readonly values: Float32Array | Int32Array | Uint8Array;
}

export interface TensorFile {
  /** Sorted by name, in code units. */
  readonly tensors: readonly Tensor[];
  /** The description of the file inside it. */
  readonly metadata: Readonly<Record<string, string>>;
}

/** `fc1.kernel` and so on: true where a weight is kept. */
export function maskTensors(data: ExportData['masks']): TensorFile {
  const mask = unpackMask(data.mask, data.layout.prunableCount);
  const tensors = data.layout.prunable.map(({ name, shape, maskOffset, size }) => ({
    name,
    shape,
    values: mask.subarray(maskOffset, maskOffset + size),
  }));
  return {
    tensors: sorted(tensors),
    metadata: {
      ...metadataOf(data),
      contents: 'masks of the prunable tensors',
      masks: 'true: the weight is kept; false: it is pruned',
    },
  };
}

/**
 * `initial.fc1.kernel` and so on: the subnetwork before its training, pruned weights at 0. For the
 * ticket branch this is the ticket. `final.fc1.kernel`: the subnetwork after its training. Neither has
 * the bare name, because the two are easily confused.
 */
export function weightTensors(data: ExportData['weights']): TensorFile {
  const mask = unpackMask(data.mask, data.layout.prunableCount);
  const initial = maskInPlace(data.layout, data.initialWeights.slice(), mask);
  const tensors = data.layout.parameters.flatMap(({ name, shape, offset, size }): Tensor[] => {
    const valuesOf = (all: Float32Array): Float32Array => all.subarray(offset, offset + size);
    return [
      { name: `${INITIAL_PREFIX}${name}`, shape, values: valuesOf(initial) },
      { name: `${FINAL_PREFIX}${name}`, shape, values: valuesOf(data.finalWeights) },
    ];
  });
  const { iteration } = data.search.settings.rewind;
  return {
    tensors: sorted(tensors),
    metadata: {
      ...metadataOf(data),
      contents: 'weights of the whole subnetwork',
      initial:
        'weights at the start of this training, pruned ones at 0; of the branch "ticket" this is the ticket',
      final: 'weights at the end of this training, pruned ones at 0',
      rewind_iteration: String(data.key.level === 0 ? 0 : iteration),
    },
  };
}

/** The metadata of an npz file have to fit a zip comment, 64 KiB. */
const LONGEST_NAME = 1000;

function metadataOf({ search, key, density }: ExportedSubnetwork): Record<string, string> {
  return {
    producer: 'ticket-workbench',
    search_id: search.id,
    search_name: search.name.slice(0, LONGEST_NAME),
    settings_hash: search.settingsHash,
    architecture: search.settings.architecture.id,
    dataset: trainedWith(search.settings, key.branch).dataset.id,
    // Counted from 1, as in every export.
    replicate: String(key.replicate + 1),
    level: String(key.level),
    branch: key.branch,
    density: String(density),
    density_meaning: 'fraction of prunable weights kept; sparsity is 1 minus this',
    shapes: 'dense kernels [inputs, outputs]; convolution kernels [height, width, inputs, outputs]',
  };
}

export function sorted(tensors: readonly Tensor[]): Tensor[] {
  return tensors.toSorted((one, other) => (one.name < other.name ? -1 : 1));
}
