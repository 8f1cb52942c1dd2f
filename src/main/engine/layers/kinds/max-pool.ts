import { poolingWindow } from '../../kernels/kernels.ts';
import { alignedFloats } from '../../kernels/memory.ts';
import type { Dual } from '../../pruning/sensitivity/dual.ts';
import type { SensitivityContext, SensitivityForward } from '../../pruning/sensitivity/layer.ts';
import { PLAIN_SPARSE_LAYER } from '../../sparse/layers/layer.ts';
import { maxPool as sparseMaxPool } from '../../sparse/layers/max-pool.ts';
import type { LayerDefinition } from '../definition.ts';
import type { DenseEngineLayer, LayerContext } from '../layer.ts';
import { modelWindow } from '../model-window.ts';
import { followPool, pooledShape, poolForm, type PoolLayer } from '../pooling.ts';
import { productOf } from '../spec.ts';

declare module '../spec.ts' {
  interface LayerSpecs {
    readonly 'max-pool': MaxPoolLayer;
  }
}

/** The largest of each `[size, size]` window. */
export interface MaxPoolLayer extends PoolLayer {
  readonly kind: 'max-pool';
}

export const maxPool: LayerDefinition<MaxPoolLayer> = {
  form: poolForm('Max pooling', (pool) => ({ kind: 'max-pool', ...pool })),
  parameters: () => [],
  outputShape: pooledShape,
  inner: () => [],
  isConvolution: false,
  batchStatistics: () => undefined,
  // The maximum of a window is the same before and after a ReLU, and its gradient goes to the same
  // place.
  denseEngine: { build, fusesRelu: false, swapsWithRelu: true },
  sparseEngine: { ...PLAIN_SPARSE_LAYER, build: sparseMaxPool },
  sensitivity,
  followPaths: followPool,
  narrow: (_layer, { live }) => live,
  operations: (layer, context) =>
    context.add({ op: 'max-pool', name: layer.name, window: modelWindow(layer, context) }),
};

function build({ size, stride, padding }: MaxPoolLayer, context: LayerContext): DenseEngineLayer {
  const { kernels, batchSize, inputShape } = context;
  const window = poolingWindow(size, stride, padding);
  const batch = [batchSize, ...inputShape];
  // Nothing writes to this memory, and untouched pages take no space.
  const ofInputShape = context.constant(alignedFloats(productOf(batch)), batch);
  return (input, pass) =>
    pass.isTraining
      ? kernels.maxPoolForTraining(input, window, ofInputShape)
      : { output: kernels.maxPool(input, window), savedTensors: [], backward: () => undefined };
}

function sensitivity(
  layer: MaxPoolLayer,
  { value, tangent }: Dual,
  { kernels, duals }: SensitivityContext,
): SensitivityForward {
  const window = poolingWindow(layer.size, layer.stride, layer.padding);
  const output = kernels.maxPool(value, window);
  return {
    output: {
      value: output,
      tangent: tangent && kernels.maxPoolSelect(value, output, tangent, window),
    },
    savedTensors: [value, output],
    backward: (gradient) =>
      duals.linear(gradient, (g) => kernels.maxPoolGrad(value, output, g, window)),
  };
}
