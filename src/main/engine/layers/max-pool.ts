import { poolingWindow } from '../kernels/kernels.ts';
import { alignedFloats } from '../kernels/memory.ts';
import { type PoolLayer, productOf } from '../network.ts';
import type { LayerFactory } from './layer.ts';

export const maxPool: LayerFactory<PoolLayer> = ({ size, stride, padding }, context) => {
  const { kernels, batchSize, inputShape } = context;
  const window = poolingWindow(size, stride, padding);
  const batch = [batchSize, ...inputShape];
  // Pages that nothing touches take no memory.
  const ofInputShape = context.constant(alignedFloats(productOf(batch)), batch);
  return (input, pass) =>
    pass.isTraining
      ? kernels.maxPoolForTraining(input, window, ofInputShape)
      : { output: kernels.maxPool(input, window), keeps: [], backward: () => undefined };
};
