import { z } from 'zod';
import type { Flags, FollowedLayer, PathContext } from '../../analyses/paths.ts';
import type { Dual } from '../../pruning/sensitivity/dual.ts';
import type { SensitivityContext, SensitivityForward } from '../../pruning/sensitivity/layer.ts';
import { widerMargin } from '../../sparse/activation.ts';
import { PLAIN_SPARSE_LAYER, type SparseTraitsOf } from '../../sparse/layers/layer.ts';
import { residual as sparseResidual } from '../../sparse/layers/residual.ts';
import type { LayerDefinition, NarrowingContext } from '../definition.ts';
import { defineForm, stride, units } from '../form.ts';
import type { DenseEngineLayer, LayerContext } from '../layer.ts';
import { reject, show } from '../shapes.ts';
import type { LayerSpec } from '../spec.ts';
import { batchNormLayer } from './batch-norm.ts';
import { conv2dLayer } from './conv2d.ts';

declare module '../spec.ts' {
  interface LayerSpecs {
    readonly residual: ResidualLayer;
  }
}

/**
 * He et al. 2016, equation 1: body(x) + shortcut(x). An empty shortcut is the identity. The ReLU
 * that follows is a separate layer.
 */
export interface ResidualLayer {
  readonly kind: 'residual';
  readonly name: string;
  readonly body: readonly LayerSpec[];
  readonly shortcut: readonly LayerSpec[];
}

const SHORTCUTS = ['zero-padding', 'projection'] as const;

export const shortcut = z.enum(SHORTCUTS).default('zero-padding').meta({
  title: 'Shortcut',
  description:
    'Used where shapes change: zero padding of channels (He et al., option A) or a 1x1 convolution (option B).',
});

export interface ResidualBlock {
  readonly channels: number;
  readonly stride: number;
  readonly shortcut: (typeof SHORTCUTS)[number];
}

/** Two 3x3 convolutions with batch normalisation and a shortcut around them, then ReLU. */
export function residualBlock(
  name: string,
  inputs: number,
  { channels, stride, shortcut }: ResidualBlock,
): readonly LayerSpec[] {
  const body: LayerSpec[] = [
    conv2dLayer(`${name}.conv1`, inputs, channels, { stride, hasBias: false }),
    batchNormLayer(`${name}.norm1`, channels),
    { kind: 'relu', name: `${name}.relu1` },
    conv2dLayer(`${name}.conv2`, channels, channels, { hasBias: false }),
    batchNormLayer(`${name}.norm2`, channels),
  ];
  const isIdentity = stride === 1 && inputs === channels;
  const around = isIdentity ? [] : SHORTCUT_LAYERS[shortcut](name, inputs, channels, stride);
  return [
    { kind: 'residual', name, body, shortcut: around },
    { kind: 'relu', name: `${name}.relu2` },
  ];
}

const SHORTCUT_LAYERS: Record<
  ResidualBlock['shortcut'],
  (name: string, inputs: number, outputs: number, stride: number) => readonly LayerSpec[]
> = {
  'zero-padding': (name, inputs, outputs, stride) => [
    { kind: 'zero-padding-shortcut', name: `${name}.shortcut`, inputs, outputs, stride },
  ],
  projection(name, inputs, outputs, stride) {
    const options = { kernelSize: 1, stride, padding: 'valid', hasBias: false } as const;
    return [
      conv2dLayer(`${name}.projection`, inputs, outputs, options),
      batchNormLayer(`${name}.projection-norm`, outputs),
    ];
  },
};

