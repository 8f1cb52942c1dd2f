/** Says which setting gives examples another shape, where a network does not fit theirs. */
import { messageOf, WorkbenchError } from '../../../shared/contract/errors.ts';
import { hparamsOf } from '../../../shared/domain/definition.ts';
import { architectures } from '../../engine/architectures/index.ts';
import type { DatasetDefinition } from '../../engine/datasets/dataset.ts';
import { definitionOf } from '../../engine/layers/kinds/index.ts';
import type { ExampleShape } from '../../engine/layers/spec.ts';
import { flatLayers } from '../../engine/network.ts';

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
 *   error, and a setting of the dataset gives them that shape; or if images are too small.
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
    if (!(error instanceof WorkbenchError)) throw error;
    const other = otherReading(dataset, shape, at);
    const isOther =
      other?.pattern.test(error.message) === true &&
      refusalOf(() => build(other.shape)) !== error.message;
    const hint = isOther
      ? [
          other.hint,
          sizeHint(
            other.shape,
            refusalOf(() => build(other.shape)),
          ),
        ].join('')
      : sizeHint(shape, error.message).trim() + enlarging(dataset, at, error.message);
    if (hint === '') throw error;
    throw new WorkbenchError(error.code, error.message, hint, { cause: error });
  }
}

/** What to do where images are too small for a network. */
function sizeHint(shape: ExampleShape, message: string | undefined): string {
  const [height, width, channels] = shape;
  if (channels === undefined || !isTooSmall(message)) return '';
  const fitting = convolutionalNetworksFor(shape).join(', ');
  return ` Images of ${height} × ${width} pixels are too small for this network. Convolutional networks that fit: ${fitting || 'none'}.`;
}

function enlarging(
  { hparams }: Pick<DatasetDefinition, 'hparams'>,
  at: string,
  message: string,
): string {
  if (!isTooSmall(message) || !('width' in hparams.shape)) return '';
  return ` ${at}.width and ${at}.height enlarge the images.`;
}

/** Whether a window of a layer does not fit into its input. */
const isTooSmall = (message: string | undefined): boolean =>
  message?.includes('do not fit into its input') === true;

function convolutionalNetworksFor(shape: ExampleShape): string[] {
  return architectures.entries
    .filter((architecture) => {
      try {
        const network = architecture.build(
          { id: architecture.id, ...hparamsOf(architecture, { id: architecture.id }) },
          shape,
          2,
        );
        return flatLayers(network.layers).some((layer) => definitionOf(layer).isConvolution);
      } catch {
        // It does not fit either, or needs settings of its own.
        return false;
      }
    })
    .map(({ id }) => id);
}

function refusalOf(build: () => unknown): string | undefined {
  try {
    build();
    return undefined;
  } catch (error) {
    return messageOf(error);
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
