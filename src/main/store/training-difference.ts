/** The first thing in which two results of one training differ. Times are no results. */
import type { ParameterLayout } from '../../shared/domain/layout.ts';
import { unpackMask } from '../../shared/domain/mask.ts';
import type { Evaluation, TrainingOutcome } from '../../shared/domain/training.ts';

/** The results of a training, as far as they are compared. */
export interface ComparedTraining extends Pick<TrainingOutcome, 'density' | 'evaluations'> {
  readonly keptCounts: readonly number[];
  readonly engine: string;
  /** SHA-256, hex, of each array that is a result, by its role. */
  readonly arrays: ReadonlyMap<string, string>;
}

/** Two values of the same thing. */
export interface Difference {
  /** `its validation loss at iteration 300` */
  readonly what: string;
  readonly stored: string;
  readonly other: string;
}

const MEASURES = {
  validationLoss: 'validation loss',
  validationAccuracy: 'validation accuracy',
  testLoss: 'test loss',
  testAccuracy: 'test accuracy',
} as const satisfies Partial<Record<keyof Evaluation, string>>;

/** In the order in which a training makes them, so that the first difference is the cause of the others. */
const BEFORE_TRAINING = ['mask', 'initial-weights'];
const AFTER_TRAINING = ['rewind-point', 'final-weights', 'next-mask', 'correct-at-early-stop'];

/**
 * @param readArray both arrays of a role, to name the first entry that differs.
 * @returns undefined if everything that both have is the same.
 */
export function firstDifference(
  stored: ComparedTraining,
  other: ComparedTraining,
  layout: ParameterLayout,
  readArray: (role: string) => readonly [stored: Uint8Array, other: Uint8Array],
): Difference | undefined {
  const arrayOf = (roles: readonly string[]): Difference | undefined => {
    const role = roles.find((each) => isDifferent(stored.arrays.get(each), other.arrays.get(each)));
    return role === undefined ? undefined : differenceOfArrays(role, ...readArray(role), layout);
  };
  return (
    plain('its engine', stored.engine, other.engine) ??
    plain('its density', stored.density, other.density) ??
    plain(
      'what it keeps of each tensor',
      stored.keptCounts.join(', '),
      other.keptCounts.join(', '),
    ) ??
    arrayOf(BEFORE_TRAINING) ??
    differenceOfMeasures(stored.evaluations, other.evaluations) ??
    arrayOf([...capturedIn(stored.arrays), ...AFTER_TRAINING])
  );
}

function plain(what: string, one: string | number, other: string | number): Difference | undefined {
  if (one === other) return undefined;
  return { what, stored: String(one), other: String(other) };
}

function differenceOfMeasures(
  stored: readonly Evaluation[],
  others: readonly Evaluation[],
): Difference | undefined {
  for (const [index, evaluation] of stored.entries()) {
    const other = others[index];
    if (!other) break;
    const place = plain('an iteration of its evaluations', evaluation.iteration, other.iteration);
    if (place) return place;
    for (const [measure, label] of Object.entries(MEASURES)) {
      const [one, two] = [evaluation, other].map(
        (each) => each[measure as keyof typeof MEASURES] ?? 'not measured',
      );
      const found = plain(`its ${label} at iteration ${evaluation.iteration}`, one!, two!);
      if (found) return found;
    }
  }
  return plain('the number of its evaluations', stored.length, others.length);
}

/** Weights that the dense network had on its way, for searches that rewind to them. */
function capturedIn(arrays: ReadonlyMap<string, string>): string[] {
  return [...arrays.keys()].filter((role) => role.startsWith('iteration-'));
}

/** Weights that were dropped are no difference. */
function isDifferent(stored: string | undefined, other: string | undefined): boolean {
  return stored !== undefined && other !== undefined && stored !== other;
}

function differenceOfArrays(
  role: string,
  stored: Uint8Array,
  other: Uint8Array,
  layout: ParameterLayout,
): Difference {
  const name = `its ${role.replaceAll('-', ' ')}`;
  if (stored.length !== other.length) {
    return { what: name, stored: `${stored.length} bytes`, other: `${other.length} bytes` };
  }
  if (role === 'correct-at-early-stop') return { what: name, stored: 'one', other: 'another' };
  const isMask = role === 'mask' || role === 'next-mask';
  const [one, two] = [stored, other].map((bytes) =>
    isMask ? unpackMask(bytes, layout.prunableCount) : wordsOf(bytes),
  );
  const index = one!.findIndex((value, at) => value !== two![at]);
  const [before, after] = isMask
    ? [one!, two!].map((values) => (values[index] === 1 ? 'kept' : 'pruned'))
    : [stored, other].map((bytes) => String(floatAt(bytes, index)));
  const place = placeOf(index, layout, isMask);
  return { what: `${name} at ${place}`, stored: before!, other: after! };
}

/** Bits, so that NaN equals itself, and −0 is not +0. */
function wordsOf(bytes: Uint8Array): Uint32Array {
  const own = bytes.slice();
  return new Uint32Array(own.buffer, 0, Math.floor(own.byteLength / 4));
}

function floatAt(bytes: Uint8Array, index: number): number {
  return new DataView(bytes.buffer, bytes.byteOffset).getFloat32(index * 4, true);
}

/** `fc1.kernel[12, 7]` */
function placeOf(index: number, layout: ParameterLayout, isMask: boolean): string {
  const offsetOf = isMask
    ? ({ maskOffset }: { maskOffset: number }) => maskOffset
    : ({ offset }: { offset: number }) => offset;
  const tensors = isMask ? layout.prunable : layout.parameters;
  const tensor = tensors.findLast((each) => offsetOf(each) <= index);
  if (!tensor) return `entry ${index}`;
  let rest = index - offsetOf(tensor);
  const indices = tensor.shape.toReversed().map((size) => {
    const at = rest % size;
    rest = Math.floor(rest / size);
    return at;
  });
  return `${tensor.name}[${indices.toReversed().join(', ')}]`;
}
