import { poolingWindow } from '../kernels/kernels.ts';
import type { PoolLayer } from '../network.ts';
import { batchShape, type LayerFactory } from './layer.ts';

export const averagePool: LayerFactory<PoolLayer> = ({ size, stride, padding }, context) => {
  const { kernels } = context;
  const window = poolingWindow(size, stride, padding);
  const inputShape = batchShape(context);
  return (input) => ({
    output: kernels.averagePool(input, window),
    keeps: [],
    backward: (gradient) => kernels.averagePoolGrad(inputShape, gradient, window),
  });
};
