/** Converts epochs to iterations, which requires the size of the dataset. */
import { amount } from '../../amount.ts';
import { SettingsError, type SettingsProblem } from '../../contract/errors.ts';
import type { Choice, Definition, Registry } from '../definition.ts';
import { type DurationResolver, isEpochs, iterationsOf, resolveDurations } from '../duration.ts';
import { type DatasetSize, trainedExamples } from './dataset-settings.ts';
import type { SettingsRegistries } from './registries.ts';
import { rewindIdOf } from './rewind-settings.ts';
import type { Settings, WrittenSettings } from './schema.ts';
import { type Misfit, misfitsOf } from './training-length.ts';

/**
 * The settings with epochs as iterations. Settings that are already resolved stay unchanged.
 *
 * @throws WorkbenchError `invalid-settings` naming the path, the written value, its iterations and
 *   what is allowed.
 */
export function resolveEpochs(
  registries: SettingsRegistries,
  written: WrittenSettings,
  dataset: DatasetSize,
): Settings {
  const { learningRateSchedules, rewinds } = registries;
  const counter = new EpochCounter(written, dataset);
  const { analyses, ...others } = written;
  const { schedule, iterations, evaluateEvery } = written.training;
  const training: Settings['training'] = {
    ...written.training,
    schedule: counter.resolveChoice(learningRateSchedules, schedule, 'training.schedule'),
    iterations: counter.resolve(iterations, 1, 'training.iterations'),
    evaluateEvery: counter.resolve(evaluateEvery, 1, 'training.evaluateEvery'),
  };
  const { epoch } = written.rewind;
  const definition = rewinds.get(rewindIdOf(written.rewind));
  const durations = counter.durationsOf(definition, written.rewind, 'rewind');
  const rewind = { ...written.rewind, ...durations };
  const start =
    epoch === undefined
      ? definition.startsAt(rewind, training.iterations)
      : Math.round(epoch * counter.iterationsPerEpoch);
  const settings: Settings = {
    ...others,
    training,
    rewind: { ...rewind, iteration: start },
    ...(analyses && {
      analyses: analyses.map((choice, index) =>
        counter.resolveChoice(registries.analyses, choice, `analyses.${index}`),
      ),
    }),
  };
  counter.check();
  const misfits = misfitsOf(registries, written.rewind, { ...training, start });
  if (misfits.length === 0) return settings;
  throw new SettingsError(
    misfits.map((misfit) => problemOf(misfit, written)),
    counter.hint,
  );
}

/**
 * An analysis of a search with epochs as iterations.
 *
 * @throws WorkbenchError `invalid-settings` as `resolveEpochs`.
 */
export function resolveAnalysis(
  { analyses }: SettingsRegistries,
  choice: Choice,
  settings: Settings,
  dataset: DatasetSize,
): Choice {
  const counter = new EpochCounter(settings, dataset);
  const resolved = counter.resolveChoice(analyses, choice, choice.id);
  counter.check();
  return resolved;
}

/** Converts epochs to iterations, and collects durations with too few iterations. */
class EpochCounter {
  /** Training examples divided by batch size; generally not whole. */
  readonly iterationsPerEpoch: number;
  readonly #problems: SettingsProblem[] = [];

  constructor({ dataset, training }: WrittenSettings, size: DatasetSize) {
    this.iterationsPerEpoch = trainedExamples(dataset, size) / training.batchSize;
  }

  readonly resolve: DurationResolver = (given, least, path) => {
    const iterations = iterationsOf(given, this.iterationsPerEpoch);
    if (iterations >= least && iterations <= Number.MAX_SAFE_INTEGER) return iterations;
    const expected = `${least} to ${Number.MAX_SAFE_INTEGER}`;
    const message = `${path} is ${describeGiven(given, iterations)}; expected ${expected}`;
    this.#problems.push({ path, message });
    return iterations;
  };

  /** The values that the entry declares as durations, in iterations. */
  durationsOf({ hparams }: Definition, values: Readonly<Record<string, unknown>>, path: string) {
    return resolveDurations(hparams, values, path, this.resolve);
  }

  /** The choice with its durations in iterations. */
  resolveChoice(registered: Registry<Definition>, choice: Choice, path: string): Choice {
    return { ...choice, ...this.durationsOf(registered.get(choice.id), choice, path) };
  }

  get hint(): string {
    return `An epoch of these settings is ${Number(this.iterationsPerEpoch.toFixed(2))} iterations.`;
  }

  /** @throws WorkbenchError `invalid-settings`. */
  check(): void {
    if (this.#problems.length > 0) throw new SettingsError(this.#problems, this.hint);
  }
}

function problemOf({ path, value, isPoint, bound }: Misfit, written: WrittenSettings) {
  const given: unknown =
    path[0] === 'training' ? written.training[path[1]] : written.rewind[path[1]];
  const text = describeGiven(given ?? value, value, isPoint);
  const { iterations } = written.training;
  const limit = isEpochs(iterations) ? ` (${JSON.stringify(iterations)})` : '';
  const at = path.join('.');
  return { path: at, message: `${at} is ${text}; expected ${bound}${limit}` };
}

/** `"2ep", which is 1833 iterations`: a duration as written, with its iterations. */
function describeGiven(given: unknown, iterations: number, isPoint = false): string {
  if (given === iterations) return String(given);
  const meaning = isPoint ? `iteration ${iterations}` : amount(iterations, 'iteration');
  return `${JSON.stringify(given)}, which is ${meaning}`;
}
