/** Activations: where the values between layers, and the gradients by them, lie in memory. */
import type { ExampleShape } from '../layers/spec.ts';
import type { Arena } from './arena.ts';
import type { View } from './kernel-bindings.ts';
import type { Pointer, Vectors } from './kernels.ts';
import { PIXEL, ROW, TILE_VECTORS, tilesOf } from './layout.ts';

/** `[tile][feature][32 examples]`: the inputs and outputs of dense layers. */
export interface FlatActivation {
  readonly kind: 'flat';
  readonly features: number;
  readonly values: Pointer;
  /** The gradient of the loss by the values, laid out like them; 0 if none is needed. */
  readonly gradients: Pointer;
}

/** Pixels of zeros around an image, as many as windows reach over its edges. */
export interface Margin {
  readonly top: number;
  readonly left: number;
  readonly bottom: number;
  readonly right: number;
}

export const NO_MARGIN: Margin = { top: 0, left: 0, bottom: 0, right: 0 };

export const isNone = (margin: Margin): boolean =>
  Object.values(margin).every((pixels) => pixels === 0);

export function widerMargin(a: Margin, b: Margin): Margin {
  return {
    top: Math.max(a.top, b.top),
    left: Math.max(a.left, b.left),
    bottom: Math.max(a.bottom, b.bottom),
    right: Math.max(a.right, b.right),
  };
}

/** Computes the values or gradients of one group of a pass and writes them to `target`. */
export type ComputeGroup = (pass: GroupedPass, group: number, target: View) => void;

/** What computing one group of a pass depends on. */
export interface GroupedPass {
  readonly isTraining: boolean;
  readonly examples: number;
}

/**
 * `[group of 4 examples][channel][row][pixel][4]`: the inputs and outputs of convolutions. A group is
 * one vector of a pass. Kernels write inside the margin only, so the margin stays zero.
 */
export interface PlanesActivation {
  readonly kind: 'planes';
  readonly channels: number;
  readonly height: number;
  readonly width: number;
  readonly margin: Margin;
  /** Addresses of the first pixel inside the margin. */
  readonly values: Pointer;
  readonly gradients: Pointer;
  /** Bytes from one group, plane or row to the next. */
  readonly groupPitch: number;
  readonly planePitch: number;
  readonly rowPitch: number;
  /** Recomputes the values, where they are not stored. */
  readonly recompute?: ComputeGroup;
  /** Present where the gradients are not stored; the layer that reads the values sets `compute`. */
  readonly gradientsOnDemand?: { compute: ComputeGroup | undefined };
}

export type Activation = FlatActivation | PlanesActivation;

export function reserveFlat(
  arena: Arena,
  features: number,
  maximumVectors: Vectors,
  needsGradient = true,
): FlatActivation {
  const activation = { kind: 'flat', features, values: 0, gradients: 0 } as const;
  const { bytes } = extentOf(activation, maximumVectors);
  const placed = { ...activation, values: arena.reserveValues(bytes) };
  return needsGradient ? withOwnGradients(arena, placed, maximumVectors) : placed;
}

export function reservePlanes(
  arena: Arena,
  shape: ImageShape,
  margin: Margin,
  maximumVectors: Vectors,
  needsGradient = true,
): PlanesActivation {
  const planes = planesAtZero(shape, margin);
  const start = arena.reserveValues(maximumVectors * planes.groupPitch);
  const placed = { ...planes, values: start + planes.values };
  return needsGradient ? withOwnGradients(arena, placed, maximumVectors) : placed;
}

/** Planes of a whole batch, without a margin, whose values are recomputed where they are read. */
export function recomputedPlanes(
  arena: Arena,
  shape: ImageShape,
  maximumVectors: Vectors,
  needsGradient: boolean,
  recompute: ComputeGroup,
): PlanesActivation {
  const planes = { ...planesAtZero(shape, NO_MARGIN), values: 0, recompute };
  return needsGradient ? withOwnGradients(arena, planes, maximumVectors) : planes;
}

interface ImageShape {
  readonly height: number;
  readonly width: number;
  readonly channels: number;
}

