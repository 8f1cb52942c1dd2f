/**
 * A network as plain data. Architectures write it; the engines read it. Nothing here knows how a
 * layer is computed.
 */
import { WorkbenchError } from '../../shared/contract/errors.ts';
import {
  layoutFrom,
  type ParameterLayout,
  type ParameterSpec,
} from '../../shared/domain/layout.ts';

export type { ParameterKind, ParameterLayout, ParameterSpec } from '../../shared/domain/layout.ts';

/** A fully connected layer: `[batch, inputs] · [inputs, outputs] + [outputs]`. */
export interface DenseLayer {
  readonly kind: 'dense';
  readonly name: string;
  readonly inputs: number;
  readonly outputs: number;
}

/**
 * How a window walks over `[height, width]`, as TensorFlow defines it: `valid` stays inside the
 * image; `same` pads with zeros to ⌈size / stride⌉ outputs, the odd pixel at the bottom and right.
 */
export type Padding = 'same' | 'valid';

/** Cross-correlation of `[batch, height, width, inputs]` with `[kernel, kernel, inputs, outputs]`. */
export interface Conv2dLayer {
  readonly kind: 'conv2d';
  readonly name: string;
  readonly inputs: number;
  readonly outputs: number;
  /** Height and width of the kernel. */
  readonly kernelSize: number;
  readonly stride: number;
  readonly padding: Padding;
  /** Left out in front of a batch normalisation, which would subtract it again. */
  readonly hasBias: boolean;
}

/** The largest, or the mean, of each `[size, size]` window; padding never counts. */
export interface PoolLayer {
  readonly kind: 'max-pool' | 'average-pool';
  readonly name: string;
  readonly size: number;
  readonly stride: number;
  readonly padding: Padding;
}

/** The mean over height and width: `[batch, height, width, channels]` to `[batch, channels]`. */
export interface GlobalAveragePoolLayer {
  readonly kind: 'global-average-pool';
  readonly name: string;
}

/**
 * Ioffe & Szegedy 2015, algorithm 1, over every axis but the last. The running statistics are
 * parameters of the layout that no optimizer touches: r ← (1 − momentum) r + momentum · batch's,
 * with the unbiased variance, as in PyTorch.
 */
export interface BatchNormLayer {
  readonly kind: 'batch-norm';
  readonly name: string;
  readonly channels: number;
  readonly momentum: number;
  readonly epsilon: number;
}

/** max(0, x), elementwise. */
export interface ReluLayer {
  readonly kind: 'relu';
  readonly name: string;
}

/** In training each value becomes 0 with probability `rate`, the others grow by 1 / (1 − rate). */
export interface DropoutLayer {
  readonly kind: 'dropout';
  readonly name: string;
  readonly rate: number;
}

/** `[batch, height, width, channels]` to `[batch, height · width · channels]`, row-major. */
export interface FlattenLayer {
  readonly kind: 'flatten';
  readonly name: string;
}

/**
 * The parameter-free shortcut of He et al. 2016 (option A): every `stride`-th pixel, with channels
 * of zeros added on both sides up to `outputs`.
 */
export interface ZeroPaddingShortcutLayer {
  readonly kind: 'zero-padding-shortcut';
  readonly name: string;
  readonly inputs: number;
  readonly outputs: number;
  readonly stride: number;
}

/** body(x) + shortcut(x); an empty shortcut is the identity. */
export interface ResidualLayer {
  readonly kind: 'residual';
  readonly name: string;
  readonly body: readonly LayerSpec[];
  readonly shortcut: readonly LayerSpec[];
}

export type LayerSpec =
  | DenseLayer
  | Conv2dLayer
  | PoolLayer
  | GlobalAveragePoolLayer
  | BatchNormLayer
  | ReluLayer
  | DropoutLayer
  | FlattenLayer
  | ZeroPaddingShortcutLayer
  | ResidualLayer;

/** The shape of one example without the batch: `[features]` or `[height, width, channels]`. */
export type ExampleShape = readonly number[];

