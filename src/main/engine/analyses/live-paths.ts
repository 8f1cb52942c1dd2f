/**
 * Which weights of a masked network lie on a live path: one of kept weights from an input feature to
 * a logit. The network is followed position by position, as it is computed: a weight of a convolution
 * that only ever meets padding is on no path. Biases, and the values of weights, do not count: a path
 * is one of the mask (the effective sparsity of Vysogorets & Kempe 2023).
 */
import { flatLayers, outputShape, productOf } from '../network.ts';
import type {
  Conv2dLayer,
  DenseLayer,
  ExampleShape,
  LayerSpec,
  NetworkSpec,
  Padding,
  ParameterLayout,
  PoolLayer,
  ResidualLayer,
  ZeroPaddingShortcutLayer,
} from '../network.ts';
import type { Mask } from '../pruning/strategy.ts';

/** A byte an activation, row-major as the activations are: 1 where it is on such a path. */
type Flags = Uint8Array;

export interface LivePaths {
  /** As the mask: 1 for kept weights that are on a live path. */
  readonly effective: Mask;
  /** `[...inputShape]`: input features that a live path starts from. */
  readonly inputs: Flags;
  /** By layer with a kernel, in the network's order. */
  readonly layers: readonly LayerPaths[];
}

export interface LayerPaths {
  readonly layer: string;
  /** Output neurons, or output channels. */
  readonly units: number;
  /** `[units]`: whether any of the unit's positions is reached from an input. */
  readonly reached: Flags;
  /** `[units]`: whether a logit depends on any of them. */
  readonly read: Flags;
  /** `[units]`: whether a live path goes through any of them. */
  readonly live: Flags;
}

export function findLivePaths(
  network: NetworkSpec,
  layout: ParameterLayout,
  mask: Mask,
): LivePaths {
  const search = new PathSearch(layout, mask);
  const everyInput = new Uint8Array(productOf(network.inputShape)).fill(1);
  const steps = search.follow(network.layers, network.inputShape, everyInput);
  const everyLogit = new Uint8Array(network.classes).fill(1);
  const inputs = search.trace(steps, everyLogit);
  const byLayer = new Map(search.found.map((paths) => [paths.layer, paths]));
  return {
    effective: search.effective,
    inputs,
    layers: flatLayers(network.layers).flatMap(({ name }) => byLayer.get(name) ?? []),
  };
}

/** A layer with what of its input and output the input of the network reaches. */
interface Step {
  readonly layer: LayerSpec;
  readonly inputShape: ExampleShape;
  readonly outputShape: ExampleShape;
  readonly input: Flags;
  readonly output: Flags;
  readonly body: readonly Step[];
  readonly shortcut: readonly Step[];
}

class PathSearch {
  readonly effective: Mask;
  readonly found: LayerPaths[] = [];
  readonly #mask: Mask;
  readonly #maskOffsets: ReadonlyMap<string, number>;

  constructor(layout: ParameterLayout, mask: Mask) {
    this.#mask = mask;
    this.effective = new Uint8Array(mask.length);
    this.#maskOffsets = new Map(
      layout.prunable.map(({ layer, maskOffset }) => [layer, maskOffset]),
    );
  }

  /** Forward: what the input reaches. */
  follow(layers: readonly LayerSpec[], shape: ExampleShape, reached: Flags): Step[] {
    const steps: Step[] = [];
    for (const layer of layers) {
      const before = steps.at(-1);
      steps.push(this.#step(layer, before?.outputShape ?? shape, before?.output ?? reached));
    }
    return steps;
  }

  /** Back: what the logits depend on; the flags of the input of the first step. */
  trace(steps: readonly Step[], read: Flags): Flags {
    return steps.reduceRight<Flags>((flags, step) => this.#traceStep(step, flags), read);
  }

  #step(layer: LayerSpec, inputShape: ExampleShape, input: Flags): Step {
    const shape = outputShape(layer, inputShape);
    const isBlock = layer.kind === 'residual';
    const body = isBlock ? this.follow(layer.body, inputShape, input) : [];
    const shortcut = isBlock ? this.follow(layer.shortcut, inputShape, input) : [];
    const output = isBlock
      ? either(body.at(-1)?.output ?? input, shortcut.at(-1)?.output ?? input)
      : this.#reach(layer, inputShape, shape, input);
    return { layer, inputShape, outputShape: shape, input, output, body, shortcut };
  }

  #reach(
    layer: Exclude<LayerSpec, ResidualLayer>,
    inputShape: ExampleShape,
    shape: ExampleShape,
    input: Flags,
  ): Flags {
    const output = new Uint8Array(productOf(shape));
    const link: Link = (from, to) => {
      output[to]! |= input[from]!;
    };
    switch (layer.kind) {
      case 'relu':
      case 'dropout':
      case 'flatten':
      case 'batch-norm':
        return input;
      case 'dense':
      case 'conv2d':
        this.#forEachKernelRow(layer, inputShape, shape, (from, to, row) => {
          if (input[from] === 0) return;
          for (let unit = 0; unit < layer.outputs; unit += 1) {
            output[to + unit]! |= this.#mask[row + unit]!;
          }
        });
        return output;
      case 'max-pool':
      case 'average-pool':
        forEachPooled(layer, inputShape, shape, link);
        return output;
      case 'global-average-pool':
        forEachPixel(inputShape, link);
        return output;
      case 'zero-padding-shortcut':
        forEachShortcut(layer, inputShape, shape, link);
        return output;
    }
  }

  #traceStep(step: Step, read: Flags): Flags {
    const { layer, inputShape, outputShape: shape, input } = step;
    const inputRead = new Uint8Array(input.length);
    const link: Link = (from, to) => {
      inputRead[from]! |= read[to]!;
    };
    switch (layer.kind) {
      case 'relu':
      case 'dropout':
      case 'flatten':
      case 'batch-norm':
        return read;
      case 'residual':
        return either(this.trace(step.body, read), this.trace(step.shortcut, read));
      case 'dense':
      case 'conv2d':
        this.#forEachKernelRow(layer, inputShape, shape, (from, to, row) => {
          const isReached = input[from]!;
          for (let unit = 0; unit < layer.outputs; unit += 1) {
            const isPath = this.#mask[row + unit]! & read[to + unit]!;
            inputRead[from]! |= isPath;
            this.effective[row + unit]! |= isPath & isReached;
          }
        });
        this.found.push(unitsOf(layer, step.output, read));
        return inputRead;
      case 'max-pool':
      case 'average-pool':
        forEachPooled(layer, inputShape, shape, link);
        return inputRead;
      case 'global-average-pool':
        forEachPixel(inputShape, link);
        return inputRead;
      case 'zero-padding-shortcut':
        forEachShortcut(layer, inputShape, shape, link);
        return inputRead;
    }
  }

  /**
   * Calls `visit` for each input feature and output position that a kernel joins, with the index of
   * the feature, that of the position's first unit, and that of its weights in the mask.
   */
  #forEachKernelRow(
    layer: DenseLayer | Conv2dLayer,
    inputShape: ExampleShape,
    shape: ExampleShape,
    visit: (from: number, to: number, row: number) => void,
  ): void {
    const start = this.#maskOffsets.get(layer.name)!;
    const { inputs, outputs } = layer;
    if (layer.kind === 'dense') {
      for (let input = 0; input < inputs; input += 1) visit(input, 0, start + input * outputs);
      return;
    }
    const { kernelSize: size, stride, padding } = layer;
    forEachWindow({ size, stride, padding }, inputShape, shape, (pixel, position, tap) => {
      for (let input = 0; input < inputs; input += 1) {
        visit(pixel * inputs + input, position * outputs, start + (tap * inputs + input) * outputs);
      }
    });
  }
}

