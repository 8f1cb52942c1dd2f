/** What the first layer keeps of each input. */
import type { PictureShape } from './picture-tiles.ts';
import type { Mask } from '../domain/mask.ts';
import { gridShape } from './mask-grid.ts';

export interface InputMap {
  /** The kernel of the first layer with weights. */
  readonly tensor: string;
  /** Its shape, `[inputs, units]` or `[height, width, inputs, filters]`. */
  readonly shape: readonly number[];
  /**
   * The inputs as `[height, width, channels]`: pixels of an example, or positions in a filter of a
   * convolution. Undefined if they are no picture.
   */
  readonly picture: PictureShape | undefined;
  /** `[inputs]`: how many weights of each input are kept. */
  readonly kept: Uint32Array;
  /** `[inputs]`: the sum of their |w| after training; undefined if no weights are stored. */
  readonly magnitude: Float64Array | undefined;
}

export type InputMeasure = 'kept' | 'magnitude';

export const isConvolution = ({ shape }: { readonly shape: readonly number[] }): boolean =>
  shape.length === 4;

/**
 * Sums over all units of each input.
 *
 * @param mask `[…, inputs, units]` of the tensor.
 * @param weights of the tensor after training, pruned ones at 0.
 */
export function inputSums(
  shape: readonly number[],
  mask: Mask,
  weights: Float32Array | undefined,
): Pick<InputMap, 'kept' | 'magnitude'> {
  const { rows, columns } = gridShape(shape);
  const kept = new Uint32Array(rows);
  const magnitude = weights && new Float64Array(rows);
  for (let row = 0; row < rows; row += 1) {
    for (let index = row * columns; index < (row + 1) * columns; index += 1) {
      if (mask[index] === 0) continue;
      kept[row]! += 1;
      if (magnitude) magnitude[row]! += Math.abs(weights[index]!);
    }
  }
  return { kept, magnitude };
}
