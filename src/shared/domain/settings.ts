import { z } from 'zod';
import { SettingsError, type SettingsProblem } from '../contract/errors.ts';
import { AUTOMATIC_ENGINE, ENGINE_IDS, type EngineSetting } from './engine.ts';
import {
  type Choice,
  choiceSchema,
  type Definition,
  entrySchema,
  registry,
  type Registry,
} from './definition.ts';
import { type BranchEntry, idOfBranch, nameOfBranch } from './branch.ts';
import { isTransfer, isTransferDefinition } from './transfer.ts';
import {
  type Duration,
  duration,
  type DurationResolver,
  isEpochs,
  iterationsOf,
  resolveDurations,
} from './duration.ts';

/** The registries whose entries a search's settings choose from. */
export interface SettingsRegistries {
  readonly datasets: Registry<Definition>;
  readonly normalizations: Registry<Definition>;
  readonly architectures: Registry<Definition>;
  readonly initializers: Registry<Definition>;
  readonly optimizers: Registry<Definition>;
  readonly learningRateSchedules: Registry<Definition>;
  readonly strategies: Registry<Definition>;
  readonly pruningSchedules: Registry<LevelCounter>;
  readonly rewinds: Registry<TrainingStart>;
  readonly branches: Registry<Definition>;
  readonly analyses: Registry<Definition>;
}

/** What survivors are reset to, as far as settings need to know it. */
export interface TrainingStart extends Definition {
  /**
   * The iteration at which trainings of pruned levels start.
   *
   * @param rewind the entry's own settings, validated and resolved; others are ignored.
   * @param iterations of the dense network.
   */
  startsAt(rewind: object, iterations: number): number;
}

/** A pruning schedule, as far as settings need to know it. */
export interface LevelCounter extends Definition {
  /**
   * The pruned levels of a search.
   *
   * @param pruning the schedule's own settings, validated; others are ignored.
   */
  countLevels(pruning: object): number;
}

/** Raised when the meaning of stored settings changes; old searches are migrated, never reread. */
export const SETTINGS_VERSION = 1;

/** The paper's: weights return to an earlier iteration. Stored settings do not name it. */
export const DEFAULT_REWIND = 'weights';

/** How features were normalised before there was a choice. Stored settings do not name it. */
export const DEFAULT_NORMALIZATION = 'unit';

/**
 * Everything a search is made of, as it is computed with: whatever counts optimizer steps is a
 * number. Two searches with equal settings give bit-identical results.
 */
export interface Settings {
  readonly dataset: Choice & {
    readonly validation: number;
    /** Training examples that are kept beside validation; left out, all of them. */
    readonly subset?: number | undefined;
    /** Test examples that are kept; left out, all of them. */
    readonly testSubset?: number | undefined;
    /** How features become a network's input; left out, the default. */
    readonly normalization?: string | undefined;
    /** Whether every other training image is mirrored; left out, none is. */
    readonly flip?: boolean | undefined;
    /** Pixels around a training image that it is cut out of anew; left out, it stays in place. */
    readonly cropPadding?: number | undefined;
    /** Share, in (0, 1], of the training labels that are drawn at random; left out, none is. */
    readonly randomLabels?: number | undefined;
  };
  readonly architecture: Choice;
  readonly initializer: Choice;
  readonly training: {
    readonly optimizer: Choice;
    /** What the optimizer's learning rate is multiplied by as training goes on. */
    readonly schedule: Choice;
    /** Share of the target, in [0, 1), that is spread evenly over all classes. */
    readonly labelSmoothing: number;
    /** The largest norm of the gradient over all parameters; without it there is no limit. */
    readonly clipNorm?: number | undefined;
    readonly batchSize: number;
    /** Optimizer steps of one training; always run in full, the early stop is found afterwards. */
    readonly iterations: number;
    readonly evaluateEvery: number;
    /** What computes; `auto` chooses for each level, and the choice is kept with the search. */
    readonly engine: EngineSetting;
  };
  readonly pruning: {
    readonly strategy: Choice;
    /** The id of a pruning schedule; its own settings stand beside it. */
    readonly schedule: string;
    /** Rounds of pruning after the dense level 0; one for a one-shot search. */
    readonly levels: number;
    /** Of schedules that have one: the density, in (0, 1), of the last level. */
    readonly targetDensity?: number | undefined;
    /** Of a list of densities: what level 1, 2, … keep, falling. */
    readonly densities?: readonly number[] | undefined;
  };
  readonly rewind: {
    /** Left out, survivors return to their own weights of `iteration`. */
    readonly id?: string | undefined;
    /** Where trainings of pruned levels start; 0 is the initialisation. */
    readonly iteration: number;
    /** `iteration` as the user said it, in epochs of the training examples beside validation. */
    readonly epoch?: number | undefined;
    /** Of fine-tuning: its length. */
    readonly iterations?: number | undefined;
  };
  readonly branches: readonly BranchEntry[];
  /** The pruned levels whose masks branches are trained from; left out, all of them. */
  readonly branchLevels?: readonly number[] | undefined;
  readonly replicates: { readonly count: number; readonly seed: number };
  readonly verdict: {
    /** How much test accuracy (0..1) a ticket may lose and still match the dense network. */
    readonly accuracyTolerance: number;
    /** How much later a ticket may stop, as a fraction of the dense early-stop iteration. */
    readonly iterationTolerance: number;
    /** Of the paired intervals over replicates, in (0, 1). */
    readonly confidence: number;
  };
  /** What is found out beside the verdict once everything is trained; left out if it is nothing. */
  readonly analyses?: readonly Choice[] | undefined;
}

