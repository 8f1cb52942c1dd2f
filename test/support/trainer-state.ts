import type { Trainer, TrainerState } from '../../src/main/engine/training/trainer.ts';

/** What `save` returns, read through `visitState`. */
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
