import type { Trainer } from '../../src/main/engine/training/trainer.ts';

/** All that a trainer holds, as flat vectors in the layout's order. */
export interface TrainerState {
  readonly parameters: Float32Array;
  /** One vector for each slot of the optimizer, zero for parameters that are not trainable. */
  readonly slots: readonly Float32Array[];
}

export function stateOf(trainer: Trainer): TrainerState {
  const { parameterCount } = trainer.layout;
  const parameters = new Float32Array(parameterCount);
  const slots: Float32Array[] = [];
  trainer.visitState(({ offset }, slot, values) => {
    if (slot === undefined) {
      parameters.set(values, offset);
      return;
    }
    slots[slot] ??= new Float32Array(parameterCount);
    slots[slot].set(values, offset);
  });
  return { parameters, slots };
}