/** Settings as a user wrote them, to be stored and shown; `resolveEpochs` makes them `Settings`. */
export interface WrittenSettings extends Omit<Settings, 'training' | 'rewind'> {
  readonly training: Omit<Settings['training'], 'iterations' | 'evaluateEvery'> & {
    readonly iterations: Duration;
    readonly evaluateEvery: Duration;
  };
  readonly rewind: Omit<Settings['rewind'], 'iteration' | 'iterations'> & {
    /** Left out where it follows from others and the dataset has to be known. */
    readonly iteration?: Duration | undefined;
    readonly iterations?: Duration | undefined;
  };
}

const count = (title: string, description: string, unit?: string) =>
  z
    .int()
    .min(1)
    .meta({ title, description, ...(unit === undefined ? {} : { unit }) });

/** What every dataset has beside settings of its own. */
export function datasetSettings({ normalizations }: Pick<SettingsRegistries, 'normalizations'>) {
  const [first, ...rest] = normalizations.entries.map(({ id }) => id);
  return {
    validation: z.int().min(1).default(5000).meta({
      title: 'Validation examples',
      description: 'Taken out of the training set, by seed, to find the early stop with.',
      unit: 'examples',
    }),
    subset: z.int().min(1).optional().meta({
      title: 'Training examples kept',
      description: 'Drawn by seed beside validation, each class by its share; none: all of them.',
      unit: 'examples',
    }),
    testSubset: z.int().min(1).optional().meta({
      title: 'Test examples kept',
      description: 'Drawn by seed, each class by its share; none: all of them.',
      unit: 'examples',
    }),
    normalization: z
      .enum([first!, ...rest])
      .default(DEFAULT_NORMALIZATION)
      .meta({
        title: 'Normalisation',
        description:
          'unit: from 0 to 1; none: as stored; dataset: mean 0 and deviation 1 over the training examples, by channel or feature; per-image: of each example by itself.',
      }),
    flip: z.boolean().default(false).meta({
      title: 'Augmentation: flip',
      description: 'Every other training image is mirrored, left to right, anew in every batch.',
    }),
    cropPadding: z.int().min(0).default(0).meta({
      title: 'Augmentation: crop',
      description:
        'Training images are cut out of themselves with so many black pixels around, anew in every batch.',
      unit: 'pixels',
    }),
    randomLabels: z.number().min(0).max(1).default(0).meta({
      title: 'Random labels',
      description:
        'Share of the training labels that are drawn at random, by seed; those of validation and test stay true.',
    }),
  } satisfies z.core.$ZodShape;
}

/** The names of what every dataset has. */
export const DATASET_SETTINGS: readonly string[] = [
  'validation',
  'subset',
  'testSubset',
  'normalization',
  'flip',
  'cropPadding',
  'randomLabels',
] satisfies (keyof ReturnType<typeof datasetSettings>)[];

/** Stored settings leave out what says nothing, as they did before it could be said. */
function withoutDefaults({
  normalization,
  flip,
  cropPadding,
  randomLabels,
  ...dataset
}: Settings['dataset']): Settings['dataset'] {
  return {
    ...dataset,
    ...(normalization === DEFAULT_NORMALIZATION ? {} : { normalization }),
    ...(flip === true ? { flip } : {}),
    ...(cropPadding === 0 ? {} : { cropPadding }),
    ...(randomLabels === 0 ? {} : { randomLabels }),
  };
}

