/** The windows of convolutions and pools in the reference. */
import type { Conv2dLayer } from '../../../../../src/main/engine/layers/kinds/conv2d.ts';
import type { ExampleShape, LayerSpecs } from '../../../../../src/main/engine/layers/spec.ts';
import { outputShape } from '../../../../../src/main/engine/network.ts';

/** Visits every pixel of every window, row by row, with TensorFlow's padding. */
function walkWindows(
  window: { size: number; stride: number; padding: 'same' | 'valid' },
  shape: ExampleShape,
  output: ExampleShape,
  visit: (
    place: { row: number; pixel: number },
    tap: { row: number; pixel: number },
    to: { row: number; pixel: number },
  ) => void,
): void {
  const { size, stride, padding } = window;
  const [height, width] = shape as [number, number, number];
  const [outputHeight, outputWidth] = output as [number, number, number];
  const before = (inputs: number, outputs: number): number =>
    padding === 'valid' ? 0 : Math.floor(Math.max(0, (outputs - 1) * stride + size - inputs) / 2);
  const top = before(height, outputHeight);
  const left = before(width, outputWidth);
  for (let toRow = 0; toRow < outputHeight; toRow += 1) {
    for (let toPixel = 0; toPixel < outputWidth; toPixel += 1) {
      for (let tapRow = 0; tapRow < size; tapRow += 1) {
        for (let tapPixel = 0; tapPixel < size; tapPixel += 1) {
          const row = toRow * stride + tapRow - top;
          const pixel = toPixel * stride + tapPixel - left;
          if (row < 0 || row >= height || pixel < 0 || pixel >= width) continue;
          visit({ row, pixel }, { row: tapRow, pixel: tapPixel }, { row: toRow, pixel: toPixel });
        }
      }
    }
  }
}

/** Visits the index of the input, of the weight to the first output channel, and of that output. */
export function forEachProduct(
  layer: Conv2dLayer,
  shape: ExampleShape,
  visit: (from: number, weight: number, to: number) => void,
): void {
  const output = outputShape(layer, shape);
  const { kernelSize, inputs, outputs } = layer;
  walkWindows({ ...layer, size: kernelSize }, shape, output, (place, tap, to) => {
    for (let channel = 0; channel < inputs; channel += 1) {
      visit(
        (place.row * shape[1]! + place.pixel) * inputs + channel,
        ((tap.row * kernelSize + tap.pixel) * inputs + channel) * outputs,
        (to.row * output[1]! + to.pixel) * outputs,
      );
    }
  });
}

/** Visits the index of the input and of the output. */
export function forEachInWindow(
  layer: LayerSpecs['max-pool' | 'average-pool'],
  shape: ExampleShape,
  visit: (from: number, to: number) => void,
): void {
  const output = outputShape(layer, shape);
  const channels = shape[2]!;
  walkWindows(layer, shape, output, (place, _tap, to) => {
    for (let channel = 0; channel < channels; channel += 1) {
      visit(
        (place.row * shape[1]! + place.pixel) * channels + channel,
        (to.row * output[1]! + to.pixel) * channels + channel,
      );
    }
  });
}
