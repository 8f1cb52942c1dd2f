import type { ResidualLayer } from '../network.ts';
import type { LayerFactory } from './layer.ts';

/** He et al. 2016, equation 1: F(x) + shortcut(x). The ReLU behind it is a layer of its own. */
export const residual: LayerFactory<ResidualLayer> = (layer, context) => {
  const { kernels } = context;
  const body = context.sequence(layer.body);
  const shortcut = context.sequence(layer.shortcut);
  return (input, pass) => {
    const throughBody = body(input, pass);
    const around = shortcut(input, pass);
    return {
      output: kernels.add(throughBody.output, around.output),
      backward(gradient) {
        const fromBody = throughBody.backward(gradient);
        const fromShortcut = around.backward(gradient);
        return fromBody === undefined || fromShortcut === undefined
          ? undefined
          : kernels.add(fromBody, fromShortcut);
      },
    };
  };
};
