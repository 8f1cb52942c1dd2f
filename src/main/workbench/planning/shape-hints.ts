/** Says which setting gives examples another shape, where a network does not fit theirs. */
import { WorkbenchError } from '../../../shared/contract/errors.ts';
import type { DatasetDefinition } from '../../engine/datasets/dataset.ts';
import type { ExampleShape } from '../../engine/layers/spec.ts';

interface OtherReading {
  readonly shape: ExampleShape;
  /** Errors that this reading can change. */
  readonly pattern: RegExp;
  readonly hint: string;
}

/**
 * Builds a network for examples of this shape.
 *
 * @param at the path of the dataset in the settings.
 * @throws WorkbenchError as `build` does. It has a hint if examples of another shape would change the
 *   error, and a setting of the dataset gives them that shape.
 */
export function withShapeHint<Network>(
  dataset: Pick<DatasetDefinition, 'id' | 'hparams'>,
  shape: ExampleShape,
  at: string,
  build: (shape: ExampleShape) => Network,
): Network {
  try {
    return build(shape);
  } catch (error) {
    const other = otherReading(dataset, shape, at);
    if (!(error instanceof WorkbenchError) || !other?.pattern.test(error.message)) throw error;
    if (messageOf(() => build(other.shape)) === error.message) throw error;
    throw new WorkbenchError(error.code, error.message, other.hint, { cause: error });
  }
}

function messageOf(build: () => unknown): string | undefined {
  try {
    build();
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** Images have at most red, green, blue and opacity. */
const MOST_CHANNELS = 4;

function otherReading(
  { id, hparams }: Pick<DatasetDefinition, 'id' | 'hparams'>,
  shape: ExampleShape,
  at: string,
): OtherReading | undefined {
  const [first = 0, second = 0, last = 0] = shape;
  if (shape.length === 1) {
    const image = imageOf(first);
    const example = image ? `, such as ${at}.shape=[${image.join(',')}]` : '';
    return {
      shape: image ?? [first, 1, 1],
      pattern: new RegExp(`given \\[${first}\\]`),
      hint: `Examples of ${id} are ${first} values in a row. If these are pixels, ${at}.shape reads them as images${example}.`,
    };
  }
  if (!('channelsFirst' in hparams.shape) || last <= MOST_CHANNELS || first > MOST_CHANNELS) {
    return undefined;
  }
  return {
    shape: [second, last, first],
    pattern: /./,
    hint: `Examples of ${id} are read as [height, width, channels] = [${shape.join(', ')}], but hardly have ${last} channels. If the channels come first, set ${at}.channelsFirst=true.`,
  };
}

/** A square image with as many values, grey or in colour. */
function imageOf(size: number): ExampleShape | undefined {
  for (const channels of [1, 3]) {
    const side = Math.sqrt(size / channels);
    if (Number.isInteger(side)) return [side, side, channels];
  }
  return undefined;
}
