/**
 * How a layer is traced in the search for live paths. Most layers use one of three ways: value by
 * value, by links without weights, or by the weights of a kernel.
 */
import type { Mask } from '../../../shared/domain/mask.ts';
import type { Window } from '../layers/shapes.ts';
import { type ExampleShape, type LayerSpec, productOf } from '../layers/spec.ts';
import { windowReach } from '../sparse/window.ts';

/** One byte per value of an activation, row-major: 1 for the values that qualify. */
export type Flags = Uint8Array;

/** The units of a layer with a kernel: its output neurons, or its output channels. */
export interface LayerPaths {
  readonly layer: string;
  readonly units: number;
  /** `[units]`: 1 if any of the unit's positions is reached from an input feature. */
  readonly reached: Flags;
  /** `[units]`: 1 if a logit depends on any of the unit's positions. */
  readonly read: Flags;
  /** `[units]`: 1 if a live path leads through any of the unit's positions. */
  readonly live: Flags;
}

/** The state of the search for live paths at one layer. */
export interface PathContext {
  readonly inputShape: ExampleShape;
  readonly outputShape: ExampleShape;
  /** Values of the layer's input that are reached from an input feature. */
  readonly input: Flags;
  /** 1 for kept weights. */
  readonly mask: Mask;
  /** 1 for kept weights that have been found to lie on a live path. */
  readonly effective: Mask;
  /**
   * Where the layer's kernel starts in both masks.
   *
   * @throws Error if the layer has no kernel.
   */
  kernelOffset(): number;
  report(paths: LayerPaths): void;
  /** Follows a sequence of layers that reads this layer's input, for layers made of layers. */
  sequence(layers: readonly LayerSpec[]): FollowedLayer;
}

/** A layer traced from its input to its output. */
export interface FollowedLayer {
  /** Values of the output that are reached from an input feature. */
  readonly output: Flags;
  /**
   * Traces the layer from its output to its input.
   *
   * @param read the values of the output that a logit depends on.
   * @returns the values of the input that a logit depends on.
   */
  trace(read: Flags): Flags;
}

export type FollowLayer<Spec> = (layer: Spec, context: PathContext) => FollowedLayer;

/** For layers whose outputs each depend on the input value in the same place. */
export function followValues(_layer: LayerSpec, { input }: PathContext): FollowedLayer {
  return { output: input, trace: (read) => read };
}

/** Joins a value of the layer's input to a value of its output that depends on it. */
type Link = (from: number, to: number) => void;

/**
 * For layers without weights. `forEachLink` visits every pair of an input value and an output value
 * that depends on it.
 */
export function followLinks<Spec>(
  forEachLink: (layer: Spec, context: PathContext, visit: Link) => void,
): FollowLayer<Spec> {
  return (layer, context) => {
    const { input } = context;
    const output = new Uint8Array(productOf(context.outputShape));
    forEachLink(layer, context, (from, to) => {
      output[to]! |= input[from]!;
    });
    return {
      output,
      trace(read) {
        const inputRead = new Uint8Array(input.length);
        forEachLink(layer, context, (from, to) => {
          inputRead[from]! |= read[to]!;
        });
        return inputRead;
      },
    };
  };
}

/**
 * Joins a value of the layer's input to all units at one position of its output.
 *
 * @param to index of the position's first unit.
 * @param row index in the kernel of the weight to that unit; the weights to its other units follow.
 */
type KernelRow = (from: number, to: number, row: number) => void;

/** For layers with a kernel `[…, outputs]`. `forEachRow` visits every use of the kernel. */
export function followKernel<Spec extends { readonly name: string; readonly outputs: number }>(
  forEachRow: (layer: Spec, context: PathContext, visit: KernelRow) => void,
): FollowLayer<Spec> {
  return (layer, context) => {
    const { input, mask, effective } = context;
    const { outputs: units } = layer;
    const start = context.kernelOffset();
    const output = new Uint8Array(productOf(context.outputShape));
    // A position whose units are all reached needs no other row, which saves most of the time.
    const unreached = new Int32Array(output.length / units).fill(units);
    forEachRow(layer, context, (from, to, row) => {
      const position = to / units;
      let left = unreached[position]!;
      if (input[from] === 0 || left === 0) return;
      const first = start + row;
      for (let unit = 0; unit < units; unit += 1) {
        const isNew = mask[first + unit]! & ~output[to + unit]!;
        output[to + unit]! |= isNew;
        left -= isNew;
      }
      unreached[position] = left;
    });
    return {
      output,
      trace(read) {
        const inputRead = new Uint8Array(input.length);
        forEachRow(layer, context, (from, to, row) => {
          const first = start + row;
          const isReached = input[from]!;
          for (let unit = 0; unit < units; unit += 1) {
            const isPath = mask[first + unit]! & read[to + unit]!;
            inputRead[from]! |= isPath;
            effective[first + unit]! |= isPath & isReached;
          }
        });
        context.report(unitsOf(layer, output, read));
        return inputRead;
      },
    };
  };
}

function unitsOf(
  { name, outputs }: { readonly name: string; readonly outputs: number },
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

/**
 * Visits every pixel inside every window, without the padding.
 *
 * @param visit gets the index of the pixel, the index of the window, and the pixel's row-major
 *   index within the window.
 */
export function forEachTap(
  window: Window,
  [height = 1, width = 1]: ExampleShape,
  [outputHeight = 1, outputWidth = 1]: ExampleShape,
  visit: (pixel: number, window: number, tap: number) => void,
): void {
  const { size, stride } = window;
  const output = { height: outputHeight, width: outputWidth };
  const { top, left } = windowReach(window, { height, width }, output);
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
