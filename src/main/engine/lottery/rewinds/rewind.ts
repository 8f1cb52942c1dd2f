/** What pruning's survivors are reset to before they are retrained. */
import type { z } from 'zod';
import { inIterations, type InIterations } from '../../../../shared/domain/duration.ts';
import type { TrainingStart } from '../../../../shared/domain/settings.ts';

export interface RewindDefinition extends TrainingStart {
  /** Survivors keep what the previous level trained. Otherwise they return to θ0 or θk. */
  readonly keepsTrainedWeights: boolean;
  /** Every step uses the learning rate of the dense network's last step. */
  readonly keepsFinalRate: boolean;
}

/** Types a rewind's function by its own settings. */
export function defineRewind<Hparams extends z.ZodObject>(
  source: Omit<RewindDefinition, 'hparams' | 'startsAt'> & {
    readonly hparams: Hparams;
    startsAt(hparams: InIterations<z.infer<Hparams>>, iterations: number): number;
  },
): RewindDefinition {
  return {
    ...source,
    startsAt: (rewind, iterations) =>
      source.startsAt(inIterations(source.hparams.parse(rewind)), iterations),
  };
}
