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
    const keeps = [...throughBody.keeps, ...around.keeps];
    const terms = [throughBody.output, around.output];
    const output = kernels.add(throughBody.output, around.output);
    kernels.deleteTemporaries(terms.filter((term) => term !== input && !keeps.includes(term)));
    return {
      output,
      keeps,
      backward(gradient, read) {
        const fromBody = throughBody.backward(gradient, read, throughBody.output);
        const fromShortcut = around.backward(gradient, read, around.output);
        if (fromBody === undefined || fromShortcut === undefined) return undefined;
        const sum = kernels.add(fromBody, fromShortcut);
        const parts = [fromBody, fromShortcut];
        kernels.deleteTemporaries(parts.filter((part) => part !== gradient));
        return sum;
      },
    };
  };
};
