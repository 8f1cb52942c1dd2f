import { followLinks, forEachTap } from '../../analyses/paths.ts';
import { poolingWindow } from '../../kernels/kernels.ts';
import type { Dual } from '../../pruning/sensitivity/dual.ts';
import {
  inputBatchShape,
  type SensitivityForward,
  type SensitivityContext,
} from '../../pruning/sensitivity/layer.ts';
import { PLAIN_SPARSE_LAYER } from '../../sparse/layers/layer.ts';
import { zeroPaddingShortcut as sparseZeroPaddingShortcut } from '../../sparse/layers/zero-padding-shortcut.ts';
import type { LayerDefinition } from '../definition.ts';
import { batchShape, type DenseEngineLayer, type LayerContext } from '../layer.ts';
import { imageShape, reject } from '../shapes.ts';

declare module '../spec.ts' {
  interface LayerSpecs {
    readonly 'zero-padding-shortcut': ZeroPaddingShortcutLayer;
  }
}

/**
 * The parameter-free shortcut of He et al. 2016, section 3.3, option A: every `stride`-th pixel, with
 * channels of zeros added on both sides up to `outputs`.
 */
export interface ZeroPaddingShortcutLayer {
  readonly kind: 'zero-padding-shortcut';
  readonly name: string;
  readonly inputs: number;
  readonly outputs: number;
  readonly stride: number;
}

export const zeroPaddingShortcut: LayerDefinition<ZeroPaddingShortcutLayer> = {
  form: undefined,
  parameters: () => [],
  outputShape(layer, input) {
    const { name, inputs, outputs, stride } = layer;
    const [height, width] = imageShape(layer, input, inputs);
    if (outputs < inputs) {
      reject(
        `layer ${name} adds channels of zeros up to ${outputs} but is given ${inputs} channels`,
        'Choose the projection shortcut where a block has fewer channels than its input.',
      );
    }
    return [Math.ceil(height / stride), Math.ceil(width / stride), outputs];
  },
  inner: () => [],
  isConvolution: false,
  batchStatistics: () => undefined,
  denseEngine: { build, fusesRelu: false, swapsWithRelu: false },
  sparseEngine: {
    ...PLAIN_SPARSE_LAYER,
    build: sparseZeroPaddingShortcut,
    readsByGroup: () => true,
  },
  sensitivity,
  followPaths: followLinks((layer, { inputShape, outputShape }, visit) => {
    const { inputs, outputs, stride } = layer;
    const { before } = addedChannels(layer);
    const window = { size: 1, stride, padding: 'valid' } as const;
    forEachTap(window, inputShape, outputShape, (pixel, position) => {
      for (let channel = 0; channel < inputs; channel += 1) {
        visit(pixel * inputs + channel, position * outputs + before + channel);
      }
    });
  }),
  narrow(layer, { live }) {
    const { before } = addedChannels(layer);
    return live.map((channel) => before + channel);
  },
  operations(layer, { add, input, inputShape, outputShape }) {
    const { name, stride, inputs, outputs } = layer;
    const { before, after } = addedChannels(layer);
    const strided = [...outputShape.slice(0, 2), inputs];
    const subsample = { op: 'subsample', name: `${name}.subsample`, stride } as const;
    const pixels = stride === 1 ? input : add({ ...subsample, inputShape, outputShape: strided });
    if (outputs === inputs) return pixels;
    return add({ op: 'pad-channels', name, before, after, inputs: [pixels], inputShape: strided });
  },
};

/**
 * Channels of zeros before and after the input's channels. If their number is odd, one more comes
 * after.
 */
function addedChannels({ inputs, outputs }: ZeroPaddingShortcutLayer) {
  const added = outputs - inputs;
  const before = Math.floor(added / 2);
  return { before, after: added - before };
}

function build(layer: ZeroPaddingShortcutLayer, context: LayerContext): DenseEngineLayer {
  const { kernels, needsInputGradient } = context;
  const { before, after } = addedChannels(layer);
  const paddings = context.constant(Int32Array.of(0, 0, 0, 0, 0, 0, before, after), [4, 2]);
  const begin = context.constant(Int32Array.of(0, 0, 0, before), [4]);
  const size = context.constant(Int32Array.of(-1, -1, -1, layer.inputs), [4]);
  const inputShape = batchShape(context);
  // Average pooling with a window of one pixel takes every stride-th pixel.
  const window = poolingWindow(1, layer.stride, 'valid');
  const isStrided = layer.stride > 1;
  return (input) => ({
    output: kernels.pad(isStrided ? kernels.averagePool(input, window) : input, paddings),
    savedTensors: [],
    backward(gradient) {
      if (!needsInputGradient) return undefined;
      const unpadded = kernels.slice(gradient, begin, size);
      return isStrided ? kernels.averagePoolGrad(inputShape, unpadded, window) : unpadded;
    },
  });
}

function sensitivity(
  layer: ZeroPaddingShortcutLayer,
  input: Dual,
  context: SensitivityContext,
): SensitivityForward {
  const { kernels, duals } = context;
  const { before, after } = addedChannels(layer);
  const paddings = kernels.constant(Int32Array.of(0, 0, 0, 0, 0, 0, before, after), [4, 2]);
  // Average pooling with a window of one pixel takes every stride-th pixel.
  const everyStride = poolingWindow(1, layer.stride, 'valid');
  return {
    output: duals.linear(input, (x) => kernels.pad(kernels.averagePool(x, everyStride), paddings)),
    savedTensors: [],
    backward(gradient) {
      const begin = kernels.constant(Int32Array.of(0, 0, 0, before), [4]);
      const size = kernels.constant(Int32Array.of(-1, -1, -1, layer.inputs), [4]);
      const batch = inputBatchShape(context);
      return duals.linear(gradient, (g) =>
        kernels.averagePoolGrad(batch, kernels.slice(g, begin, size), everyStride),
      );
    },
  };
}
