/** Planes as a layer reads them: stored, or computed one group at a time. */
import {
  type ComputeGroup,
  type GroupedPass,
  groupOf,
  type Margin,
  NO_MARGIN,
  type PlanesActivation,
  planesAtZero,
  purposeOf,
  viewOf,
} from './activation.ts';
import type { Arena } from './arena.ts';
import type { View } from './kernel-bindings.ts';
import type { Pointer, Vectors } from './kernels.ts';

export interface ReadablePlanes {
  /** Bytes from one plane or row to the next. */
  readonly planePitch: number;
  readonly rowPitch: number;
  /** True if a group is there only until the next one is asked for. */
  readonly isByGroup: boolean;
  /** The planes from this group on. */
  at(pass: GroupedPass, group: number): View;
  /** Call it when everything that is read at the same time is reserved; the next layer may have it. */
  giveBack(): void;
}

/** Values or gradients that are stored from `start` on. */
export function storedPlanes(activation: PlanesActivation, start: Pointer): ReadablePlanes {
  const { planePitch, rowPitch } = activation;
  const view = viewOf(activation, start);
  return {
    planePitch,
    rowPitch,
    isByGroup: false,
    at: (_pass, group) => groupOf(view, group),
    giveBack: () => undefined,
  };
}

/**
 * One group at a time, computed into memory that has a margin: activations of a whole batch have none.
 * What was computed is still in the cache when it is read.
 *
 * @param use what is computed at the same time needs different uses: each has memory of its own.
 */
export function computedByGroup(
  arena: Arena,
  activation: PlanesActivation,
  margin: Margin,
  compute: ComputeGroup,
  use = 'input',
): ReadablePlanes {
  const planes = planesAtZero(activation, margin);
  const { planePitch, rowPitch } = planes;
  const purpose = `${use} ${purposeOf(planes)}`;
  const start = arena.borrow(purpose, planes.groupPitch);
  const target = viewOf(planes, start + planes.values);
  return {
    planePitch,
    rowPitch,
    isByGroup: true,
    at(pass, group) {
      compute(pass, group, target);
      return target;
    },
    giveBack() {
      arena.giveBack(purpose, start);
    },
  };
}

/** The values of an activation, which are recomputed group by group if they are not stored. */
export function readableValues(
  arena: Arena,
  activation: PlanesActivation,
  use: string,
): ReadablePlanes {
  const { recompute, values } = activation;
  return recompute
    ? computedByGroup(arena, activation, NO_MARGIN, recompute, use)
    : storedPlanes(activation, values);
}

/** A whole pass at once, or one group after the other. */
export function portions(
  { vectors }: { readonly vectors: Vectors },
  isByGroup: boolean,
): readonly { readonly group: number; readonly vectors: Vectors }[] {
  if (!isByGroup) return [{ group: 0, vectors }];
  return Array.from({ length: vectors }, (_, group) => ({ group, vectors: 1 }));
}
