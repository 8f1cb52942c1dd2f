import type { ModelWindow } from '../../../shared/ticket/model-graph.ts';
import { windowReach } from '../sparse/window.ts';
import type { OperationsContext } from './definition.ts';
import { imageShape, type Window } from './shapes.ts';

/** The window of a layer in the words of other programs, with its padding in pixels. */
export function modelWindow(
  layer: Window & { readonly name: string },
  { inputShape, outputShape }: Pick<OperationsContext, 'inputShape' | 'outputShape'>,
): ModelWindow {
  const { size, stride, padding } = layer;
  const [height, width] = imageShape(layer, inputShape);
  const [rows, columns] = imageShape(layer, outputShape);
  const sides = windowReach(layer, { height, width }, { height: rows, width: columns });
  return { size, stride, padding, sides };
}
