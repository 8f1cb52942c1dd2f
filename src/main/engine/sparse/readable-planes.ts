import {
  type GroupedPass,
  type MakeGroup,
  type Margin,
  NO_MARGIN,
  type PlanesActivation,
  purposeOf,
  unplacedPlanes,
  valuesOf,
} from './activation.ts';
import type { Arena } from './arena.ts';
import type { Place, Pointer, Vectors } from './kernels.ts';
import { TILE_VECTORS } from './layout.ts';

/** Planes that windows may reach over the edges of, as far as there is a margin of zeros. */
export interface ReadablePlanes {
  /** Bytes from one group, plane or row to the next. */
  readonly groupPitch: number;
  readonly planePitch: number;
  readonly rowPitch: number;
  /** True if a group is there only until the next one is asked for. */
  readonly isByGroup: boolean;
  /** The address of a group's first pixel inside the margin. */
  at(pass: GroupedPass, group: number): Pointer;
  /** To be called when all that is read at the same time is reserved: the next layer may have it. */
  giveBack(): void;
}

/** Values or gradients, of which `start` is the first, where they lie. */
export function whereTheyLie(activation: PlanesActivation, start: Pointer): ReadablePlanes {
  const { groupPitch, planePitch, rowPitch } = activation;
  return {
    groupPitch,
    planePitch,
    rowPitch,
    isByGroup: false,
    at: (_pass, group) => start + group * groupPitch,
    giveBack: () => undefined,
  };
}

/**
 * One group at a time, made in a memory that has a margin: those of a whole batch have none. What is
 * made is still in the cache when it is read.
 *
 * @param use tells apart what is made of each other: each use has a memory of its own.
 */
export function madeByGroup(
  arena: Arena,
  activation: PlanesActivation,
  margin: Margin,
  make: MakeGroup,
  use = 'input',
): ReadablePlanes {
  const planes = unplacedPlanes(activation, margin);
  const { groupPitch, planePitch, rowPitch } = planes;
  const purpose = `${use} ${purposeOf(planes)}`;
  const start = arena.borrow(purpose, groupPitch);
  const values = start + planes.values;
  const target = valuesOf({ ...planes, values });
  return {
    groupPitch,
    planePitch,
    rowPitch,
    isByGroup: true,
    at(pass, group) {
      make(pass, group, target);
      return values;
    },
    giveBack() {
      arena.giveBack(purpose, start);
    },
  };
}

/** Values where they lie, or made group by group if they are not kept. */
export function valuesByGroup(
  arena: Arena,
  activation: PlanesActivation,
  use: string,
): ReadablePlanes {
  const { recompute, values } = activation;
  return recompute
    ? madeByGroup(arena, activation, NO_MARGIN, recompute, use)
    : whereTheyLie(activation, values);
}

/** The place of the group that `at` has given the address of. */
export function placeOfGroup(planes: ReadablePlanes, start: Pointer): Place {
  const { groupPitch, planePitch, rowPitch } = planes;
  return [start, TILE_VECTORS * groupPitch, groupPitch, planePitch, rowPitch];
}

/** A pass at once, or group by group. */
export function portions(
  { vectors }: { readonly vectors: Vectors },
  isByGroup: boolean,
): readonly { readonly group: number; readonly vectors: Vectors }[] {
  if (!isByGroup) return [{ group: 0, vectors }];
  return Array.from({ length: vectors }, (_, group) => ({ group, vectors: 1 }));
}
