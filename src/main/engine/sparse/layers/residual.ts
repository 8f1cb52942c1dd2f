import type { ResidualLayer } from '../../network.ts';
import {
  extentsOf,
  gradientsOf,
  reserveLike,
  valuesOf,
  withGradientsOfItsOwn,
} from '../activation.ts';
import type { SparseLayerFactory, SparsePass, SparseSequence } from './layer.ts';

/**
 * body(x) + shortcut(x). The sum takes the place of the body's output unless the way back reads that
 * again. A shortcut with layers has a gradient by x of its own, which is added to the body's.
 */
export const residual: SparseLayerFactory<ResidualLayer> = (layer, context) => {
  const { kernels, arena, input, needsInputGradient, maximumVectors, margin } = context;
  const body = context.sequence(layer.body, input);
  const isIdentity = layer.shortcut.length === 0;
  const around =
    isIdentity || !needsInputGradient ? input : withGradientsOfItsOwn(arena, input, maximumVectors);
  const shortcut = context.sequence(layer.shortcut, around);
  const layers = [...body.layers, ...shortcut.layers];
  const output = isLeftAlone(body, input)
    ? body.output
    : reserveLike(arena, body.output, margin, maximumVectors);
  // Only now, since the gradient of the sum is needed again when the body is done with its own.
  const done = new Set([...body.inner, ...shortcut.inner, body.output, shortcut.output, around]);
  done.delete(output);
  done.delete(input);
  for (const each of done) context.discard(each);
  const sumExtents = extentsOf(output);
  const terms = [
    ...valuesOf(body.output),
    ...valuesOf(shortcut.output),
    ...valuesOf(output),
  ] as const;
  const g = gradientsOf(output);
  const inputExtents = extentsOf(input);
  const dx = gradientsOf(input);
  const dxAround = isIdentity ? g : gradientsOf(around);

  const backThrough = ({ layers: inner, output: end }: SparseSequence, pass: SparsePass): void => {
    if (end.gradients === 0) return;
    if (end !== output)
      kernels.copyActivation(pass.vectors, ...sumExtents, ...g, ...gradientsOf(end));
    for (const each of inner.toReversed()) each.backward(pass);
  };

  return {
    output,
    reserve() {
      for (const each of layers) each.reserve?.();
    },
    index() {
      for (const each of layers) each.index?.();
    },
    forward(pass) {
      for (const each of layers) each.forward(pass);
      kernels.addActivations(pass.vectors, ...sumExtents, ...terms);
    },
    backward(pass) {
      backThrough(body, pass);
      if (!isIdentity) backThrough(shortcut, pass);
      if (needsInputGradient) {
        kernels.addActivations(pass.vectors, ...inputExtents, ...dx, ...dxAround, ...dx);
      }
    },
    track() {
      for (const each of layers) each.track?.();
    },
  };
};

/** Whether a sequence's output is its own, and no layer of it reads it on the way back. */
function isLeftAlone({ layers, output }: SparseSequence, input: SparseSequence['output']): boolean {
  if (output === input) return false;
  return layers.every((layer) => layer.output !== output || layer.readsOutput !== true);
}