export const residual: LayerDefinition<ResidualLayer> = {
  form: defineForm({
    title: 'Residual block',
    settings: z.object({
      channels: units.meta({ title: 'Channels' }),
      stride: stride.default(1).meta({ title: 'Stride' }),
      shortcut,
    }),
    layers(block, { name, inputShape, scaled }) {
      const channels = scaled(block.channels);
      return residualBlock(name, inputShape.at(-1) ?? 0, { ...block, channels });
    },
  }),
  parameters: () => [],
  outputShape(layer, input, through) {
    const body = through(layer.body, input);
    const around = through(layer.shortcut, input);
    if (show(body) !== show(around)) {
      reject(
        `layer ${layer.name} adds shape ${show(body)} of its body to shape ${show(around)} of its shortcut; expected equal shapes`,
      );
    }
    return body;
  },
  inner: (layer) => [layer.body, layer.shortcut],
  isConvolution: false,
  batchStatistics: () => undefined,
  denseEngine: { build, fusesRelu: false, swapsWithRelu: false },
  sparseEngine: {
    ...PLAIN_SPARSE_LAYER,
    build: (layer, context) => sparseResidual(context.isReluFused)(layer, context),
    fusesRelu: (isWholeBatch) => isWholeBatch,
    readsByGroup,
    inputMargin: (layer, input, _output, { marginOf }) =>
      widerMargin(marginOf(layer.body, input), marginOf(layer.shortcut, input)),
  },
  sensitivity,
  followPaths,
  narrow,
  operations(layer, { add, sequence }) {
    const inputs = [sequence(layer.body), sequence(layer.shortcut)];
    return add({ op: 'add', name: layer.name, inputs });
  },
};

function build(layer: ResidualLayer, context: LayerContext): DenseEngineLayer {
  const { kernels } = context;
  const body = context.sequence(layer.body);
  const around = context.sequence(layer.shortcut);
  return (input, pass) => {
    const fromBody = body(input, pass);
    const fromShortcut = around(input, pass);
    const savedTensors = [...fromBody.savedTensors, ...fromShortcut.savedTensors];
    const terms = [fromBody.output, fromShortcut.output];
    const output = kernels.add(fromBody.output, fromShortcut.output);
    kernels.deleteTemporaries(
      terms.filter((term) => term !== input && !savedTensors.includes(term)),
    );
    return {
      output,
      savedTensors,
      backward(gradient, read) {
        const bodyGradient = fromBody.backward(gradient, read, fromBody.output);
        const shortcutGradient = fromShortcut.backward(gradient, read, fromShortcut.output);
        if (bodyGradient === undefined || shortcutGradient === undefined) return undefined;
        const sum = kernels.add(bodyGradient, shortcutGradient);
        const parts = [bodyGradient, shortcutGradient];
        kernels.deleteTemporaries(parts.filter((part) => part !== gradient));
        return sum;
      },
    };
  };
}

/**
 * Body and shortcut both read the input. An identity shortcut passes it on to the sum, which adds
 * group by group only if the body's output is also recomputed.
 */
function readsByGroup(layer: ResidualLayer, traitsOf: SparseTraitsOf): boolean {
  const canRead = (first: LayerSpec | undefined): boolean =>
    first !== undefined && traitsOf(first).readsByGroup(first, traitsOf);
  if (!canRead(layer.body[0])) return false;
  if (layer.shortcut.length > 0) return canRead(layer.shortcut[0]);
  const last = layer.body.at(-1);
  return last !== undefined && traitsOf(last).recomputesOutput;
}

function sensitivity(
  layer: ResidualLayer,
  _input: Dual,
  { duals, sequence }: SensitivityContext,
): SensitivityForward {
  const body = sequence(layer.body);
  const around = sequence(layer.shortcut);
  return {
    output: duals.add(body.output, around.output),
    savedTensors: [...body.savedTensors, ...around.savedTensors],
    backward: (gradient) => duals.add(body.backward(gradient), around.backward(gradient)),
  };
}

function followPaths(layer: ResidualLayer, { sequence }: PathContext): FollowedLayer {
  const body = sequence(layer.body);
  const around = sequence(layer.shortcut);
  return {
    output: either(body.output, around.output),
    trace: (read) => either(body.trace(read), around.trace(read)),
  };
}

function either(one: Flags, other: Flags): Flags {
  return one.map((flag, index) => flag | other[index]!);
}

/** The shortcut fixes which channels remain; the body must end in the same ones. */
function narrow(layer: ResidualLayer, { sequence }: NarrowingContext): readonly number[] {
  const around = sequence(layer.shortcut);
  const body = sequence(layer.body, around);
  return [...new Set([...around, ...body])].sort((one, other) => one - other);
}