/** The one schema of a search's settings: types, defaults, validation, form and flags follow it. */
export function settingsSchema(registries: SettingsRegistries): SettingsSchema {
  const schema = schemas.get(registries) ?? schemaOf(registries);
  schemas.set(registries, schema);
  return schema;
}

type SettingsSchema = ReturnType<typeof schemaOf>;

/** To make a schema takes many times as long as to parse with it. */
const schemas = new WeakMap<SettingsRegistries, SettingsSchema>();

function schemaOf(registries: SettingsRegistries) {
  return z
    .strictObject({
      dataset: choiceSchema(registries.datasets, 'mnist', datasetSettings(registries)),
      architecture: choiceSchema(registries.architectures, 'lenet-300-100'),
      initializer: choiceSchema(registries.initializers, 'glorot-normal'),
      training: z
        .strictObject({
          optimizer: choiceSchema(registries.optimizers, 'adam'),
          schedule: choiceSchema(registries.learningRateSchedules, 'constant'),
          labelSmoothing: z.number().min(0).lt(1).default(0).meta({
            title: 'Label smoothing',
            description: 'Share of the target that is spread evenly over all classes.',
          }),
          clipNorm: z.number().gt(0).optional().meta({
            title: 'Clip norm',
            description: 'The largest norm of the gradient over all parameters; none: no limit.',
          }),
          batchSize: count('Batch size', 'Examples per optimizer step.', 'examples').default(60),
          iterations: duration(1).default(50_000).meta({
            title: 'Iterations',
            description: 'Optimizer steps of every training.',
          }),
          evaluateEvery: duration(1).default(100).meta({
            title: 'Evaluate every',
            description: 'Iterations between two evaluations on the validation and the test set.',
          }),
          engine: z
            .enum([AUTOMATIC_ENGINE, ...ENGINE_IDS])
            .default(AUTOMATIC_ENGINE)
            .meta({
              title: 'Engine',
              description:
                'What computes: dense and sparse differ in speed and rounding; auto takes the faster one for each level.',
            }),
        })
        .prefault({})
        .meta({ title: 'Training' }),
      pruning: pruningSchema(registries),
      rewind: rewindSchema(registries),
      branches: branchesSchema(registries),
      branchLevels: z
        .array(z.int().min(1))
        .min(1)
        .refine((levels) => new Set(levels).size === levels.length, {
          error: 'a list that names each level once',
        })
        .optional()
        .meta({
          title: 'Branch levels',
          description: 'The pruned levels that branches start from; left out, every one.',
        }),
      replicates: z
        .strictObject({
          count: count('Replicates', 'The same settings with other seeds.').max(1000).default(5),
          seed: z
            .int()
            .min(0)
            .max(2 ** 32 - 1)
            .default(1)
            .meta({
              title: 'Seed',
              description: 'Everything random in the search follows from it.',
            }),
        })
        .prefault({})
        .meta({ title: 'Replicates' }),
      verdict: z
        .strictObject({
          accuracyTolerance: z.number().min(0).lt(1).default(0).meta({
            title: 'Accuracy tolerance',
            description:
              'Test accuracy (0..1) a ticket may lose and still match the dense network.',
          }),
          iterationTolerance: z.number().min(0).max(1).default(0).meta({
            title: 'Iteration tolerance',
            description: 'Fraction of the dense early-stop iteration a ticket may stop later.',
          }),
          confidence: z.number().gte(0.5).lt(1).default(0.95).meta({
            title: 'Confidence',
            description: 'Of the paired intervals over replicates.',
          }),
        })
        .prefault({})
        .meta({ title: 'Verdict' }),
      analyses: analysesSchema(registries),
    })
    .check((context) => {
      // Ranges first: a mistake is not followed by complaints about what it is compared with.
      if (context.issues.length > 0) return;
      const { pruning, branchLevels = [] } = context.value;
      const reject = (path: readonly string[], input: unknown, message: string) =>
        context.issues.push({ code: 'custom', path: [...path], input, message });
      const beyond = branchLevels.find((level) => level > pruning.levels);
      if (beyond !== undefined) {
        reject(['branchLevels'], beyond, `levels from 1 to pruning.levels, ${pruning.levels}`);
      }
      const { training, rewind } = context.value as Pick<WrittenSettings, 'training' | 'rewind'>;
      if (rewind.epoch !== undefined && isEpochs(rewind.iteration)) {
        reject(
          ['rewind', 'iteration'],
          rewind.iteration,
          'a number or nothing beside rewind.epoch',
        );
      }
      const resolved = withoutEpochs(registries, { training, rewind });
      if (!resolved || rewind.epoch !== undefined) return;
      for (const { path, value, bound } of misfitsOf(resolved)) reject(path, value, bound);
    });
}

