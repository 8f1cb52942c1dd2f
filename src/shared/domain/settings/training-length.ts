/** Checks that settings fit into the iterations of a training. */
import { isEpochs } from '../duration.ts';
import type { SettingsRegistries } from './registries.ts';
import { rewindIdOf } from './rewind-settings.ts';
import type { WrittenSettings } from './schema.ts';

/** The lengths that must fit together, in iterations. */
export interface TrainingLength {
  readonly iterations: number;
  readonly evaluateEvery: number;
  /** Where trainings of pruned levels start. */
  readonly start: number;
}

/** Undefined for settings in epochs, whose iterations are known only with the dataset. */
export function lengthIfKnown(
  registries: SettingsRegistries,
  { training, rewind }: Pick<WrittenSettings, 'training' | 'rewind'>,
): TrainingLength | undefined {
  const { iterations, evaluateEvery } = training;
  if (isEpochs(iterations) || isEpochs(evaluateEvery)) return undefined;
  if (Object.values(rewind).some(isEpochs)) return undefined;
  const start = registries.rewinds.get(rewindIdOf(rewind)).startsAt(rewind, iterations);
  return { iterations, evaluateEvery, start };
}

/** A setting that does not fit into the training. */
export interface Misfit {
  readonly path: readonly ['training', 'evaluateEvery'] | readonly ['rewind', string];
  /** In iterations. */
  readonly value: number;
  /** Whether `value` is a point in the training rather than a number of steps. */
  readonly isPoint: boolean;
  /** `at most training.iterations, 900` */
  readonly bound: string;
}

export function misfitsOf(
  { rewinds }: SettingsRegistries,
  rewind: WrittenSettings['rewind'],
  { iterations, evaluateEvery, start }: TrainingLength,
): Misfit[] {
  const misfits: Misfit[] = [];
  if (evaluateEvery > iterations) {
    misfits.push({
      path: ['training', 'evaluateEvery'],
      value: evaluateEvery,
      isPoint: false,
      bound: `at most training.iterations, ${iterations}`,
    });
  }
  if (start >= iterations) {
    misfits.push({
      path: ['rewind', rewind.epoch === undefined ? 'iteration' : 'epoch'],
      value: start,
      isPoint: true,
      bound: `below training.iterations, ${iterations}`,
    });
  }
  const { lengthSetting } = rewinds.get(rewindIdOf(rewind));
  if (start < 0 && lengthSetting !== undefined) {
    misfits.push({
      path: ['rewind', lengthSetting],
      value: iterations - start,
      isPoint: false,
      bound: `at most training.iterations, ${iterations}`,
    });
  }
  return misfits;
}
