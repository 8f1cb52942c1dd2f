/** Masks and initial weights of a network, from a file of named tensors. */
import { z } from 'zod';
import { WorkbenchError } from '../../../shared/contract/errors.ts';
import type { Mask } from '../../../shared/domain/mask.ts';
import { pathSetting } from '../datasets/hparams.ts';
import { initialize } from '../initializers/initializer.ts';
import type { NetworkSpec } from '../layers/spec.ts';
import { layoutOf } from '../network.ts';
import { rng } from '../../../shared/rng.ts';
import { MASK_SUFFIXES, type Matches, matchTensors, suffixOf } from './match.ts';
import { readTensorFile } from './tensor-file.ts';

/** The file of an entry that imports one. */
export const importSettings = (what: string) => ({
  file: pathSetting(
    'File',
    `${what}: .npz or .safetensors, with the names of PyTorch or of exports.`,
  ),
  sha256: z
    .string()
    .regex(/^[0-9a-f]{64}$/)
    .optional()
    .meta({
      title: 'SHA-256 of the file',
      description:
        'Filled in when the search is planned. A file that has changed since then is refused.',
      isFilledIn: true,
    }),
});

export interface ImportChoice {
  readonly file: string;
  readonly sha256?: string | undefined;
}

/** What a file gives a network, with everything that does not fit. */
export interface Import<Values> extends Matches {
  readonly values: Values;
}

/**
 * Compares a file's masks with a network. A plain weight is kept where it is not 0.
 *
 * @throws WorkbenchError as `readTensorFile`.
 */
export function compareMask({ file, sha256 }: ImportChoice, network: NetworkSpec): Import<Mask> {
  const { tensors } = readTensorFile(file, sha256);
  const matches = matchTensors(network, tensors, 'mask');
  const values = new Uint8Array(layoutOf(network).prunableCount);
  const mismatches = [...matches.mismatches];
  for (const { parameter, tensor, values: valuesOf } of matches.matched) {
    const own = valuesOf();
    const isMask = tensor.type === 'bool' || MASK_SUFFIXES.includes(suffixOf(tensor.name));
    const wrong = own.find((value) => (isMask ? value !== 0 && value !== 1 : Number.isNaN(value)));
    if (wrong !== undefined) {
      mismatches.push(
        `${parameter.name}: ${tensor.name} holds ${wrong}; expected ${isMask ? '0 and 1' : 'numbers'}`,
      );
    }
    values.set(
      own.map((value) => (value === 0 ? 0 : 1)),
      parameter.maskOffset,
    );
  }
  return { ...matches, mismatches, values };
}

/**
 * Compares a file's weights with a network. Biases and normalisations that the file lacks start as in
 * every network.
 *
 * @throws WorkbenchError as `readTensorFile`.
 */
export function compareWeights(
  { file, sha256 }: ImportChoice,
  network: NetworkSpec,
): Import<Float32Array> {
  const { tensors } = readTensorFile(file, sha256);
  const numbers = tensors.filter(({ type }) => type !== 'bool');
  const matches = matchTensors(network, numbers, 'weights');
  const mismatches = [...matches.mismatches];
  const values = initialize(layoutOf(network), () => undefined, rng('no draw'));
  for (const { parameter, tensor, values: valuesOf } of matches.matched) {
    const own = Float32Array.from(valuesOf());
    const wrong = own.find((value) => !Number.isFinite(value));
    if (wrong !== undefined) {
      mismatches.push(
        `${parameter.name}: ${tensor.name} holds ${wrong}; expected numbers in the range of float32`,
      );
    }
    values.set(own, parameter.offset);
  }
  return { ...matches, mismatches, values };
}

/** @throws WorkbenchError as `compareMask`, or `invalid-data` naming every mismatch. */
export function importedMask(choice: ImportChoice, network: NetworkSpec): Mask {
  return wholeImport(choice, compareMask(choice, network));
}

/** @throws WorkbenchError as `compareWeights`, or `invalid-data` naming every mismatch. */
export function importedWeights(choice: ImportChoice, network: NetworkSpec): Float32Array {
  return wholeImport(choice, compareWeights(choice, network));
}

function wholeImport<Values>({ file }: ImportChoice, found: Import<Values>): Values {
  const { mismatches, values } = found;
  if (mismatches.length === 0) return values;
  throw new WorkbenchError(
    'invalid-data',
    `${file} does not fit the network: ${mismatches.join('; ')}`,
    'Choose the architecture and the dataset that the file was made for, or rename its tensors. "ticket import-mask" lists what fits.',
  );
}