export interface NetworkSpec {
  readonly inputShape: ExampleShape;
  readonly classes: number;
  /** In order from the input; the last one gives the logits `[batch, classes]`. */
  readonly layers: readonly LayerSpec[];
}

/** Every layer, those inside residual blocks in place of their block, body before shortcut. */
export function flatLayers(layers: readonly LayerSpec[]): LayerSpec[] {
  return layers.flatMap((layer) =>
    layer.kind === 'residual' ? flatLayers([...layer.body, ...layer.shortcut]) : [layer],
  );
}

export function layoutOf(network: NetworkSpec): ParameterLayout {
  const layers = flatLayers(network.layers);
  const output =
    layers.findLast((layer) => layer.kind === 'dense') ??
    layers.findLast((layer) => layer.kind === 'conv2d');
  const parameters: ParameterSpec[] = [];
  let offset = 0;
  let maskOffset = 0;
  for (const layer of layers) {
    for (const { kind, shape, fanIn, fanOut, layerKind } of tensorsOf(layer)) {
      const size = productOf(shape);
      const prunable = kind === 'kernel';
      parameters.push({
        name: `${layer.name}.${kind}`,
        layer: layer.name,
        layerKind,
        kind,
        shape,
        size,
        offset,
        fanIn,
        fanOut,
        prunable,
        trainable: kind !== 'running-mean' && kind !== 'running-variance',
        maskOffset: prunable ? maskOffset : -1,
        isOutput: prunable && layer === output,
      });
      offset += size;
      if (prunable) maskOffset += size;
    }
  }
  return layoutFrom(parameters);
}

type TensorOfLayer = Pick<ParameterSpec, 'kind' | 'shape' | 'fanIn' | 'fanOut' | 'layerKind'>;

const BATCH_NORM_TENSORS = ['gamma', 'beta', 'running-mean', 'running-variance'] as const;

function tensorsOf(layer: LayerSpec): TensorOfLayer[] {
  switch (layer.kind) {
    case 'dense': {
      const common = { fanIn: layer.inputs, fanOut: layer.outputs, layerKind: layer.kind };
      return [
        { ...common, kind: 'kernel', shape: [layer.inputs, layer.outputs] },
        { ...common, kind: 'bias', shape: [layer.outputs] },
      ];
    }
    case 'conv2d': {
      const { inputs, outputs, kernelSize } = layer;
      const field = kernelSize * kernelSize;
      const common = { fanIn: field * inputs, fanOut: field * outputs, layerKind: layer.kind };
      const kernel: TensorOfLayer = {
        ...common,
        kind: 'kernel',
        shape: [kernelSize, kernelSize, inputs, outputs],
      };
      return layer.hasBias ? [kernel, { ...common, kind: 'bias', shape: [outputs] }] : [kernel];
    }
    case 'batch-norm': {
      const { channels, kind: layerKind } = layer;
      return BATCH_NORM_TENSORS.map((kind) => ({
        kind,
        shape: [channels],
        fanIn: channels,
        fanOut: channels,
        layerKind,
      }));
    }
    default:
      return [];
  }
}

/**
 * Follows the shapes through the network.
 *
 * @throws WorkbenchError `invalid-settings` naming the layer and both shapes where they don't fit,
 *   or a name that two layers share.
 */
export function checkShapes(network: NetworkSpec): void {
  const names = new Set<string>();
  for (const { name } of flatLayers(network.layers)) {
    if (names.has(name))
      reject(`two layers are named ${name}; expected a name for each of its own`);
    names.add(name);
  }
  const shape = network.layers.reduce<ExampleShape>(
    (input, layer) => outputShape(layer, input),
    network.inputShape,
  );
  if (shape.length !== 1 || shape[0] !== network.classes) {
    reject(
      `the network ends in shape ${show(shape)}; expected one logit per class, [${network.classes}]`,
    );
  }
}

/**
 * The shape a layer makes of its input's.
 *
 * @throws WorkbenchError `invalid-settings` naming the layer and both shapes where they don't fit.
 */
