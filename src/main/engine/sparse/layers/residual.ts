import type { LayerSpecs } from '../../layers/spec.ts';
import {
  type Activation,
  asPlanes,
  type ComputeGroup,
  extentOf,
  gradientsOf,
  groupOf,
  NO_MARGIN,
  type PlanesActivation,
  planesAtZero,
  reserveLike,
  valuesOf,
  withOwnGradients,
} from '../activation.ts';
import { computedByGroup, readableValues } from '../readable-planes.ts';
import type {
  SparseLayer,
  SparseLayerContext,
  SparseLayerFactory,
  SparsePass,
  SparseSequence,
} from './layer.ts';

/**
 * body(x) + shortcut(x); with `isRectified` the ReLU behind it is part of it. A shortcut that has
 * layers computes its own gradient by x, which is added to the body's.
 */
export const residual =
  (isRectified: boolean): SparseLayerFactory<LayerSpecs['residual']> =>
  (layer, context) => {
    const { kernels, arena, input, needsInputGradient, maximumVectors } = context;
    const body = context.sequence(layer.body, input, true);
    const isIdentity = layer.shortcut.length === 0;
    const around =
      isIdentity || !needsInputGradient ? input : withOwnGradients(arena, input, maximumVectors);
    const shortcut = context.sequence(layer.shortcut, around, isRecomputed(body.output));
    const layers = [...body.layers, ...shortcut.layers];
    const sum = sumOf(body, shortcut, isRectified, context);
    const { output } = sum;
    // Not earlier: the shortcut needs the gradient by the sum when the body is done with its own.
    const done = new Set([...body.inner, ...shortcut.inner, body.output, shortcut.output, around]);
    if (output.gradients === body.output.gradients) done.delete(body.output);
    done.delete(input);
    for (const each of done) context.discard(each);
    const g = gradientsOf(output);
    const dx = gradientsOf(input);
    const dxAround = isIdentity ? g : gradientsOf(around);

    const backThrough = (
      { layers: inner, output: end }: SparseSequence,
      pass: SparsePass,
    ): void => {
      if (end.gradients === 0) return;
      if (end.gradients !== output.gradients)
        kernels.copyActivation(pass.vectors, g, gradientsOf(end));
      for (const each of inner.toReversed()) each.backward(pass);
    };

    return {
      output,
      readsOutput: isRectified,
      reserve() {
        for (const each of layers) each.reserve?.();
      },
      index() {
        for (const each of layers) each.index?.();
      },
      forward(pass) {
        for (const each of layers) each.forward(pass);
        sum.forward(pass);
      },
      backward(pass) {
        sum.backward(pass);
        backThrough(body, pass);
        if (!isIdentity) backThrough(shortcut, pass);
        if (needsInputGradient) {
          kernels.addActivations(pass.vectors, false, dx, dxAround, dx);
        }
      },
      track() {
        for (const each of layers) each.track?.();
      },
    };
  };

/** Planes whose values are recomputed where they are read. */
interface RecomputedPlanes extends PlanesActivation {
  readonly recompute: ComputeGroup;
}

const isRecomputed = (activation: Activation): activation is RecomputedPlanes =>
  activation.kind === 'planes' && activation.recompute !== undefined;

/** The sum and its ReLU. */
type Sum = Pick<SparseLayer, 'output' | 'forward' | 'backward'>;

function sumOf(
  body: SparseSequence,
  shortcut: SparseSequence,
  isRectified: boolean,
  context: SparseLayerContext,
): Sum {
  return isRecomputed(body.output)
    ? sumByGroup(body.output, asPlanes(shortcut.output), isRectified, context)
    : sumAtOnce(body, shortcut.output, isRectified, context);
}

/** In place of the body's output, unless the backward pass reads that. */
function sumAtOnce(
  body: SparseSequence,
  addend: Activation,
  isRectified: boolean,
  { kernels, arena, input, margin, maximumVectors }: SparseLayerContext,
): Sum {
  const output = isFree(body, input)
    ? body.output
    : reserveLike(arena, body.output, margin, maximumVectors);
  const [a, b, y] = [valuesOf(body.output), valuesOf(addend), valuesOf(output)];
  return {
    output,
    forward({ vectors }) {
      kernels.addActivations(vectors, isRectified, a, b, y);
    },
    backward({ vectors }) {
      const { values, gradients, bytes } = extentOf(output, vectors);
      if (isRectified && gradients !== 0) kernels.reluBackward(bytes, values, gradients);
    },
  };
}

/**
 * The sum where the body's output is recomputed, one group after the other. In every other block the
 * sum is not stored either: it is recomputed where it is read, from the output of the body's last
 * convolution and the block's input, which are stored.
 */
function sumByGroup(
  bodyOutput: RecomputedPlanes,
  shortcutOutput: PlanesActivation,
  isRectified: boolean,
  { kernels, arena, input, margin, maximumVectors, isOutputRecomputed }: SparseLayerContext,
): Sum {
  const { gradients, groupPitch } = bodyOutput;
  // If the input is recomputed, too, then from another such addend.
  const addend = readableValues(
    arena,
    shortcutOutput,
    isRecomputed(input) ? 'addend' : 'inner addend',
  );
  addend.giveBack();
  const compute: ComputeGroup = (pass, group, target) => {
    bodyOutput.recompute(pass, group, target);
    kernels.addActivations(1, isRectified, target, addend.at(pass, group), target);
  };
  if (isOutputRecomputed && !isRecomputed(input)) {
    const output = { ...planesAtZero(bodyOutput, NO_MARGIN), gradients, recompute: compute };
    const sum = computedByGroup(arena, output, NO_MARGIN, compute, 'sum');
    sum.giveBack();
    return {
      output,
      forward: () => undefined,
      backward(pass) {
        if (!isRectified) return;
        for (let group = 0; group < pass.vectors; group += 1) {
          const { start } = sum.at(pass, group);
          kernels.reluBackward(groupPitch, start, gradients + group * groupPitch);
        }
      },
    };
  }
  const output = {
    ...reserveLike(arena, bodyOutput, margin, maximumVectors, false),
    gradients,
  };
  const y = valuesOf(output);
  return {
    output,
    forward(pass) {
      for (let group = 0; group < pass.vectors; group += 1) {
        compute(pass, group, groupOf(y, group));
      }
    },
    backward({ vectors }) {
      const { values, bytes } = extentOf(output, vectors);
      if (isRectified) kernels.reluBackward(bytes, values, gradients);
    },
  };
}

/** Whether a sequence's output is its own and no layer of it reads that in the backward pass. */
function isFree({ layers, output }: SparseSequence, input: SparseSequence['output']): boolean {
  if (output === input) return false;
  return layers.every((layer) => layer.output !== output || layer.readsOutput !== true);
}
