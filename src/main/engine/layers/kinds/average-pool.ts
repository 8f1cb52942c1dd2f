import { poolingWindow } from '../../kernels/kernels.ts';
import type { Dual } from '../../pruning/sensitivity/dual.ts';
import {
  inputBatchShape,
  type SensitivityForward,
  type SensitivityContext,
} from '../../pruning/sensitivity/layer.ts';
import { averagePool as sparseAveragePool } from '../../sparse/layers/average-pool.ts';
import { PLAIN_SPARSE_LAYER } from '../../sparse/layers/layer.ts';
import type { LayerDefinition } from '../definition.ts';
import { batchShape, type DenseEngineLayer, type LayerContext } from '../layer.ts';
import { modelWindow } from '../model-window.ts';
import { followPool, pooledShape, poolForm, type PoolLayer } from '../pooling.ts';

declare module '../spec.ts' {
  interface LayerSpecs {
    readonly 'average-pool': AveragePoolLayer;
  }
}

/** The mean of each `[size, size]` window. */
export interface AveragePoolLayer extends PoolLayer {
  readonly kind: 'average-pool';
}

export const averagePool: LayerDefinition<AveragePoolLayer> = {
  form: poolForm('Average pooling', (pool) => ({ kind: 'average-pool', ...pool })),
  parameters: () => [],
  outputShape: pooledShape,
  inner: () => [],
  isConvolution: false,
  batchStatistics: () => undefined,
  denseEngine: { build, fusesRelu: false, swapsWithRelu: false },
  sparseEngine: { ...PLAIN_SPARSE_LAYER, build: sparseAveragePool },
  sensitivity,
  followPaths: followPool,
  narrow: (_layer, { live }) => live,
  operations: (layer, context) =>
    context.add({ op: 'average-pool', name: layer.name, window: modelWindow(layer, context) }),
};

function build(
  { size, stride, padding }: AveragePoolLayer,
  context: LayerContext,
): DenseEngineLayer {
  const { kernels } = context;
  const window = poolingWindow(size, stride, padding);
  const inputShape = batchShape(context);
  return (input) => ({
    output: kernels.averagePool(input, window),
    savedTensors: [],
    backward: (gradient) => kernels.averagePoolGrad(inputShape, gradient, window),
  });
}

function sensitivity(
  layer: AveragePoolLayer,
  input: Dual,
  context: SensitivityContext,
): SensitivityForward {
  const { kernels, duals } = context;
  const window = poolingWindow(layer.size, layer.stride, layer.padding);
  return {
    output: duals.linear(input, (x) => kernels.averagePool(x, window)),
    savedTensors: [],
    backward(gradient) {
      const batch = inputBatchShape(context);
      return duals.linear(gradient, (g) => kernels.averagePoolGrad(batch, g, window));
    },
  };
}
