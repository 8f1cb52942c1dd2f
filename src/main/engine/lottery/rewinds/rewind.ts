/** Where the survivors of a pruning go before they are trained again. */
import type { z } from 'zod';
import type { Definition } from '../../../../shared/domain/definition.ts';
import { inIterations, type InIterations } from '../../../../shared/domain/duration.ts';
import type { TrainingStart } from '../../../../shared/domain/settings.ts';

export interface RewindDefinition extends TrainingStart {
  /** Survivors keep what the level before has trained; otherwise they return to θ0 or θk. */
  readonly keepsTrainedWeights: boolean;
  /** Every step has the learning rate of the dense network's last one. */
  readonly keepsFinalRate: boolean;
}

interface RewindSource<Hparams extends z.ZodObject> extends Definition<Hparams> {
  readonly keepsTrainedWeights: boolean;
  readonly keepsFinalRate: boolean;
  startsAt(hparams: InIterations<z.infer<Hparams>>, iterations: number): number;
}

/** Types a rewind's function by its own settings. */
export function defineRewind<Hparams extends z.ZodObject>(
  source: RewindSource<Hparams>,
): RewindDefinition {
  return {
    ...source,
    startsAt: (rewind, iterations) =>
      source.startsAt(inIterations(source.hparams.parse(rewind)), iterations),
  };
}
