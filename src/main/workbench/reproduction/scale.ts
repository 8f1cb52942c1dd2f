/** A reproduction with shorter trainings. */
import {
  type Duration,
  epochsOf,
  isDuration,
  isEpochs,
  resolveDurations,
} from '../../../shared/domain/duration.ts';
import type { Definition } from '../../../shared/domain/definition.ts';
import { rewindIdOf, type WrittenSettings } from '../../../shared/domain/settings.ts';
import { registries } from '../settings/registries.ts';

/** Enough evaluations to find an early stop; more would cost more than the training. */
const FEWEST_EVALUATIONS = 25;

/**
 * The settings with the length of trainings times `scale`, and with it the milestones of the schedule
 * and the rewind point. Evaluations stay as far apart, unless there would be too few. Nothing else is
 * scaled: neither the data, the replicates nor the levels.
 *
 * @param scale in (0, 1]; 1 changes nothing.
 */
export function scaledSettings(settings: WrittenSettings, scale: number): WrittenSettings {
  if (scale === 1) return settings;
  const { training, rewind } = settings;
  const iterations = scaled(training.iterations, scale, 1);
  const schedule = registries.learningRateSchedules.get(training.schedule.id);
  const rewindDefinition = registries.rewinds.get(rewindIdOf(rewind));
  return {
    ...settings,
    training: {
      ...training,
      schedule: { ...training.schedule, ...durationsOf(schedule, training.schedule, scale) },
      iterations,
      evaluateEvery: evaluationInterval(training.evaluateEvery, iterations),
    },
    rewind: { ...rewind, ...durationsOf(rewindDefinition, rewind, scale) },
  };
}

/** `500 of 50,000 iterations per training`; undefined if nothing is scaled. */
export function describeScale(settings: WrittenSettings, scale: number): string | undefined {
  if (scale === 1) return undefined;
  const { iterations } = settings.training;
  const short = scaled(iterations, scale, 1);
  if (isEpochs(iterations) && isEpochs(short)) {
    return `${epochsOf(short)} of ${epochsOf(iterations)} epochs per training`;
  }
  return `${short.toLocaleString('en-US')} of ${iterations.toLocaleString('en-US')} iterations per training`;
}

/** The entry's settings that are durations, scaled. */
function durationsOf(
  { hparams }: Definition,
  values: Readonly<Record<string, unknown>>,
  scale: number,
): Record<string, unknown> {
  const names = Object.keys(resolveDurations(hparams, values, '', () => 1));
  return Object.fromEntries(
    names.map((name) => {
      const value = values[name];
      if (!Array.isArray(value)) return [name, scaledIfDuration(value, scale)];
      return [name, value.map((item: unknown) => scaledIfDuration(item, scale))];
    }),
  );
}

function scaledIfDuration(value: unknown, scale: number): unknown {
  return isDuration(value) ? scaled(value, scale, 0) : value;
}

function scaled(given: Duration, scale: number, least: number): Duration {
  if (isEpochs(given)) return `${Number((epochsOf(given) * scale).toPrecision(6))}ep`;
  return Math.max(least, Math.round(given * scale));
}

function evaluationInterval(interval: Duration, iterations: Duration): Duration {
  if (isEpochs(interval) && isEpochs(iterations)) {
    const most = epochsOf(iterations) / FEWEST_EVALUATIONS;
    return `${Number(Math.min(epochsOf(interval), most).toPrecision(6))}ep`;
  }
  if (isEpochs(interval) || isEpochs(iterations)) return interval;
  return Math.min(interval, Math.max(1, Math.floor(iterations / FEWEST_EVALUATIONS)));
}
