/** The schema of a search's settings, the source of types, defaults, validation, form and options. */
import { z } from 'zod';
import { choiceSchema, type Definition, derivedFrom, entrySchema } from '../definition.ts';
import { duration, type InIterations } from '../duration.ts';
import { AUTOMATIC_ENGINE, ENGINE_IDS, MEASURED_ENGINE } from '../engine.ts';
import { datasetSchema } from './dataset-settings.ts';
import { pruningSchema } from './pruning-settings.ts';
import type { SettingsRegistries } from './registries.ts';
import { IMPROVEMENTS } from './test-interval.ts';
import { rewindSchema } from './rewind-settings.ts';

/** Raised when the meaning of stored settings changes; old searches are migrated, not reinterpreted. */
export const SETTINGS_VERSION = 1;

type SettingsSchema = ReturnType<typeof schemaOf>;

/** Settings as a user wrote them, to be stored and shown; `resolveEpochs` makes them `Settings`. */
export type WrittenSettings = ReadonlyDeep<z.output<SettingsSchema>>;

/**
 * Everything a search is made of, in the form used for computing: every count of optimizer steps is
 * a number. Two searches with equal settings give bit-identical results.
 */
export type Settings = Omit<WrittenSettings, 'training' | 'rewind'> & {
  readonly training: InIterations<WrittenSettings['training']>;
  readonly rewind: InIterations<WrittenSettings['rewind']> & {
    /** Where trainings of pruned levels start; 0 is the initialisation. */
    readonly iteration: number;
  };
};

type ReadonlyDeep<Value> = Value extends object
  ? { readonly [Name in keyof Value]: ReadonlyDeep<Value[Name]> }
  : Value;

/** The schema over these registries with their current entries. */
export function settingsSchema(registries: SettingsRegistries): SettingsSchema {
  const known = schemas.get(registries);
  if (known) return known();
  const schema = derivedFrom(Object.values(registries), () => schemaOf(registries));
  schemas.set(registries, schema);
  return schema();
}

/** Building a schema takes many times as long as parsing with it. */
const schemas = new WeakMap<SettingsRegistries, () => SettingsSchema>();

function schemaOf(registries: SettingsRegistries) {
  return z.strictObject({
    dataset: datasetSchema(registries),
    architecture: choiceSchema(registries.architectures, 'lenet-300-100'),
    initializer: choiceSchema(registries.initializers, 'glorot-normal'),
    training: trainingSchema(registries),
    pruning: pruningSchema(registries),
    rewind: rewindSchema(registries),
    branches: branchesSchema(registries),
    branchLevels: listWithoutRepetition(z.int().min(1), 'level').min(1).optional().meta({
      title: 'Branch levels',
      description: 'The pruned levels that branches start from. By default every level.',
    }),
    replicates: z
      .strictObject({
        count: count('Replicates', 'Repetitions of the search with different seeds.')
          .max(1000)
          .default(5),
        seed: z
          .int()
          .min(0)
          .max(2 ** 32 - 1)
          .default(1)
          .meta({ title: 'Seed', description: 'Determines everything random in the search.' }),
      })
      .prefault({})
      .meta({ title: 'Replicates' }),
    verdict: z
      .strictObject({
        accuracyTolerance: z.number().min(0).lt(1).default(0).meta({
          title: 'Accuracy tolerance',
          description:
            'Test accuracy (0..1) that a ticket may lose and still match the dense network.',
        }),
        iterationTolerance: z.number().min(0).max(1).default(0).meta({
          title: 'Iteration tolerance',
          description:
            'How much later a ticket may stop, as a fraction of the dense early-stop iteration.',
        }),
        confidence: z.number().gte(0.5).lt(1).default(0.95).meta({
          title: 'Confidence',
          description: 'Confidence of the paired intervals over replicates.',
        }),
      })
      .prefault({})
      .meta({ title: 'Verdict' }),
    analyses: analysesSchema(registries),
  });
}

