/**
 * Layers as plain data: what architectures write and engines read. Everything about a kind of layer,
 * its settings included, is in its file in `kinds/`.
 */

/**
 * The specs of all kinds, by name. Each file in `kinds/` adds its own by declaration merging. So
 * this file, which every part of the engine reads, need not know any of them.
 */
// eslint-disable-next-line @typescript-eslint/no-empty-object-type
export interface LayerSpecs {}

export type LayerKind = keyof LayerSpecs;

/** A layer of any kind. Its name is unique in the network. */
export type LayerSpec = LayerSpecs[LayerKind];

/** The shape of one example without the batch: `[features]` or `[height, width, channels]`. */
export type ExampleShape = readonly number[];

/**
 * How a window moves over `[height, width]`, as TensorFlow defines it: `valid` stays inside the
 * image; `same` pads with zeros to ⌈input / stride⌉ outputs, the odd pixel at the bottom and right.
 */
export type Padding = 'same' | 'valid';

export function productOf(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}

/** A network of layers as plain data. */
export interface NetworkSpec {
  readonly inputShape: ExampleShape;
  readonly classes: number;
  /** In order from the input; the last one gives the logits `[batch, classes]`. */
  readonly layers: readonly LayerSpec[];
}
