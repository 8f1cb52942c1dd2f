/** The statistics of repeated measurements. */
export interface Measured {
  readonly median: number;
  readonly min: number;
  readonly max: number;
}

/** @throws RangeError if nothing was measured. */
export function measured(values: readonly number[]): Measured {
  const sorted = values.toSorted((one, other) => one - other);
  const upper = sorted[Math.floor(sorted.length / 2)];
  const lower = sorted[Math.floor((sorted.length - 1) / 2)];
  if (upper === undefined || lower === undefined) throw new RangeError('nothing was measured');
  return { median: (lower + upper) / 2, min: sorted[0]!, max: sorted.at(-1)! };
}

/**
 * How many times longer each `reference` took than the measurement next to it. Ratios of neighbours
 * in time cancel the drift of a machine that slows down.
 */
export function timesFaster(reference: readonly number[], values: readonly number[]): Measured {
  return measured(values.map((value, index) => reference[index]! / value));
}
