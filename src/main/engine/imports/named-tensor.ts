import type { NpyValues } from '../datasets/readers/npy.ts';

/** A tensor of a file that another program wrote. */
export interface NamedTensor {
  readonly name: string;
  readonly shape: readonly number[];
  /** `bool`, `float32`… */
  readonly type: string;
  /** Row-major; decoded at each call. */
  values(): NpyValues;
}
