/** Someone else's ticket on trial: its file compared with a network, and the settings that use it. */
import { parseSettings, type WrittenSettings } from '../../../shared/domain/settings.ts';
import { architectures } from '../../engine/architectures/index.ts';
import { compareMask, compareWeights, type Import } from '../../engine/imports/imported.ts';
import { readTensorFile, weightsOriginOf } from '../../engine/imports/tensor-file.ts';
import { initializers } from '../../engine/initializers/index.ts';
import type { NetworkSpec } from '../../engine/layers/spec.ts';
import { layoutOf } from '../../engine/network.ts';
import { densityOf, type Mask } from '../../../shared/domain/mask.ts';
import type { WeightsOrigin } from '../../../shared/ticket/weights-origin.ts';
import { sizeOf } from '../planning/search-plan.ts';
import { registries } from '../settings/registries.ts';

export interface TrialFiles {
  readonly mask: string;
  /** A file of initial weights; undefined: that of the mask if they are from before training; false: none. */
  readonly weights: string | false | undefined;
}

export interface Trial {
  readonly mask: TensorReport & { readonly density: number };
  /** Undefined if the file has none, or they were not wanted. */
  readonly weights: WeightsReport | undefined;
  /** Those given, with the imported ticket. */
  readonly settings: WrittenSettings;
}

export interface WeightsReport extends TensorReport {
  /** What the file says; `not said` if it says nothing. */
  readonly origin: WeightsOrigin | 'not said';
  /** Whether the search begins with them. */
  readonly isTaken: boolean;
  /** Whether every kernel is 0 where the mask prunes, so the dense network would begin without these weights. */
  readonly isPruned: boolean;
}

/** What became of a file's tensors. */
export interface TensorReport {
  readonly file: string;
  readonly matched: readonly TensorLine[];
  /** Sentences. */
  readonly mismatches: readonly string[];
  /** Parameters that the file lacks, which start as in every network. */
  readonly missing: readonly string[];
  /** Tensors that belong to nothing. */
  readonly unused: readonly string[];
}

interface TensorLine {
  readonly parameter: string;
  readonly tensor: string;
  readonly shape: readonly number[];
  readonly isTransposed: boolean;
  readonly isByShape: boolean;
}

/**
 * Compares files with the network of the settings.
 *
 * @throws WorkbenchError `not-found` or `invalid-data` if a file or the dataset can't be read, or if
 *   their network can't be built. Mismatches are reported.
 */
export async function trialOf(given: WrittenSettings, files: TrialFiles): Promise<Trial> {
  const { architecture, dataset } = given;
  const { shape, classes } = await sizeOf(dataset);
  const network = architectures.get(architecture.id).build(architecture, shape, classes);
  const mask = compareMask({ file: files.mask }, network);
  const weights = weightsOf(files, network, mask.values);
  return {
    mask: { ...reportOf(files.mask, mask), density: densityOf(mask.values) },
    weights,
    settings: withTicket(given, files.mask, weights?.isTaken ? weights.file : undefined),
  };
}

function weightsOf(files: TrialFiles, network: NetworkSpec, mask: Mask): WeightsReport | undefined {
  if (files.weights === false) return undefined;
  const file = files.weights ?? files.mask;
  const found = compareWeights({ file }, network);
  if (files.weights === undefined && !hasWeights(found, network)) return undefined;
  const origin = weightsOriginOf(readTensorFile(file)) ?? 'not said';
  return {
    ...reportOf(file, found),
    origin,
    // Weights that may be trained are no one's θ0 unless the user says so: the verdict would be about them.
    isTaken: files.weights !== undefined || origin === 'before training',
    isPruned: isPruned(found.values, mask, network),
  };
}

function isPruned(weights: Float32Array, mask: Mask, network: NetworkSpec): boolean {
  return (
    mask.includes(0) &&
    layoutOf(network).prunable.every(({ offset, size, maskOffset }) =>
      weights
        .subarray(offset, offset + size)
        .every((value, at) => value === 0 || mask[maskOffset + at] !== 0),
    )
  );
}

/** Whether there are kernels that are more than masks. */
function hasWeights({ matched, values }: Import<Float32Array>, network: NetworkSpec): boolean {
  const kernels = matched.filter(({ parameter }) => parameter.prunable);
  return (
    kernels.length === layoutOf(network).prunable.length &&
    kernels.some(({ parameter: { offset, size } }) =>
      values.subarray(offset, offset + size).some((value) => value !== 0 && value !== 1),
    )
  );
}

function reportOf(file: string, found: Import<unknown>): TensorReport {
  const { matched, mismatches, missing, unused } = found;
  return {
    file,
    matched: matched.map(({ parameter, tensor, isTransposed, isByShape }) => ({
      parameter: parameter.name,
      tensor: tensor.name,
      shape: tensor.shape,
      isTransposed,
      isByShape,
    })),
    mismatches,
    missing: missing.map(({ name }) => name),
    unused,
  };
}

/** Controls draw new weights as the search would have without the import. */
function withTicket(
  given: WrittenSettings,
  mask: string,
  weights: string | undefined,
): WrittenSettings {
  const { branchLevels: _branchLevels, ...settings } = given;
  const isDrawn = initializers.get(given.initializer.id).given === undefined;
  const redraw = isDrawn ? { redraw: given.initializer.id } : {};
  return parseSettings(registries, {
    ...settings,
    pruning: { strategy: { id: 'imported', file: mask }, schedule: 'iterative', levels: 1 },
    ...(weights !== undefined && {
      initializer: { id: 'imported', file: weights, ...redraw },
    }),
  });
}
