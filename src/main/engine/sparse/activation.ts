import type { ExampleShape } from '../layers/spec.ts';
import type { Arena } from './arena.ts';
import type { Extents, Place, Pointer, Vectors } from './kernels.ts';
import { PIXEL, ROW, TILE_VECTORS, tilesOf } from './layout.ts';

/** `[tile][feature][32 examples]`: what dense layers take and give. */
export interface FlatActivation {
  readonly kind: 'flat';
  readonly features: number;
  readonly values: Pointer;
  /** The gradient of the loss by the values, laid out like them; 0 if none is needed. */
  readonly gradients: Pointer;
}

/** Pixels of zeros around an image, as many as windows reach over its edge. */
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

/** Makes what one group of a pass has, values or gradients, and writes it to where `target` says. */
export type MakeGroup = (pass: GroupedPass, group: number, target: Place) => void;

/** Of a pass, what making a group of it takes. */
export interface GroupedPass {
  readonly isTraining: boolean;
  readonly examples: number;
}

/**
 * `[group of 4 examples][channel][row][pixel][4]`: what convolutions take and give. A group is a
 * vector of a pass. Kernels write inside the margin only, so it stays zero.
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
  /** Where the values are not kept: makes them again. */
  readonly recompute?: MakeGroup;
  /** Where the gradients are not kept; set by the layer that reads the values. */
  readonly gradientsOnDemand?: { make: MakeGroup | undefined };
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
  const placed = { ...activation, values: arena.keep(bytes) };
  return needsGradient ? withGradientsOfItsOwn(arena, placed, maximumVectors) : placed;
}

export function reservePlanes(
  arena: Arena,
  shape: ImageShape,
  margin: Margin,
  maximumVectors: Vectors,
  needsGradient = true,
): PlanesActivation {
  const planes = unplacedPlanes(shape, margin);
  const start = arena.keep(maximumVectors * planes.groupPitch);
  const placed = { ...planes, values: start + planes.values };
  return needsGradient ? withGradientsOfItsOwn(arena, placed, maximumVectors) : placed;
}

/** Planes whose values are made when they are read; those of a whole batch, without a margin. */
export function unkeptPlanes(
  arena: Arena,
  shape: ImageShape,
  maximumVectors: Vectors,
  needsGradient: boolean,
  recompute: MakeGroup,
): PlanesActivation {
  const planes = { ...unplacedPlanes(shape, NO_MARGIN), values: 0, recompute };
  return needsGradient ? withGradientsOfItsOwn(arena, planes, maximumVectors) : planes;
}

interface ImageShape {
  readonly height: number;
  readonly width: number;
  readonly channels: number;
}

/** As if memory started with them. */
export function unplacedPlanes(
  { height, width, channels }: ImageShape,
  margin: Margin,
): PlanesActivation {
  const rowPitch = (margin.left + width + margin.right) * PIXEL;
  const planePitch = oddLines((margin.top + height + margin.bottom) * rowPitch);
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
 * Up to an odd number of cache lines: the same pixel of many channels, which a convolution reads
 * together, would share a few places of the cache if planes lay a power of two apart.
 */
const oddLines = (bytes: number): number => (Math.ceil(bytes / 64) | 1) * 64;

/** The addresses of a pass's values and gradients, margins included, and how many bytes they take. */
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

/** @throws Error if the activation is not of planes: shapes are checked before engines are built. */
export function asPlanes(activation: Activation): PlanesActivation {
  if (activation.kind !== 'planes') throw new Error('expected an image, got flat features');
  return activation;
}

/** Channels, height and width: flat features are channels of one pixel. */
export function extentsOf(activation: Activation): Extents {
  if (activation.kind === 'flat') return [activation.features, 1, 1];
  return [activation.channels, activation.height, activation.width];
}

/** Where the values are, for kernels that take flat activations and planes alike. */
export const valuesOf = (activation: Activation): Place => placeOf(activation, activation.values);

/** Where the gradients are, likewise. */
export const gradientsOf = (activation: Activation): Place =>
  placeOf(activation, activation.gradients);

/** The place of one group of planes. */
export function groupOf([start, tilePitch, groupPitch, ...pitches]: Place, group: number): Place {
  return [start + group * groupPitch, tilePitch, groupPitch, ...pitches];
}

function placeOf(activation: Activation, start: Pointer): Place {
  if (activation.kind === 'flat') return [start, activation.features * ROW, PIXEL, ROW, 0];
  const { groupPitch, planePitch, rowPitch } = activation;
  return [start, TILE_VECTORS * groupPitch, groupPitch, planePitch, rowPitch];
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
 * The same values with a memory for the gradient by them that is no other's as long as it is not given
 * back. Those without a margin share it, and those of one shape and margin, so that margins stay zero.
 */
export function withGradientsOfItsOwn<Any extends Activation>(
  arena: Arena,
  activation: Any,
  maximumVectors: Vectors,
): Any {
  const { values, bytes } = extentOf(activation, maximumVectors);
  const start = arena.borrowForGradients(purposeOf(activation), bytes);
  return { ...activation, gradients: start + (activation.values - values) };
}

/** To be called when nothing that is still to be built needs both gradients at a time. */
export function giveBackGradients(arena: Arena, activation: Activation): void {
  if (activation.gradients === 0) return;
  arena.giveBackGradients(purposeOf(activation), extentOf(activation, 0).gradients);
}

export function purposeOf(activation: Activation): string {
  if (activation.kind === 'flat' || isNone(activation.margin)) return '';
  const [, ...pitches] = valuesOf(activation);
  return JSON.stringify([extentsOf(activation), pitches, Object.values(activation.margin)]);
}
