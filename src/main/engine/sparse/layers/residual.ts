import type { LayerSpecs } from '../../layers/spec.ts';
import {
  type Activation,
  extentOf,
  extentsOf,
  gradientsOf,
  groupOf,
  type MakeGroup,
  NO_MARGIN,
  type PlanesActivation,
  reserveLike,
  unplacedPlanes,
  valuesOf,
  withGradientsOfItsOwn,
} from '../activation.ts';
import { madeByGroup, placeOfGroup, valuesByGroup } from '../readable-planes.ts';
import type {
  SparseLayer,
  SparseLayerContext,
  SparseLayerFactory,
  SparsePass,
  SparseSequence,
} from './layer.ts';

/**
 * body(x) + shortcut(x), and the ReLU behind it if `isRectified`. A shortcut with layers has a
 * gradient by x of its own, which is added to the body's.
 */
export const residual =
  (isRectified: boolean): SparseLayerFactory<LayerSpecs['residual']> =>
  (layer, context) => {
    const { kernels, arena, input, needsInputGradient, maximumVectors } = context;
    const body = context.sequence(layer.body, input, true);
    const isIdentity = layer.shortcut.length === 0;
    const around =
      isIdentity || !needsInputGradient
        ? input
        : withGradientsOfItsOwn(arena, input, maximumVectors);
    const shortcut = context.sequence(layer.shortcut, around, hasToBeMade(body.output));
    const layers = [...body.layers, ...shortcut.layers];
    const sum = sumOf(body, shortcut, isRectified, context);
    const { output } = sum;
    // Only now, since the gradient of the sum is needed again when the body is done with its own.
    const done = new Set([...body.inner, ...shortcut.inner, body.output, shortcut.output, around]);
    if (output.gradients === body.output.gradients) done.delete(body.output);
    done.delete(input);
    for (const each of done) context.discard(each);
    const extents = extentsOf(output);
    const g = gradientsOf(output);
    const inputExtents = extentsOf(input);
    const dx = gradientsOf(input);
    const dxAround = isIdentity ? g : gradientsOf(around);

    const backThrough = (
      { layers: inner, output: end }: SparseSequence,
      pass: SparsePass,
    ): void => {
      if (end.gradients === 0) return;
      if (end.gradients !== output.gradients)
        kernels.copyActivation(pass.vectors, ...extents, ...g, ...gradientsOf(end));
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
          kernels.addActivations(pass.vectors, ...inputExtents, 0, ...dx, ...dxAround, ...dx);
        }
      },
      track() {
        for (const each of layers) each.track?.();
      },
    };
  };

const hasToBeMade = (activation: Activation): activation is PlanesActivation =>
  activation.kind === 'planes' && activation.recompute !== undefined;

/** The sum itself and its ReLU. */
type Sum = Pick<SparseLayer, 'output' | 'forward' | 'backward'>;

function sumOf(
  body: SparseSequence,
  shortcut: SparseSequence,
  isRectified: boolean,
  context: SparseLayerContext,
): Sum {
  return hasToBeMade(body.output)
    ? sumByGroup(body.output, shortcut.output as PlanesActivation, isRectified, context)
    : sumAtOnce(body, shortcut.output, isRectified, context);
}

/** In place of the body's output unless the way back reads that again. */
function sumAtOnce(
  body: SparseSequence,
  addend: Activation,
  isRectified: boolean,
  { kernels, arena, input, margin, maximumVectors }: SparseLayerContext,
): Sum {
  const output = isLeftAlone(body, input)
    ? body.output
    : reserveLike(arena, body.output, margin, maximumVectors);
  const terms = [...valuesOf(body.output), ...valuesOf(addend), ...valuesOf(output)] as const;
  return {
    output,
    forward({ vectors }) {
      kernels.addActivations(vectors, ...extentsOf(output), isRectified ? 1 : 0, ...terms);
    },
    backward({ vectors }) {
      const { values, gradients, bytes } = extentOf(output, vectors);
      if (isRectified && gradients !== 0) kernels.reluBackward(bytes, values, gradients);
    },
  };
}

/**
 * Of a body whose output is made again: group by group, and with every other block it is not kept
 * but made where it is read, from the body's last convolution and the block's input, which is kept.
 */
function sumByGroup(
  bodyOutput: PlanesActivation,
  shortcutOutput: PlanesActivation,
  isRectified: boolean,
  { kernels, arena, input, margin, maximumVectors, isOutputRecomputed }: SparseLayerContext,
): Sum {
  const extents = extentsOf(bodyOutput);
  const { gradients, groupPitch } = bodyOutput;
  // The input, if it is made too, is the sum of another such addend.
  const addend = valuesByGroup(
    arena,
    shortcutOutput,
    hasToBeMade(input) ? 'addend' : 'inner addend',
  );
  addend.giveBack();
  const make: MakeGroup = (pass, group, target) => {
    bodyOutput.recompute?.(pass, group, target);
    const other = placeOfGroup(addend, addend.at(pass, group));
    kernels.addActivations(1, ...extents, isRectified ? 1 : 0, ...target, ...other, ...target);
  };
  if (isOutputRecomputed && !hasToBeMade(input)) {
    const output = { ...unplacedPlanes(bodyOutput, NO_MARGIN), gradients, recompute: make };
    const made = madeByGroup(arena, output, NO_MARGIN, make, 'sum');
    made.giveBack();
    return {
      output,
      forward: () => undefined,
      backward(pass) {
        if (!isRectified) return;
        for (let group = 0; group < pass.vectors; group += 1) {
          const values = made.at(pass, group);
          kernels.reluBackward(groupPitch, values, gradients + group * groupPitch);
        }
      },
    };
  }
  const output = {
    ...reserveLike(arena, bodyOutput, margin, maximumVectors, false),
    gradients,
  };
  const place = valuesOf(output);
  return {
    output,
    forward(pass) {
      for (let group = 0; group < pass.vectors; group += 1) {
        make(pass, group, groupOf(place, group));
      }
    },
    backward({ vectors }) {
      const { values, bytes } = extentOf(output, vectors);
      if (isRectified) kernels.reluBackward(bytes, values, gradients);
    },
  };
}

/** Whether a sequence's output is its own, and no layer of it reads it on the way back. */
function isLeftAlone({ layers, output }: SparseSequence, input: SparseSequence['output']): boolean {
  if (output === input) return false;
  return layers.every((layer) => layer.output !== output || layer.readsOutput !== true);
}
