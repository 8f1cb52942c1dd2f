/** What max and average pooling share. */
import { z } from 'zod';
import { followLinks, forEachTap } from '../analyses/paths.ts';
import { defineForm, type LayerForm, padding, stride, windowSize } from './form.ts';
import { imageShape, type Window, windowedShape } from './shapes.ts';
import type { ExampleShape, LayerSpec } from './spec.ts';

/** One value for each window and channel; padding never counts. */
export interface PoolLayer extends Window {
  readonly name: string;
}

export function poolForm(title: string, layer: (pool: PoolLayer) => LayerSpec): LayerForm {
  return defineForm({
    title,
    settings: z.object({
      size: windowSize.default(2).meta({ title: 'Window size' }),
      stride: stride.default(2).meta({ title: 'Stride' }),
      padding: padding.default('valid').meta({ title: 'Padding' }),
    }),
    layers: (window, { name }) => [layer({ name, ...window })],
  });
}

export function pooledShape(layer: PoolLayer, input: ExampleShape): ExampleShape {
  const [height, width, channels] = imageShape(layer, input);
  return [...windowedShape(layer, height, width), channels];
}

export const followPool = followLinks<PoolLayer>((layer, { inputShape, outputShape }, visit) => {
  const channels = inputShape.at(-1)!;
  forEachTap(layer, inputShape, outputShape, (pixel, window) => {
    for (let channel = 0; channel < channels; channel += 1) {
      visit(pixel * channels + channel, window * channels + channel);
    }
  });
});