/** A branch without settings of its own is its id alone, as it always was. */
function branchesSchema({ branches }: SettingsRegistries) {
  const hasSettings = ({ hparams }: Definition): boolean => Object.keys(hparams.shape).length > 0;
  const plain = branches.entries.filter((entry) => !hasSettings(entry)).map(({ id }) => id);
  const others = branches.entries.filter(hasSettings);
  const byId = z.enum(plain as [string, ...string[]]);
  const entry =
    others.length === 0
      ? byId
      : z.union([byId, entrySchema(registry('branch', others))]).meta({ title: 'Branch' });
  return z
    .array(entry)
    .refine(
      (chosen) => new Set(chosen.map((each) => JSON.stringify(each))).size === chosen.length,
      { error: 'a list that names each branch once' },
    )
    .default(['random-reinit'])
    .meta({
      title: 'Branches',
      description: 'Controls trained from every level’s mask, unless levels are chosen.',
    });
}

type Steps = Pick<Settings, 'training' | 'rewind'>;

/** Those that count optimizer steps, if that can be said before the dataset is known. */
function withoutEpochs(
  registries: SettingsRegistries,
  { training, rewind }: Pick<WrittenSettings, 'training' | 'rewind'>,
): Steps | undefined {
  const { iterations, evaluateEvery } = training;
  const durations = [iterations, evaluateEvery, rewind.iteration, rewind.iterations];
  if (durations.some(isEpochs)) return undefined;
  const numbers = { training, rewind } as Steps;
  const iteration = startOf(registries, rewind, numbers.training.iterations);
  return { training: numbers.training, rewind: { ...numbers.rewind, iteration } };
}

/** A setting that does not fit the length of training. */
interface Misfit {
  readonly path: readonly ['training' | 'rewind', string];
  /** In iterations. */
  readonly value: number;
  /** `at most training.iterations, 900` */
  readonly bound: string;
}

function misfitsOf({ training, rewind }: Steps): Misfit[] {
  const { iterations, evaluateEvery } = training;
  const misfits: Misfit[] = [];
  if (evaluateEvery > iterations) {
    misfits.push({
      path: ['training', 'evaluateEvery'],
      value: evaluateEvery,
      bound: `at most training.iterations, ${iterations}`,
    });
  }
  if (rewind.iteration >= iterations) {
    misfits.push({
      path: ['rewind', rewind.epoch === undefined ? 'iteration' : 'epoch'],
      value: rewind.iteration,
      bound: `below training.iterations, ${iterations}`,
    });
  }
  if (rewind.iterations !== undefined && rewind.iteration < 0) {
    misfits.push({
      path: ['rewind', 'iterations'],
      value: rewind.iterations,
      bound: `at most training.iterations, ${iterations}`,
    });
  }
  return misfits;
}

function analysesSchema({ analyses }: SettingsRegistries) {
  return z
    .array(choiceSchema(analyses, analyses.entries[0]!.id))
    .refine(
      (chosen) => new Set(chosen.map((each) => JSON.stringify(each))).size === chosen.length,
      {
        error: 'a list that names each analysis once',
      },
    )
    .optional()
    .meta({
      title: 'Analyses',
      description: 'Worked out when everything is trained; more can be added to a finished search.',
    });
}

function startOf(
  { rewinds }: SettingsRegistries,
  rewind: WrittenSettings['rewind'],
  iterations: number,
): number {
  return rewinds.get(rewind.id ?? DEFAULT_REWIND).startsAt(rewind, iterations);
}

/** Every setting that one of the entries has, to stand beside the entry's id; none is required. */
function settingsOfAll({ entries }: Registry<Definition>): Record<string, z.ZodType> {
  const settings: Record<string, z.ZodType> = {};
  for (const { hparams } of entries) {
    for (const [name, field] of Object.entries(hparams.shape)) {
      settings[name] ??= z.optional(field instanceof z.ZodDefault ? field.unwrap() : field);
    }
  }
  return settings;
}

