import {
  type MakeGroup,
  type Margin,
  type PlanesActivation,
  purposeOf,
  unplacedPlanes,
  valuesOf,
} from './activation.ts';
import type { Arena } from './arena.ts';
import type { Pointer } from './kernels.ts';
import type { SparsePass } from './layers/layer.ts';

/** Planes that windows may reach over the edges of, as far as there is a margin of zeros. */
export interface ReadablePlanes {
  /** Bytes from one group, plane or row to the next. */
  readonly groupPitch: number;
  readonly planePitch: number;
  readonly rowPitch: number;
  /** True if a group is there only until the next one is asked for. */
  readonly isByGroup: boolean;
  /** The address of a group's first pixel inside the margin. */
  at(pass: SparsePass, group: number): Pointer;
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
 */
export function madeByGroup(
  arena: Arena,
  activation: PlanesActivation,
  margin: Margin,
  make: MakeGroup,
): ReadablePlanes {
  const planes = unplacedPlanes(activation, margin);
  const { groupPitch, planePitch, rowPitch } = planes;
  const purpose = `group ${purposeOf(planes)}`;
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