/** Joins an activation of a layer's input to one of its output. */
type Link = (from: number, to: number) => void;

function either(one: Flags, other: Flags): Flags {
  return one.map((flag, index) => flag | other[index]!);
}

function unitsOf(
  { name, outputs }: DenseLayer | Conv2dLayer,
  output: Flags,
  read: Flags,
): LayerPaths {
  const paths = {
    layer: name,
    units: outputs,
    reached: new Uint8Array(outputs),
    read: new Uint8Array(outputs),
    live: new Uint8Array(outputs),
  };
  for (let index = 0; index < output.length; index += 1) {
    const unit = index % outputs;
    paths.reached[unit]! |= output[index]!;
    paths.read[unit]! |= read[index]!;
    paths.live[unit]! |= output[index]! & read[index]!;
  }
  return paths;
}

interface Window {
  readonly size: number;
  readonly stride: number;
  readonly padding: Padding;
}

/**
 * Calls `visit` for each pixel inside a window, with its index, that of the output position, and its
 * place within the window; padding is left out.
 */
function forEachWindow(
  { size, stride, padding }: Window,
  [height = 1, width = 1]: ExampleShape,
  [outputHeight = 1, outputWidth = 1]: ExampleShape,
  visit: (pixel: number, position: number, tap: number) => void,
): void {
  const before = (input: number, output: number): number =>
    padding === 'valid' ? 0 : Math.floor(Math.max((output - 1) * stride + size - input, 0) / 2);
  const top = before(height, outputHeight);
  const left = before(width, outputWidth);
  for (let row = 0; row < outputHeight; row += 1) {
    for (let column = 0; column < outputWidth; column += 1) {
      for (let tap = 0; tap < size * size; tap += 1) {
        const y = row * stride - top + Math.floor(tap / size);
        const x = column * stride - left + (tap % size);
        if (y < 0 || y >= height || x < 0 || x >= width) continue;
        visit(y * width + x, row * outputWidth + column, tap);
      }
    }
  }
}

function forEachPooled(
  layer: PoolLayer,
  inputShape: ExampleShape,
  shape: ExampleShape,
  link: Link,
): void {
  const channels = inputShape.at(-1)!;
  forEachWindow(layer, inputShape, shape, (pixel, position) => {
    for (let channel = 0; channel < channels; channel += 1) {
      link(pixel * channels + channel, position * channels + channel);
    }
  });
}

function forEachPixel(inputShape: ExampleShape, link: Link): void {
  const channels = inputShape.at(-1)!;
  const activations = productOf(inputShape);
  for (let index = 0; index < activations; index += 1) link(index, index % channels);
}

function forEachShortcut(
  { inputs, outputs, stride }: ZeroPaddingShortcutLayer,
  inputShape: ExampleShape,
  shape: ExampleShape,
  link: Link,
): void {
  const added = Math.floor((outputs - inputs) / 2);
  forEachWindow({ size: 1, stride, padding: 'valid' }, inputShape, shape, (pixel, position) => {
    for (let channel = 0; channel < inputs; channel += 1) {
      link(pixel * inputs + channel, position * outputs + added + channel);
    }
  });
}