/** The entry's own settings out of `given`; undefined, with issues raised, if they are not right. */
function settingsOfOne(
  kind: string,
  { id, hparams }: Definition,
  given: Readonly<Record<string, unknown>>,
  reject: (path: PropertyKey[], input: unknown, message: string) => void,
): Record<string, unknown> | undefined {
  const foreign = Object.entries(given).filter(
    ([name, value]) => value !== undefined && !(name in hparams.shape),
  );
  for (const [name, value] of foreign) {
    reject([name], value, `nothing, because the ${kind} ${id} has no such setting`);
  }
  const parsed = hparams.safeParse(given, { reportInput: true });
  for (const issue of parsed.error?.issues ?? []) {
    reject(issue.path, issue.input, `${allowed(issue)}, which the ${kind} ${id} needs`);
  }
  return parsed.success && foreign.length === 0 ? parsed.data : undefined;
}

/**
 * A schedule's settings stand beside its id: `{ schedule: 'cubic', levels: 10, targetDensity: 0.05 }`.
 * `{ schedule: { id: 'cubic', levels: 10, targetDensity: 0.05 } }` means the same.
 */
function pruningSchema({ strategies, pruningSchedules }: SettingsRegistries) {
  const scheduleIds = pruningSchedules.entries.map(({ id }) => id);
  return z
    .preprocess(
      besideItsId,
      z.strictObject({
        strategy: choiceSchema(strategies, 'layerwise-magnitude'),
        schedule: z
          .enum(scheduleIds as [string, ...string[]])
          .default('iterative')
          .meta({ title: 'Schedule', description: 'How much is left after every level.' }),
        ...settingsOfAll(pruningSchedules),
      }),
    )
    .transform((given, context) => {
      const { strategy, schedule: id, ...own } = given;
      const schedule = pruningSchedules.get(id);
      const reject = (path: PropertyKey[], input: unknown, message: string) =>
        context.issues.push({ code: 'custom', path, input, message });

      // Stored with every schedule; where it follows from the others it may only agree with them.
      const { levels: givenLevels, ...others } = own as { levels?: number };
      const fields = 'levels' in schedule.hparams.shape ? own : others;
      const parsed = settingsOfOne('schedule', schedule, fields, reject);
      if (!parsed) return z.NEVER;

      const levels = schedule.countLevels(parsed);
      if (givenLevels !== undefined && givenLevels !== levels) {
        reject(['levels'], givenLevels, `${levels} or nothing, as the schedule ${id} prunes`);
      }
      return { strategy, schedule: id, ...parsed, levels };
    })
    .prefault({})
    .meta({ title: 'Pruning' });
}

/**
 * `{ iteration: 0 }` is weight rewinding; others name their id. Where the iteration at which
 * training starts follows from other settings, `parseSettings` writes it down.
 */
function rewindSchema({ rewinds }: SettingsRegistries) {
  const ids = rewinds.entries.map(({ id }) => id);
  return z
    .strictObject({
      id: z
        .enum(ids as [string, ...string[]])
        .default(DEFAULT_REWIND)
        .meta({ title: 'Survivors', description: 'Where they go before they are trained again.' }),
      ...settingsOfAll(rewinds),
    })
    .transform((given, context) => {
      const { id, ...own } = given;
      const rewind = rewinds.get(id);
      const { iteration: _derived, ...others } = own as { iteration?: number };
      const fields = 'iteration' in rewind.hparams.shape ? own : others;
      const parsed = settingsOfOne('rewind', rewind, fields, (path, input, message) =>
        context.issues.push({ code: 'custom', path, input, message }),
      );
      if (!parsed) return z.NEVER;
      return id === DEFAULT_REWIND ? parsed : { id, ...parsed };
    })
    .prefault({})
    .meta({ title: 'Rewind' });
}

/** `{ schedule: { id, ...settings } }` as `{ schedule: id, ...settings }`. */
function besideItsId(pruning: unknown): unknown {
  if (typeof pruning !== 'object' || pruning === null || !('schedule' in pruning)) return pruning;
  const { schedule } = pruning;
  if (typeof schedule !== 'object' || schedule === null || !('id' in schedule)) return pruning;
  const { id, ...own } = schedule;
  return { ...pruning, ...own, schedule: id };
}

