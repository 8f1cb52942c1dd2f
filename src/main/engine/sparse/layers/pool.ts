/** What both kinds of pooling share: where a window walks, and where its planes lie. */
import type { LayerSpecs } from '../../layers/spec.ts';
import { asPlanes, extentOf, type PlanesActivation, reservePlanes } from '../activation.ts';
import type { SparseKernels, Vectors } from '../kernels.ts';
import { windowReach } from '../window.ts';
import type { SparseLayerFactory } from './layer.ts';

type PoolLayer = LayerSpecs['max-pool' | 'average-pool'];

/** The first arguments of every pooling kernel. */
type Walk = readonly [
  vectors: Vectors,
  channels: number,
  inputHeight: number,
  inputWidth: number,
  height: number,
  width: number,
  size: number,
  stride: number,
  top: number,
  left: number,
];

interface Pooling {
  readonly readsOutput: boolean;
  forward(
    kernels: SparseKernels,
    walk: Walk,
    input: PlanesActivation,
    output: PlanesActivation,
  ): void;
  /** Adds to the input's gradient, which is clear. */
  backward(
    kernels: SparseKernels,
    walk: Walk,
    input: PlanesActivation,
    output: PlanesActivation,
  ): void;
}

export function pool({ readsOutput, forward, backward }: Pooling): SparseLayerFactory<PoolLayer> {
  return (layer, context) => {
    const { kernels, arena, needsInputGradient, maximumVectors, margin } = context;
    const input = asPlanes(context.input);
    const { channels } = input;
    const [height = 1, width = 1] = context.outputShape;
    const shape = { height, width, channels };
    const output = reservePlanes(arena, shape, margin, maximumVectors, needsInputGradient);
    const { top, left } = windowReach(layer, input, output);
    const { size, stride } = layer;
    const walkOf = (vectors: Vectors): Walk => [
      ...([vectors, channels, input.height, input.width] as const),
      ...([height, width, size, stride, top, left] as const),
    ];
    return {
      output,
      readsOutput,
      forward({ vectors }) {
        forward(kernels, walkOf(vectors), input, output);
      },
      backward({ vectors }) {
        if (!needsInputGradient) return;
        const { gradients, bytes } = extentOf(input, vectors);
        kernels.clearGradient(bytes, gradients);
        backward(kernels, walkOf(vectors), input, output);
      },
    };
  };
}

/** How far apart groups of vectors, planes and rows are. */
export function pitchesOf({ groupPitch, planePitch, rowPitch }: PlanesActivation) {
  return [groupPitch, planePitch, rowPitch] as const;
}
