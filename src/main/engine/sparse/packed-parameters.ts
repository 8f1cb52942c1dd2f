import type { ParameterLayout, ParameterSpec } from '../../../shared/domain/layout.ts';
import type { Mask } from '../../../shared/domain/mask.ts';
import { largest } from '../../../shared/extremes.ts';
import type { StateVisitor } from '../training/trainer.ts';
import type { Arena } from './arena.ts';
import type { Pointer } from './kernels.ts';

/** Floats: segments start at multiples of it, so that optimizers read whole vectors. */
const ALIGNMENT = 16;

/** Where one parameter lies in the packed vectors; this changes with every mask. */
export interface Segment {
  readonly parameter: ParameterSpec;
  /** The order of the survivors; a layer may replace the dense tensor's order. */
  order: SurvivorOrder;
  weights: Pointer;
  gradients: Pointer;
  /** Values in the segment. */
  count: number;
  /** The index of each value in the dense tensor; undefined if all are there, in order. */
  survivors: Int32Array | undefined;
}

/** The indices of a mask's survivors, in the order in which the layer's kernels read them. */
export type SurvivorOrder = (mask: Mask) => Int32Array;

/**
 * Surviving weights and all parameters that are not prunable, packed into one vector of weights, one of
 * gradients and one for each slot of the optimizer. Parameters that are not trained come last.
 */
export class PackedParameters {
  readonly segments: readonly Segment[];
  readonly #arena: Arena;
  readonly #layout: ParameterLayout;
  readonly #slotCount: number;
  #weights: Pointer = 0;
  #gradients: Pointer = 0;
  #slots: Pointer[] = [];
  #floats = 0;
  #trainableFloats = 0;

  constructor(arena: Arena, layout: ParameterLayout, slotCount: number) {
    this.#arena = arena;
    this.#layout = layout;
    this.#slotCount = slotCount;
    this.segments = layout.parameters.map((parameter) => ({
      parameter,
      order: tensorOrder,
      weights: 0,
      gradients: 0,
      count: 0,
      survivors: undefined,
    }));
  }

  /** @throws Error if there is no parameter of this name. */
  segment(name: string): Segment {
    const segment = this.segments.find(({ parameter }) => parameter.name === name);
    if (segment === undefined) throw new Error(`there is no parameter ${name}`);
    return segment;
  }

  get weights(): Pointer {
    return this.#weights;
  }

  get gradients(): Pointer {
    return this.#gradients;
  }

  get slots(): readonly Pointer[] {
    return this.#slots;
  }

  /** Bytes of the trainable part of a vector. */
  get trainableBytes(): number {
    return this.#trainableFloats * 4;
  }

  /** Reserves memory for a mask's survivors. */
  reserve(mask: Mask): void {
    const starts = new Map<Segment, number>();
    let next = 0;
    const place = (segment: Segment): void => {
      const { parameter } = segment;
      const { maskOffset, size } = parameter;
      segment.survivors = parameter.prunable
        ? segment.order(mask.subarray(maskOffset, maskOffset + size))
        : undefined;
      segment.count = segment.survivors?.length ?? size;
      starts.set(segment, next);
      next += Math.ceil(segment.count / ALIGNMENT) * ALIGNMENT;
    };
    this.segments.filter(({ parameter }) => parameter.trainable).forEach(place);
    this.#trainableFloats = next;
    this.segments.filter(({ parameter }) => !parameter.trainable).forEach(place);
    this.#floats = next;

    this.#weights = this.#arena.reserve(this.#floats * 4);
    this.#gradients = this.#arena.reserve(this.#trainableFloats * 4);
    this.#slots = Array.from({ length: this.#slotCount }, () =>
      this.#arena.reserve(this.#trainableFloats * 4),
    );
    for (const [segment, start] of starts) {
      segment.weights = this.#weights + start * 4;
      segment.gradients = this.#gradients + start * 4;
    }
  }

  /**
   * Copies the weights and the slots from flat vectors. Slots without a vector and padding become
   * zero.
   */
  load(parameters: Float32Array, slotVectors: readonly Float32Array[] = []): void {
    this.#arena.floats(this.#weights, this.#floats).fill(0);
    for (const slot of this.#slots) this.#arena.floats(slot, this.#trainableFloats).fill(0);
    for (const segment of this.segments) {
      this.#packSegment(this.#weights, segment, parameters);
      if (!segment.parameter.trainable) continue;
      for (const [index, slot] of this.#slots.entries()) {
        const values = slotVectors[index];
        if (values) this.#packSegment(slot, segment, values);
      }
    }
  }

  /** Whether no weight that the mask keeps, and no other parameter, is infinite or NaN. */
  areFinite(): boolean {
    return this.#arena.floats(this.#weights, this.#floats).every(Number.isFinite);
  }

  /** A packed vector as a flat one in the layout's order, with zeros for pruned weights. */
  unpack(vector: Pointer): Float32Array {
    const flat = new Float32Array(this.#layout.parameterCount);
    const isOfOptimizer = vector !== this.#weights;
    for (const segment of this.segments) {
      const { offset, size, trainable } = segment.parameter;
      if (isOfOptimizer && !trainable) continue;
      this.#unpackSegment(vector, segment, flat.subarray(offset, offset + size));
    }
    return flat;
  }

  /** Unpacks each parameter and then its slots. */
  visit(visit: StateVisitor): void {
    const memory = new Float32Array(largest(this.segments.map(({ parameter }) => parameter.size)));
    for (const segment of this.segments) {
      const { parameter } = segment;
      const values = memory.subarray(0, parameter.size);
      const show = (vector: Pointer, slot: number | undefined): void => {
        this.#unpackSegment(vector, segment, values.fill(0));
        visit(parameter, slot, values);
      };
      show(this.#weights, undefined);
      if (parameter.trainable) this.#slots.forEach(show);
    }
  }

  /** Takes a segment's values in a packed vector from a flat one. */
  #packSegment(vector: Pointer, segment: Segment, flat: Float32Array): void {
    const { parameter, weights, count, survivors } = segment;
    const { offset, size } = parameter;
    const packed = this.#arena.floats(vector + (weights - this.#weights), count);
    if (survivors === undefined) {
      packed.set(flat.subarray(offset, offset + size));
      return;
    }
    for (let k = 0; k < count; k += 1) packed[k] = flat[offset + survivors[k]!]!;
  }

  /** Writes a segment's values in a packed vector to their places in the dense tensor. */
  #unpackSegment(vector: Pointer, segment: Segment, dense: Float32Array): void {
    const { weights, count, survivors } = segment;
    const packed = this.#arena.floats(vector + (weights - this.#weights), count);
    if (survivors === undefined) {
      dense.set(packed);
      return;
    }
    for (let k = 0; k < count; k += 1) dense[survivors[k]!] = packed[k]!;
  }
}

/** The order of the dense tensor. */
const tensorOrder: SurvivorOrder = (mask) => {
  let count = 0;
  for (let index = 0; index < mask.length; index += 1) count += mask[index]!;
  // Every index is written, and the next survivor overwrites a pruned one: without a branch this takes
  // a fifth of the time. The last one may be a pruned one, hence the extra place.
  const survivors = new Int32Array(count + 1);
  let next = 0;
  for (let index = 0; index < mask.length; index += 1) {
    survivors[next] = index;
    next += mask[index]!;
  }
  return survivors.subarray(0, count);
};