/**
 * Settings from anything a user wrote, with every default filled in and epochs left as they are.
 *
 * @throws WorkbenchError `invalid-settings` naming path, value and what is allowed.
 */
export function parseSettings(registries: SettingsRegistries, input: unknown): WrittenSettings {
  const parsed = settingsSchema(registries).safeParse(input, { reportInput: true });
  if (parsed.success) {
    const { analyses, ...rest } = parsed.data as unknown as WrittenSettings;
    const isAnalysed = analyses !== undefined && analyses.length > 0;
    const settings = withTransfers(registries, isAnalysed ? { ...rest, analyses } : rest);
    return {
      ...settings,
      dataset: withoutDefaults(settings.dataset),
      rewind: withoutEpochs(registries, settings)?.rewind ?? settings.rewind,
    };
  }
  throw new SettingsError(
    parsed.error.issues.flatMap((issue) => problemsOf(issue, input)),
    'Run "ticket catalog" for every setting with its range.',
  );
}

/** Transfers with what they leave out; no two branches may go by one name. */
function withTransfers(registries: SettingsRegistries, settings: WrittenSettings): WrittenSettings {
  const branches = settings.branches.map((entry): BranchEntry => {
    if (!isTransfer(entry) || entry.dataset === undefined) return entry;
    const given: Partial<Settings['dataset']> = entry.dataset;
    const { validation = settings.dataset.validation } = given;
    return { ...entry, dataset: withoutDefaults({ ...entry.dataset, validation }) };
  });
  const problems = branches.flatMap((entry, index): SettingsProblem[] => {
    const path = `branches.${index}`;
    const is = `${path} is ${JSON.stringify(entry)}`;
    const definition = registries.branches.get(idOfBranch(entry));
    if (isTransferDefinition(definition) && leadsNowhere(entry, settings)) {
      const message = `${is}; expected a dataset or an optimizer that the search does not have itself`;
      return [{ path, message }];
    }
    const first = branches.findIndex((other) => nameOfBranch(other) === nameOfBranch(entry));
    if (first === index) return [];
    const message = `${is}; expected another name than that of branches.${first}, ${JSON.stringify(branches[first])}, but both are called ${nameOfBranch(entry)}`;
    return [{ path, message }];
  });
  if (problems.length === 0) return { ...settings, branches };
  throw new SettingsError(
    problems,
    'A transfer is named after its dataset and its optimizer: two that share both belong into two searches, or a sweep.',
  );
}

/** Whether a transfer would train the ticket as the search does. */
function leadsNowhere(entry: BranchEntry, settings: WrittenSettings): boolean {
  if (!isTransfer(entry)) return true;
  const { dataset, optimizer } = entry;
  const isSame = (chosen: Choice | undefined, own: Choice): boolean =>
    chosen === undefined || textOf(chosen) === textOf(own);
  return (
    isSame(dataset, withoutDefaults(settings.dataset)) &&
    isSame(optimizer, settings.training.optimizer)
  );
}

/** The same for choices that differ in the order of their settings alone. */
function textOf(choice: Choice): string {
  return JSON.stringify(
    Object.entries(choice).toSorted(([one], [other]) => (one < other ? -1 : 1)),
  );
}

function problemsOf(issue: z.core.$ZodIssue, input: unknown): SettingsProblem[] {
  const inner = issuesOfAlternative(issue, input);
  if (inner) return inner.flatMap((each) => problemsOf(each, input));
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => {
      const path = [...issue.path, key].join('.');
      return { path, message: `${path}: there is no such setting` };
    });
  }
  const path = issue.path.join('.');
  const value = valueAt(input, issue.path);
  const meant = value ?? (issue.code === 'custom' ? issue.input : undefined);
  const received = meant === undefined ? 'is missing' : `is ${JSON.stringify(meant)}`;
  return [{ path, message: `${path || 'settings'} ${received}; expected ${allowed(issue)}` }];
}

function valueAt(input: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (at, key) => (typeof at === 'object' && at !== null ? Reflect.get(at, key) : undefined),
    input,
  );
}

/**
 * Of what may be an id or an object, what is wrong with the one that was meant; undefined for what
 * has no such alternatives.
 */
function issuesOfAlternative(
  issue: z.core.$ZodIssue,
  input: unknown,
): z.core.$ZodIssue[] | undefined {
  // A duration says by itself what it takes.
  if (issue.code !== 'invalid_union' || issue.message !== 'Invalid input') return undefined;
  if (issue.errors.length !== 2) return undefined;
  const [ofId = [], ofObject = []] = issue.errors;
  const meant = typeof valueAt(input, issue.path) === 'object' ? ofObject : ofId;
  return meant.map((inner) => ({ ...inner, path: [...issue.path, ...inner.path] }));
}

