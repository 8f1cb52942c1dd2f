import type { ResidualLayer } from '../../network.ts';
import {
  type Activation,
  extentsOf,
  gradientsOf,
  groupOf,
  reserveLike,
  valuesOf,
  withGradientsOfItsOwn,
} from '../activation.ts';
import type {
  SparseLayerContext,
  SparseLayerFactory,
  SparsePass,
  SparseSequence,
} from './layer.ts';

/**
 * body(x) + shortcut(x). The sum takes the place of the body's output unless the way back reads that
 * again. A shortcut with layers has a gradient by x of its own, which is added to the body's.
 */
export const residual: SparseLayerFactory<ResidualLayer> = (layer, context) => {
  const { kernels, arena, input, needsInputGradient, maximumVectors } = context;
  const body = context.sequence(layer.body, input, true);
  const isIdentity = layer.shortcut.length === 0;
  const around =
    isIdentity || !needsInputGradient ? input : withGradientsOfItsOwn(arena, input, maximumVectors);
  const shortcut = context.sequence(layer.shortcut, around);
  const layers = [...body.layers, ...shortcut.layers];
  const remake = body.output.kind === 'planes' ? body.output.remake : undefined;
  const output = outputOf(body, context);
  const hasGradientsOfBody = output.gradients === body.output.gradients;
  // Only now, since the gradient of the sum is needed again when the body is done with its own.
  const done = new Set([...body.inner, ...shortcut.inner, body.output, shortcut.output, around]);
  if (hasGradientsOfBody) done.delete(body.output);
  done.delete(input);
  for (const each of done) context.discard(each);
  const sumExtents = extentsOf(output);
  const ofBody = valuesOf(body.output);
  const ofShortcut = valuesOf(shortcut.output);
  const sum = valuesOf(output);
  const g = gradientsOf(output);
  const inputExtents = extentsOf(input);
  const dx = gradientsOf(input);
  const dxAround = isIdentity ? g : gradientsOf(around);

  const backThrough = ({ layers: inner, output: end }: SparseSequence, pass: SparsePass): void => {
    if (end.gradients === 0) return;
    if (end.gradients !== output.gradients)
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
      if (!remake) {
        kernels.addActivations(pass.vectors, ...sumExtents, ...ofBody, ...ofShortcut, ...sum);
        return;
      }
      for (let group = 0; group < pass.vectors; group += 1) {
        const target = groupOf(sum, group);
        remake(pass, group, target);
        const addend = groupOf(ofShortcut, group);
        kernels.addActivations(1, ...sumExtents, ...target, ...addend, ...target);
      }
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

/** The body's own output, or one with values of its own, gradients too unless the body has no use for them. */
function outputOf(body: SparseSequence, context: SparseLayerContext): Activation {
  const { arena, input, margin, maximumVectors } = context;
  if (body.output.kind === 'planes' && body.output.remake) {
    const { gradients } = body.output;
    return { ...reserveLike(arena, body.output, margin, maximumVectors, false), gradients };
  }
  if (isLeftAlone(body, input)) return body.output;
  return reserveLike(arena, body.output, margin, maximumVectors);
}

/** Whether a sequence's output is its own, and no layer of it reads it on the way back. */
function isLeftAlone({ layers, output }: SparseSequence, input: SparseSequence['output']): boolean {
  if (output === input) return false;
  return layers.every((layer) => layer.output !== output || layer.readsOutput !== true);
}
