import type { FlattenLayer } from '../../network.ts';
import type { SparseLayerFactory } from './layer.ts';

export const flatten: SparseLayerFactory<FlattenLayer> = (_layer, { input }) => ({
  output: input,
  forward: () => undefined,
  backward: () => undefined,
});
