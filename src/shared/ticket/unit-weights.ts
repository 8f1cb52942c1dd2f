/** The weights of single units: the columns of a kernel. */
import type { Mask } from '../domain/mask.ts';
import { gridShape } from './mask-grid.ts';

export interface UnitWeights {
  /** The first unit, counted from 0. */
  readonly first: number;
  readonly count: number;
  /** Weights of one unit. */
  readonly inputs: number;
  /** `[count, inputs]`: the weights that the training started from, pruned ones included. */
  readonly initial: Float32Array;
  /** `[count, inputs]`: after the training, pruned ones at 0. */
  readonly final: Float32Array;
  /** `[count, inputs]`: 1 = kept. */
  readonly kept: Uint8Array;
}

/** @param initial, final, mask of one kernel `[…, inputs, units]`. */
export function unitWeights(
  shape: readonly number[],
  weights: {
    readonly initial: Float32Array;
    readonly final: Float32Array;
    readonly mask: Mask;
  },
  first: number,
  count: number,
): UnitWeights {
  const { rows: inputs, columns } = gridShape(shape);
  const size = count * inputs;
  const units = {
    initial: new Float32Array(size),
    final: new Float32Array(size),
    kept: new Uint8Array(size),
  };
  for (let unit = 0; unit < count; unit += 1) {
    for (let input = 0; input < inputs; input += 1) {
      const from = input * columns + first + unit;
      const to = unit * inputs + input;
      units.initial[to] = weights.initial[from]!;
      units.final[to] = weights.final[from]!;
      units.kept[to] = weights.mask[from]!;
    }
  }
  return { first, count, inputs, ...units };
}
