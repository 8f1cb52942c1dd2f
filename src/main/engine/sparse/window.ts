import type { Padding } from '../layers/spec.ts';
import type { Margin } from './activation.ts';

/**
 * How far windows reach over the edges of an image, with TensorFlow's padding: `same` has
 * ⌈input / stride⌉ outputs, and pads an odd number of pixels by one more at the bottom and right.
 */
export function windowReach(
  window: { readonly size: number; readonly stride: number; readonly padding: Padding },
  input: { readonly height: number; readonly width: number },
  output: { readonly height: number; readonly width: number },
): Margin {
  const { size, stride, padding } = window;
  const along = (inputs: number, outputs: number): readonly [number, number] => {
    const over = Math.max(0, (outputs - 1) * stride + size - inputs);
    if (padding === 'valid') return [0, 0];
    const before = Math.floor(over / 2);
    return [before, over - before];
  };
  const [top, bottom] = along(input.height, output.height);
  const [left, right] = along(input.width, output.width);
  return { top, left, bottom, right };
}