const TYPE_NAMES: Readonly<Record<string, string>> = {
  int: 'a whole number',
  number: 'a number',
  string: 'text',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object',
};

function allowed(issue: z.core.$ZodIssue): string {
  switch (issue.code) {
    case 'too_small':
      return `${issue.inclusive ? 'at least' : 'above'} ${issue.minimum}`;
    case 'too_big':
      return `${issue.inclusive ? 'at most' : 'below'} ${issue.maximum}`;
    case 'invalid_value':
      return `one of ${issue.values.map(String).join(', ')}`;
    case 'invalid_union':
      if (!('options' in issue)) return issue.message;
      return `one of ${(issue.options ?? []).map(String).join(', ')}`;
    case 'invalid_type':
      return TYPE_NAMES[issue.expected] ?? `a value of type ${issue.expected}`;
    default:
      return issue.message;
  }
}

/** What the checks that need the data know about it. */
export interface DatasetSize {
  readonly id: string;
  readonly trainExamples: number;
  readonly testExamples: number;
  /** Of one example: `[features]` or `[height, width, channels]`. */
  readonly shape: readonly number[];
}

/** The examples that are trained on: kept, and not in the validation split. */
function trainedExamples(
  { dataset }: Pick<Settings, 'dataset'>,
  { trainExamples }: DatasetSize,
): number {
  return dataset.subset ?? trainExamples - dataset.validation;
}

/**
 * The settings with epochs as iterations, which takes the size of the dataset. Those that are
 * resolved already stay what they are.
 *
 * @throws WorkbenchError `invalid-settings` naming path, what was written, what it comes to and what
 *   is allowed.
 */
export function resolveEpochs(
  registries: SettingsRegistries,
  written: WrittenSettings,
  dataset: DatasetSize,
): Settings {
  const { analyses, ...others } = written;
  const counter = new EpochCounter(written, dataset);
  const { schedule, iterations, evaluateEvery } = written.training;
  const { hparams } = registries.learningRateSchedules.get(schedule.id);
  const training: Settings['training'] = {
    ...written.training,
    schedule: resolveDurations(hparams, schedule, 'training.schedule', counter.resolve),
    iterations: counter.resolve(iterations, 1, 'training.iterations'),
    evaluateEvery: counter.resolve(evaluateEvery, 1, 'training.evaluateEvery'),
  };
  const { id = DEFAULT_REWIND, epoch } = written.rewind;
  const definition = registries.rewinds.get(id);
  const rewind = resolveDurations(
    definition.hparams,
    written.rewind,
    'rewind',
    counter.resolve,
  ) as Settings['rewind'];
  const iteration =
    epoch === undefined
      ? definition.startsAt(rewind, training.iterations)
      : Math.round(epoch * counter.iterationsPerEpoch);
  const settings: Settings = {
    ...others,
    training,
    rewind: { ...rewind, iteration },
    ...(analyses && {
      analyses: analyses.map((choice, index) =>
        resolveDurations(
          registries.analyses.get(choice.id).hparams,
          choice,
          `analyses.${index}`,
          counter.resolve,
        ),
      ),
    }),
  };
  counter.check();
  const misfits = misfitsOf(settings);
  if (misfits.length === 0) return settings;
  throw new SettingsError(
    misfits.map((misfit) => problemOf(misfit, written)),
    counter.hint,
  );
}

/** Turns epochs into iterations, and gathers those that come to too few. */
class EpochCounter {
  /** Training examples by batch size; not whole in general. */
  readonly iterationsPerEpoch: number;
  readonly #problems: SettingsProblem[] = [];

  constructor(settings: WrittenSettings, dataset: DatasetSize) {
    this.iterationsPerEpoch = trainedExamples(settings, dataset) / settings.training.batchSize;
  }

  readonly resolve: DurationResolver = (given, least, path) => {
    const iterations = iterationsOf(given, this.iterationsPerEpoch);
    if (iterations >= least && iterations <= Number.MAX_SAFE_INTEGER) return iterations;
    const expected = `${least} to ${Number.MAX_SAFE_INTEGER}`;
    const message = `${path} is ${said(given, iterations)}; expected ${expected}`;
    this.#problems.push({ path, message });
    return iterations;
  };

