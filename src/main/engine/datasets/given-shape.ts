/** `dataset.shape`: flat features read as images, so that a convolution can take them. */
import { SettingsError } from '../../../shared/contract/errors.ts';
import type { Choice } from '../../../shared/domain/definition.ts';
import { SHAPE_SETTING } from '../../../shared/domain/settings.ts';
import { type ExampleShape, productOf } from '../layers/spec.ts';
import type { Dataset } from './examples.ts';
import { fingerprintOf } from './fingerprint.ts';

/** `[height, width]` or `[height, width, channels]`, as the settings of a dataset give it. */
export function givenShape({ shape }: Choice): ExampleShape | undefined {
  return SHAPE_SETTING.parse(shape);
}

/**
 * The shape of one example under this setting.
 *
 * @param stored the shape that the dataset itself has.
 * @throws WorkbenchError `invalid-settings` unless the example is flat and has as many values.
 */
export function shapeOf(
  id: string,
  stored: ExampleShape,
  given: ExampleShape | undefined,
): ExampleShape {
  if (given === undefined) return stored;
  const refuse = (expected: string): never => {
    const message = `dataset.shape is [${given.join(', ')}]; expected ${expected}`;
    throw new SettingsError(
      [{ path: 'dataset.shape', message }],
      `The dataset ${id} has examples of shape [${stored.join(', ')}].`,
    );
  };
  if (stored.length > 1) return refuse('none, because the examples already are images');
  const [size = 0] = stored;
  if (productOf(given) !== size) {
    return refuse(`[height, width, channels] of ${size} values together, not ${productOf(given)}`);
  }
  return given.length === 2 ? [...given, 1] : given;
}

/** The same examples in this shape. The features are not copied. */
export async function withShape(
  dataset: Dataset,
  given: ExampleShape | undefined,
): Promise<Dataset> {
  const shape = shapeOf(dataset.id, dataset.shape, given);
  if (shape === dataset.shape) return dataset;
  const { train, test, validation } = dataset;
  return { ...dataset, shape, fingerprint: await fingerprintOf(shape, train, test, validation) };
}
