import { poolingWindow } from '../kernels/kernels.ts';
import type { PoolLayer } from '../network.ts';
import type { LayerFactory } from './layer.ts';

export const maxPool: LayerFactory<PoolLayer> = ({ size, stride, padding }, { kernels }) => {
  const window = poolingWindow(size, stride, padding);
  return (input, pass) => {
    if (!pass.isTraining) {
      return { output: kernels.maxPool(input, window), keeps: [], backward: () => undefined };
    }
    const { output, kept, backward } = kernels.maxPoolForTraining(input, window);
    return { output, keeps: [input, output, ...kept], backward };
  };
};
