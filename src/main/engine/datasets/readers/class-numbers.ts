/** Labels that are the numbers of classes. */
import { WorkbenchError } from '../../../../shared/contract/errors.ts';

/** No dataset has more classes. Larger numbers are not labels. */
export const MAX_CLASSES = 65_536;

/**
 * The class, from 0, of a label as stored.
 *
 * @param firstLabel the label of class 0.
 * @param place where the label stands.
 * @throws WorkbenchError `invalid-data` for a number that no class can have.
 */
export function classOfLabel(label: number, firstLabel: number, place: () => string): number {
  const number = label - firstLabel;
  if (Number.isInteger(label) && number >= 0 && number < MAX_CLASSES) return number;
  throw new WorkbenchError(
    'invalid-data',
    `${place()}: the label is ${label}; expected the number of a class, a whole one from ${firstLabel} to ${firstLabel + MAX_CLASSES - 1}`,
    firstLabel === 0
      ? 'Number the classes from 0, as numpy.unique(labels, return_inverse=True) does.'
      : `dataset.firstLabel is ${firstLabel}, the number of the first class.`,
  );
}

/** The classes' names: their labels, where these do not begin at 0. */
export function namedByLabel(
  firstLabel: number,
  classes: number,
): { readonly classNames?: readonly string[] } {
  if (firstLabel === 0) return {};
  return { classNames: Array.from({ length: classes }, (_, label) => String(label + firstLabel)) };
}

export const BEYOND_TRAINING =
  'Give the training set examples of this class, or check that the two sets are of the same dataset.';
