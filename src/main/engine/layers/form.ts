/** How the architecture `custom` offers a kind of layer. */
import { z } from 'zod';
import type { ExampleShape, LayerSpec } from './spec.ts';

export interface LayerForm {
  readonly title: string;
  /** What a user sets besides `kind`. The input's shape follows from the previous layer. */
  readonly settings: z.ZodObject;
  /** The layers that one entry of the list creates. */
  layers(written: object, place: LayerPlace): readonly LayerSpec[];
}

/** Where in the network an entry of the list is. */
export interface LayerPlace {
  /** The kind and its number in the list: `conv2d1`. */
  readonly name: string;
  readonly inputShape: ExampleShape;
  /** Multiplies units or channels by the network's width. */
  scaled(units: number): number;
}

export function defineForm<Settings extends z.ZodObject>(form: {
  readonly title: string;
  readonly settings: Settings;
  layers(settings: z.infer<Settings>, place: LayerPlace): readonly LayerSpec[];
}): LayerForm {
  return {
    ...form,
    layers: (written, place) => form.layers(form.settings.parse(written), place),
  };
}

/** Units of a dense layer or channels of a convolution. */
export const units = z.int().min(1).max(65_536);
export const windowSize = z.int().min(1).max(64);
export const stride = z.int().min(1).max(64);
export const padding = z.enum(['same', 'valid']);
