/** Shape arithmetic that kinds of layers share, and the errors for shapes that do not fit. */
import { WorkbenchError } from '../../../shared/contract/errors.ts';
import type { ExampleShape, Padding } from './spec.ts';

interface Named {
  readonly name: string;
}

/**
 * @param channels how many the layer takes; any number if undefined.
 * @throws WorkbenchError `invalid-settings` naming the layer and both shapes if this is no such
 *   image.
 */
export function imageShape(
  layer: Named,
  input: ExampleShape,
  channels?: number,
): readonly [height: number, width: number, channels: number] {
  const [height, width, given] = input;
  if (
    input.length !== 3 ||
    height === undefined ||
    width === undefined ||
    given === undefined ||
    (channels !== undefined && given !== channels)
  ) {
    rejectInput(layer, `[height, width, ${channels ?? 'channels'}]`, input);
  }
  return [height, width, given];
}

export interface Window {
  /** Height and width. */
  readonly size: number;
  readonly stride: number;
  readonly padding: Padding;
}

/**
 * How many windows fit vertically and horizontally.
 *
 * @throws WorkbenchError `invalid-settings` if the image is smaller than one window.
 */
export function windowedShape(
  { name, size, stride, padding }: Named & Window,
  height: number,
  width: number,
): readonly [height: number, width: number] {
  if (padding === 'same') return [Math.ceil(height / stride), Math.ceil(width / stride)];
  if (height < size || width < size) {
    reject(
      `layer ${name} has windows of [${size}, ${size}], which do not fit into its input of [${height}, ${width}]`,
    );
  }
  return [Math.floor((height - size) / stride) + 1, Math.floor((width - size) / stride) + 1];
}

/** @throws WorkbenchError always. */
export function rejectInput(
  { name }: Named,
  expected: string,
  input: ExampleShape,
  hint?: string,
): never {
  reject(`layer ${name} takes ${expected} but is given ${show(input)}`, hint);
}

/** @throws WorkbenchError always: `invalid-settings`. */
export function reject(message: string, hint?: string): never {
  throw new WorkbenchError('invalid-settings', message, hint);
}

export const show = (shape: ExampleShape): string => `[${shape.join(', ')}]`;
