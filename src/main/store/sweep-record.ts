import type { SweepAxis } from '../../shared/domain/sweep.ts';

/** A sweep without the results of its searches. */
export interface SweepRecord {
  readonly id: string;
  readonly name: string;
  /** Unix time, milliseconds. */
  readonly createdAt: number;
  readonly axes: readonly SweepAxis[];
}