export function outputShape(layer: LayerSpec, input: ExampleShape): ExampleShape {
  switch (layer.kind) {
    case 'relu':
    case 'dropout':
      return input;
    case 'flatten':
      return [productOf(input)];
    case 'dense':
      if (input.length !== 1 || input[0] !== layer.inputs) {
        const hint = 'Put a flatten or global-average-pool layer in front of it.';
        rejectInput(layer, `[${layer.inputs}]`, input, input.length === 1 ? undefined : hint);
      }
      return [layer.outputs];
    case 'conv2d': {
      const expected = `[height, width, ${layer.inputs}]`;
      const [height, width] = imageShape(layer, expected, input, layer.inputs);
      const window = { ...layer, size: layer.kernelSize };
      return [...windowedShape(window, height, width), layer.outputs];
    }
    case 'max-pool':
    case 'average-pool': {
      const [height, width, channels] = imageShape(layer, '[height, width, channels]', input);
      return [...windowedShape(layer, height, width), channels];
    }
    case 'global-average-pool':
      return [imageShape(layer, '[height, width, channels]', input)[2]];
    case 'batch-norm':
      if (input.at(-1) !== layer.channels) {
        const leading = input.length === 3 ? 'height, width, ' : '';
        rejectInput(layer, `[${leading}${layer.channels}]`, input);
      }
      return input;
    case 'zero-padding-shortcut': {
      const expected = `[height, width, ${layer.inputs}]`;
      const [height, width] = imageShape(layer, expected, input, layer.inputs);
      const { stride, outputs } = layer;
      return [Math.ceil(height / stride), Math.ceil(width / stride), outputs];
    }
    case 'residual': {
      const follow = (layers: readonly LayerSpec[]): ExampleShape =>
        layers.reduce((shape, inner) => outputShape(inner, shape), input);
      const body = follow(layer.body);
      const shortcut = follow(layer.shortcut);
      if (show(body) !== show(shortcut)) {
        reject(
          `layer ${layer.name} adds ${show(body)} of its body to ${show(shortcut)} of its shortcut; expected equal shapes`,
        );
      }
      return body;
    }
  }
}

function imageShape(
  layer: LayerSpec,
  expected: string,
  input: ExampleShape,
  expectedChannels?: number,
): readonly [number, number, number] {
  const [height, width, channels] = input;
  if (
    input.length !== 3 ||
    height === undefined ||
    width === undefined ||
    channels === undefined ||
    (expectedChannels !== undefined && channels !== expectedChannels)
  ) {
    rejectInput(layer, expected, input);
  }
  return [height, width, channels];
}

/** Values of one example that a pass through the network leaves in memory, its own included. */
export function activationCount(network: NetworkSpec): number {
  const count = (layers: readonly LayerSpec[], inputShape: ExampleShape): number => {
    let shape = inputShape;
    let total = 0;
    for (const layer of layers) {
      if (layer.kind === 'residual')
        total += count(layer.body, shape) + count(layer.shortcut, shape);
      shape = outputShape(layer, shape);
      total += productOf(shape);
    }
    return total;
  };
  return productOf(network.inputShape) + count(network.layers, network.inputShape);
}

/** `[height, width]` after a window has walked over an image. */
function windowedShape(
  window: { name: string; size: number; stride: number; padding: Padding },
  height: number,
  width: number,
): readonly [number, number] {
  const { name, size, stride, padding } = window;
  if (padding === 'same') return [Math.ceil(height / stride), Math.ceil(width / stride)];
  if (height < size || width < size) {
    reject(
      `layer ${name} has windows of [${size}, ${size}], which do not fit into its input of [${height}, ${width}]`,
    );
  }
  return [Math.floor((height - size) / stride) + 1, Math.floor((width - size) / stride) + 1];
}

function rejectInput(
  layer: LayerSpec,
  expected: string,
  input: ExampleShape,
  hint?: string,
): never {
  reject(`layer ${layer.name} takes ${expected} but is given ${show(input)}`, hint);
}

function reject(message: string, hint?: string): never {
  throw new WorkbenchError('invalid-settings', message, hint);
}

const show = (shape: ExampleShape): string => `[${shape.join(', ')}]`;

export function productOf(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}