function trainingSchema({
  optimizers,
  learningRateSchedules,
}: Pick<SettingsRegistries, 'optimizers' | 'learningRateSchedules'>) {
  return z
    .strictObject({
      optimizer: choiceSchema(optimizers, 'adam'),
      schedule: choiceSchema(learningRateSchedules, 'constant'),
      labelSmoothing: z.number().min(0).lt(1).default(0).meta({
        title: 'Label smoothing',
        description: 'Fraction of the target spread evenly over all classes.',
      }),
      clipNorm: z.number().gt(0).optional().meta({
        title: 'Clip norm',
        description: 'The largest norm of the gradient over all parameters. By default no limit.',
      }),
      batchSize: count('Batch size', 'Examples per optimizer step.', 'examples').default(60),
      /** Always run in full: the early stop is found afterwards. */
      iterations: duration(1).default(50_000).meta({
        title: 'Iterations',
        description: 'Optimizer steps of every training.',
      }),
      evaluateEvery: duration(1).default(100).meta({
        title: 'Evaluation interval',
        description: 'Iterations between two evaluations on the validation set.',
      }),
      testEvery: z
        .union([z.int().min(1), z.literal(IMPROVEMENTS)], {
          error: `a whole number of evaluations, at least 1, or "${IMPROVEMENTS}"`,
        })
        .optional()
        .meta({
          title: 'Test interval',
          description:
            'Which evaluations are on the test set, too: every one (1), every second one (2), …, or improvements. The verdict needs new minima of the validation loss and the last evaluation, so these always are. By default also about 50 more, for a curve.',
        }),
      engine: z
        .enum([AUTOMATIC_ENGINE, ...ENGINE_IDS, MEASURED_ENGINE])
        .default(AUTOMATIC_ENGINE)
        .meta({
          title: 'Engine',
          description:
            'dense and sparse differ in speed and rounding. auto follows a rule that is the same on every machine; measured takes the faster one in a measurement on this machine.',
        }),
      /** Exported settings of a search have them, so that it can be run again to the same bits. */
      engines: z.array(z.enum(ENGINE_IDS)).min(1).optional().meta({
        title: 'Engines by level',
        description:
          'The engine of level 0, 1, …, as a search chose it. Levels beyond the list follow the engine above.',
        mayRepeat: true,
      }),
    })
    .prefault({})
    .meta({ title: 'Training' });
}

const count = (title: string, description: string, unit?: string) =>
  z
    .int()
    .min(1)
    .meta({ title, description, ...(unit === undefined ? {} : { unit }) });

/** A branch without its own settings is just its id, as in earlier versions. */
function branchesSchema({ branches }: Pick<SettingsRegistries, 'branches'>) {
  const hasSettings = ({ hparams }: Definition): boolean => Object.keys(hparams.shape).length > 0;
  const byId = z.enum(branches.entries.filter((entry) => !hasSettings(entry)).map(({ id }) => id));
  const others = branches.entries.filter(hasSettings);
  const entry =
    others.length === 0
      ? byId
      : z
          .union([byId, entrySchema({ kind: branches.kind, entries: others }, {})])
          .meta({ title: 'Branch' });
  return listWithoutRepetition(entry, 'branch').default(['random-reinit']).meta({
    title: 'Branches',
    description: 'Controls trained from the mask of every level, or of the chosen levels.',
  });
}

function analysesSchema({ analyses }: Pick<SettingsRegistries, 'analyses'>) {
  const [first] = analyses.entries;
  if (!first) throw new Error('the registry of analyses is empty');
  return listWithoutRepetition(choiceSchema(analyses, first.id), 'analysis').optional().meta({
    title: 'Analyses',
    description: 'Run after all trainings; more can be added to a finished search.',
  });
}

function listWithoutRepetition<Item extends z.ZodType>(item: Item, what: string) {
  return z
    .array(item)
    .refine(
      (chosen) => new Set(chosen.map((each) => JSON.stringify(each))).size === chosen.length,
      {
        error: `a list that names each ${what} once`,
      },
    );
}
