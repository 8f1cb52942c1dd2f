import { poolingWindow } from '../kernels/kernels.ts';
import type { PoolLayer } from '../network.ts';
import type { LayerFactory } from './layer.ts';

export const maxPool: LayerFactory<PoolLayer> = ({ size, stride, padding }, { kernels }) => {
  const window = poolingWindow(size, stride, padding);
  return (input) => {
    const output = kernels.maxPool(input, window);
    return {
      output,
      keeps: [input, output],
      backward: (gradient) => kernels.maxPoolGrad(input, output, gradient, window),
    };
  };
};
