/** Registries with few entries, and the settings that choose from them. */
import { z } from 'zod';
import { rewinds } from '../../../../src/main/engine/lottery/rewinds/index.ts';
import { pruningSchedules } from '../../../../src/main/engine/pruning/schedules/index.ts';
import { WorkbenchError } from '../../../../src/shared/contract/errors.ts';
import { type Definition, registry } from '../../../../src/shared/domain/definition.ts';
import { duration } from '../../../../src/shared/domain/duration.ts';
import { parseSettings } from '../../../../src/shared/domain/settings.ts';

export const entry = (id: string, hparams: z.ZodObject = z.object({})): Definition => ({
  id,
  label: id,
  description: id,
  hparams,
});

export const registries = {
  datasets: registry('dataset', [entry('mnist'), entry('idx', z.object({ folder: z.string() }))]),
  normalizations: registry('normalization', [entry('unit'), entry('none')]),
  architectures: registry('architecture', [entry('lenet-300-100')]),
  initializers: registry('initializer', [entry('glorot-normal')]),
  optimizers: registry('optimizer', [
    entry('adam', z.object({ learningRate: z.number().gt(0).default(0.0012) })),
  ]),
  learningRateSchedules: registry('schedule', [
    entry('constant'),
    entry('steps', z.object({ milestones: z.array(duration(0)).default(['91ep']) })),
  ]),
  strategies: registry('strategy', [
    entry('layerwise-magnitude', z.object({ fraction: z.number().gt(0).lt(1).default(0.2) })),
  ]),
  pruningSchedules,
  rewinds,
  branches: registry('branch', [entry('random-reinit'), entry('shuffled-mask')]),
  analyses: registry('analysis', [
    entry('connectivity'),
    entry('mask-overlap'),
    entry('early-bird', z.object({ every: duration(1).optional() })),
  ]),
};

/** Why the settings are refused. */
export function complaint(input: unknown): string {
  try {
    parseSettings(registries, input);
  } catch (error) {
    if (error instanceof WorkbenchError && error.code === 'invalid-settings') return error.message;
    throw error;
  }
  throw new Error('the settings were accepted');
}