/** Planes whose margin starts at address 0. */
export function planesAtZero(
  { height, width, channels }: ImageShape,
  margin: Margin,
): PlanesActivation {
  const rowPitch = (margin.left + width + margin.right) * PIXEL;
  const planePitch = toOddLines((margin.top + height + margin.bottom) * rowPitch);
  return {
    kind: 'planes',
    channels,
    height,
    width,
    margin,
    values: margin.top * rowPitch + margin.left * PIXEL,
    gradients: 0,
    groupPitch: channels * planePitch,
    planePitch,
    rowPitch,
  };
}

/**
 * Rounds up to an odd number of cache lines. A convolution reads the same pixel of many channels
 * together; if planes lay a power of two apart, all of them would compete for a few lines of the cache.
 */
const toOddLines = (bytes: number): number => (Math.ceil(bytes / 64) | 1) * 64;

/** The addresses of a pass's values and gradients and their bytes, margins included. */
export function extentOf(
  activation: Activation,
  vectors: Vectors,
): { values: Pointer; gradients: Pointer; bytes: number } {
  const { values, gradients } = activation;
  if (activation.kind === 'flat') {
    return { values, gradients, bytes: tilesOf(vectors) * activation.features * ROW };
  }
  const { margin, rowPitch, groupPitch } = activation;
  const inside = margin.top * rowPitch + margin.left * PIXEL;
  return { values: values - inside, gradients: gradients - inside, bytes: vectors * groupPitch };
}

/** @throws Error if the activation is flat: shapes are checked before engines are built. */
export function asPlanes(activation: Activation): PlanesActivation {
  if (activation.kind !== 'planes') throw new Error('expected an image, got flat features');
  return activation;
}

export const valuesOf = (activation: Activation): View => viewOf(activation, activation.values);

export const gradientsOf = (activation: Activation): View =>
  viewOf(activation, activation.gradients);

/** One group of a view of planes. */
export function groupOf(view: View, group: number): View {
  return { ...view, start: view.start + group * view.groupPitch };
}

/** What lies at `start`, laid out like the activation. */
export function viewOf(activation: Activation, start: Pointer): View {
  if (activation.kind === 'flat') {
    const { features } = activation;
    return {
      start,
      tilePitch: features * ROW,
      groupPitch: PIXEL,
      planePitch: ROW,
      rowPitch: 0,
      channels: features,
      height: 1,
      width: 1,
    };
  }
  const { groupPitch, planePitch, rowPitch, channels, height, width } = activation;
  const tilePitch = TILE_VECTORS * groupPitch;
  return { start, tilePitch, groupPitch, planePitch, rowPitch, channels, height, width };
}

/** An activation of the same shape as another, with a margin of its own. */
export function reserveLike(
  arena: Arena,
  activation: Activation,
  margin: Margin,
  maximumVectors: Vectors,
  needsGradient = true,
): Activation {
  return activation.kind === 'flat'
    ? reserveFlat(arena, activation.features, maximumVectors, needsGradient)
    : reservePlanes(arena, activation, margin, maximumVectors, needsGradient);
}

/** The shape of one example. */
export function shapeOf(activation: Activation): ExampleShape {
  if (activation.kind === 'flat') return [activation.features];
  return [activation.height, activation.width, activation.channels];
}

/**
 * The same values with gradients in memory that nothing else uses until they are given back. Gradients
 * without a margin share memory with each other. Those with one share it only with gradients of the
 * same shape and margin, so that margins stay zero.
 */
export function withOwnGradients<Any extends Activation>(
  arena: Arena,
  activation: Any,
  maximumVectors: Vectors,
): Any {
  const { values, bytes } = extentOf(activation, maximumVectors);
  const start = arena.borrowForGradients(purposeOf(activation), bytes);
  return { ...activation, gradients: start + (activation.values - values) };
}

/** Call it when no layer that is still to be built needs these gradients while it uses others. */
export function giveBackGradients(arena: Arena, activation: Activation): void {
  if (activation.gradients === 0) return;
  arena.giveBackGradients(purposeOf(activation), extentOf(activation, 0).gradients);
}

/** A key that is equal for activations that may share memory. */
export function purposeOf(activation: Activation): string {
  if (activation.kind === 'flat' || isNone(activation.margin)) return '';
  return JSON.stringify([viewOf(activation, 0), activation.margin]);
}