  get hint(): string {
    return `An epoch of these settings is ${Number(this.iterationsPerEpoch.toFixed(2))} iterations.`;
  }

  /** @throws WorkbenchError `invalid-settings`. */
  check(): void {
    if (this.#problems.length > 0) throw new SettingsError(this.#problems, this.hint);
  }
}

/**
 * An analysis of a search with epochs as iterations.
 *
 * @throws WorkbenchError `invalid-settings` as `resolveEpochs`.
 */
export function resolveAnalysis(
  registries: SettingsRegistries,
  choice: Choice,
  settings: Settings,
  dataset: DatasetSize,
): Choice {
  const { hparams } = registries.analyses.get(choice.id);
  const counter = new EpochCounter(settings, dataset);
  const resolved = resolveDurations(hparams, choice, choice.id, counter.resolve);
  counter.check();
  return resolved;
}

/** As a user wrote it, and what it comes to. */
function said(given: unknown, iterations: number, what = `${iterations} iterations`): string {
  return given === iterations ? String(given) : `${JSON.stringify(given)}, which is ${what}`;
}

function problemOf({ path, value, bound }: Misfit, written: WrittenSettings): SettingsProblem {
  const [group, name] = path;
  const given: unknown = Reflect.get(written[group], name);
  const isPoint = group === 'rewind' && name !== 'iterations';
  const text = said(given ?? value, value, isPoint ? `iteration ${value}` : undefined);
  const { iterations } = written.training;
  const limit = isEpochs(iterations) ? ` (${JSON.stringify(iterations)})` : '';
  const at = path.join('.');
  return { path: at, message: `${at} is ${text}; expected ${bound}${limit}` };
}

/**
 * The checks that need to know how large the dataset is.
 *
 * @param at where the settings name it.
 * @throws WorkbenchError `invalid-settings` naming path, value and what is allowed.
 */
export function checkAgainstDataset(
  settings: WrittenSettings,
  dataset: DatasetSize,
  at = 'dataset',
): void {
  const { validation, subset, testSubset } = settings.dataset;
  const hint = `The dataset ${dataset.id} has ${dataset.trainExamples} training and ${dataset.testExamples} test examples.`;
  if (validation >= dataset.trainExamples) {
    const message = `${at}.validation is ${validation}; expected below ${dataset.trainExamples}, so that some examples are left to train on`;
    throw new SettingsError([{ path: `${at}.validation`, message }], hint);
  }
  const rest = dataset.trainExamples - validation;
  if (subset !== undefined && subset > rest) {
    const message = `${at}.subset is ${subset}; expected at most ${rest}, the training examples left beside the validation split`;
    throw new SettingsError([{ path: `${at}.subset`, message }], hint);
  }
  if (testSubset !== undefined && testSubset > dataset.testExamples) {
    const message = `${at}.testSubset is ${testSubset}; expected at most ${dataset.testExamples}`;
    throw new SettingsError([{ path: `${at}.testSubset`, message }], hint);
  }
  checkAugmentation(settings, dataset, at);
  const available = trainedExamples(settings, dataset);
  if (settings.training.batchSize > available) {
    const message = `training.batchSize is ${settings.training.batchSize}; expected at most ${available}, the training examples ${subset === undefined ? 'left beside the validation split' : 'kept'}`;
    throw new SettingsError([{ path: 'training.batchSize', message }], hint);
  }
}

/** Only images can be mirrored, and cropped so that something is left of them. */
function checkAugmentation(
  { dataset }: WrittenSettings,
  { id, shape }: DatasetSize,
  at: string,
): void {
  const { flip = false, cropPadding = 0 } = dataset;
  const [height, width, channels] = shape;
  const hint = `The dataset ${id} has examples of shape [${shape.join(', ')}].`;
  if (height === undefined || width === undefined || channels === undefined) {
    if (!flip && cropPadding === 0) return;
    const path = `${at}.${flip ? 'flip' : 'cropPadding'}`;
    const message = `${path} is ${flip || cropPadding}; expected none, because the examples are no images`;
    throw new SettingsError([{ path, message }], hint);
  }
  const most = Math.min(height, width) - 1;
  if (cropPadding <= most) return;
  const message = `${at}.cropPadding is ${cropPadding}; expected at most ${most}, so that something is left of every image`;
  throw new SettingsError([{ path: `${at}.cropPadding`, message }], hint);
}
