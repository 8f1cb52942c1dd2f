/** A catalog in the real one's shape, smaller. */
import type { JsonObject } from '../../../src/shared/contract/json.ts';
import type {
  Catalog,
  CatalogEntry,
  JsonSchema,
  Preset,
} from '../../../src/shared/contract/records/catalog.ts';
import type { Settings } from '../../../src/shared/domain/settings.ts';

const entry = (
  id: string,
  label: string,
  description: string,
  properties: Readonly<Record<string, JsonSchema>> = {},
): CatalogEntry => ({
  id,
  label,
  description,
  settings: { type: 'object', properties, additionalProperties: false },
});

const width: JsonSchema = {
  title: 'Width',
  description: 'Multiplies the units and channels of every hidden layer.',
  type: 'number',
  default: 1,
  exclusiveMinimum: 0,
  maximum: 64,
};
const fraction = (title: string, initial: number): JsonSchema => ({
  title,
  description: 'Of the survivors, pruned every round.',
  type: 'number',
  default: initial,
  exclusiveMinimum: 0,
  exclusiveMaximum: 1,
});
const learningRate = (initial: number): JsonSchema => ({
  title: 'Learning rate',
  description: 'Step size; a schedule multiplies it.',
  type: 'number',
  default: initial,
  exclusiveMinimum: 0,
  maximum: 1000,
});
const whole = (title: string, description: string, initial: number, unit?: string): JsonSchema => ({
  title,
  description,
  type: 'integer',
  minimum: 1,
  maximum: Number.MAX_SAFE_INTEGER,
  default: initial,
  ...(unit === undefined ? {} : { unit }),
});

const datasets = [entry('mnist', 'MNIST', 'Handwritten digits, 28 × 28 grey pixels, ten classes.')];
const normalizations = [entry('unit', 'From 0 to 1', 'Bytes divided by 255.')];
const architectures = [
  entry('lenet-300-100', 'LeNet-300-100', 'Fully connected, 300 and 100 hidden units with ReLU.', {
    width,
  }),
  entry(
    'mlp',
    'Multilayer perceptron',
    'Fully connected layers of any widths with ReLU between them.',
    {
      widths: {
        title: 'Widths',
        description: 'Units of each hidden layer, from the input on.',
        type: 'array',
        maxItems: 32,
        items: { type: 'integer', minimum: 1, maximum: 65_536 },
        default: [300, 100],
      },
      width,
    },
  ),
  entry('custom', 'Custom', 'Any list of layers.', {
    layers: {
      title: 'Layers',
      type: 'array',
      default: [{ kind: 'dense', units: 64 }, { kind: 'relu' }],
      items: {
        oneOf: [
          {
            title: 'Dense',
            type: 'object',
            properties: {
              kind: { type: 'string', const: 'dense' },
              units: { title: 'Units', type: 'integer', minimum: 1, maximum: 65_536 },
            },
            required: ['kind', 'units'],
          },
          {
            title: 'ReLU',
            type: 'object',
            properties: { kind: { type: 'string', const: 'relu' } },
            required: ['kind'],
          },
        ],
      },
    },
    width,
  }),
];
const initializers = [
  entry(
    'glorot-normal',
    'Glorot normal',
    'Gaussian with variance 2 / (fan in + fan out), as in the paper.',
  ),
  entry('he-normal', 'He normal', 'Gaussian with variance 2 / fan in.'),
];
const optimizers = [
  entry('adam', 'Adam', 'Steps scaled by running estimates of the gradient’s mean and square.', {
    learningRate: learningRate(0.0012),
    beta1: {
      title: 'β1',
      description: 'Decay of the running mean, per step.',
      type: 'number',
      default: 0.9,
      minimum: 0,
      exclusiveMaximum: 1,
    },
  }),
  entry('sgd', 'SGD', 'Plain stochastic gradient descent.', { learningRate: learningRate(0.1) }),
];
const learningRateSchedules = [
  entry('constant', 'Constant', 'The same learning rate throughout.'),
  entry('cosine', 'Cosine', 'Down to nothing along half a cosine.', {
    warmup: {
      title: 'Warm-up',
      description: 'Iterations, or epochs as "5ep", in which the rate climbs to its full value.',
      anyOf: [
        { type: 'integer', minimum: 0 },
        { type: 'string', pattern: 'ep$' },
      ],
      default: 0,
    },
  }),
];
const strategies = [
  entry(
    'layerwise-magnitude',
    'Layerwise magnitude',
    'The smallest trained weights of every layer go, the same fraction in each.',
    {
      fraction: fraction('Fraction', 0.2),
      outputFraction: fraction('Output fraction', 0.1),
    },
  ),
  entry(
    'global-magnitude',
    'Global magnitude',
    'The smallest trained weights of the whole network go.',
    {
      fraction: fraction('Fraction', 0.2),
    },
  ),
];
const levels: JsonSchema = {
  title: 'Levels',
  description: 'Rounds of pruning after the dense level 0.',
  type: 'integer',
  minimum: 1,
  maximum: 100,
};
const targetDensity: JsonSchema = {
  title: 'Target density',
  description: 'The fraction of prunable weights that the last level keeps.',
  type: 'number',
  exclusiveMinimum: 0,
  exclusiveMaximum: 1,
};
const pruningSchedules = [
  entry('iterative', 'Iterative', 'The same fraction of the survivors every level.', {
    levels: { ...levels, default: 15 },
  }),
  entry('one-shot', 'One-shot', 'Once, to a density.', { targetDensity }),
];
const rewindIteration: JsonSchema = {
  title: 'Rewind iteration',
  description: 'Survivors return to their weights of this iteration; 0: initialisation.',
  type: 'integer',
  minimum: 0,
};
const rewinds = [
  entry('weights', 'Weights', 'Back to their own weights of an iteration.', {
    iteration: { ...rewindIteration, default: 0 },
  }),
  entry('fine-tune', 'Fine-tuning', 'They keep their weights.', {
    iterations: { title: 'Length', type: 'integer', minimum: 1, default: 500, unit: 'iterations' },
  }),
];
const branches = [
  entry('random-reinit', 'Random reinitialisation', 'The level’s mask on a new initialisation.'),
  entry('shuffled-mask', 'Shuffled mask', 'As many weights in every layer, at random places.'),
];

const choice = (
  title: string,
  entries: readonly CatalogEntry[],
  common: Readonly<Record<string, JsonSchema>> = {},
): JsonSchema => ({
  title,
  default: { id: entries[0]!.id },
  oneOf: optionsOf(entries, common),
});

const optionsOf = (
  entries: readonly CatalogEntry[],
  common: Readonly<Record<string, JsonSchema>> = {},
): JsonSchema[] =>
  entries.map(({ id, label, description, settings }) => ({
    title: label,
    description,
    type: 'object',
    properties: { id: { type: 'string', const: id }, ...settings.properties, ...common },
    required: ['id'],
    additionalProperties: false,
  }));

const group = (title: string, properties: Readonly<Record<string, JsonSchema>>): JsonSchema => ({
  title,
  type: 'object',
  default: {},
  properties,
  additionalProperties: false,
});

export const FAKE_CATALOG: Catalog = {
  datasets,
  normalizations,
  architectures,
  initializers,
  optimizers,
  learningRateSchedules,
  strategies,
  pruningSchedules,
  rewinds,
  branches,
  analyses: [],
  exportFormats: [],
  programs: [],
  settings: group('Settings', {
    dataset: choice('Dataset', datasets, {
      validation: whole(
        'Validation examples',
        'Taken out of the training set, by seed, to find the early stop with.',
        5000,
        'examples',
      ),
    }),
    architecture: choice('Architecture', architectures),
    initializer: choice('Initializer', initializers),
    training: group('Training', {
      optimizer: choice('Optimizer', optimizers),
      schedule: choice('Learning-rate schedule', learningRateSchedules),
      batchSize: whole('Batch size', 'Examples per optimizer step.', 60, 'examples'),
      iterations: whole('Iterations', 'Optimizer steps of every training.', 50_000, 'iterations'),
      evaluateEvery: whole(
        'Evaluation interval',
        'Iterations between two evaluations.',
        100,
        'iterations',
      ),
    }),
    pruning: group('Pruning', {
      strategy: choice('Strategy', strategies),
      schedule: {
        title: 'Schedule',
        description: 'Prune a fraction of the survivors every level, or once to a density.',
        type: 'string',
        enum: ['iterative', 'one-shot'],
        default: 'iterative',
      },
      levels,
      targetDensity,
    }),
    rewind: group('Rewind', {
      id: {
        title: 'Method',
        type: 'string',
        enum: rewinds.map(({ id }) => id),
        default: 'weights',
      },
      iteration: rewindIteration,
      iterations: { title: 'Length', type: 'integer', minimum: 1, unit: 'iterations' },
    }),
    branches: {
      title: 'Branches',
      description: 'Controls trained from every level’s mask.',
      type: 'array',
      items: {
        anyOf: [
          { type: 'string', enum: branches.map(({ id }) => id) },
          {
            oneOf: [
              {
                type: 'object',
                title: 'Transfer',
                properties: {
                  id: { type: 'string', const: 'transfer' },
                  optimizer: {
                    title: 'Target optimizer',
                    description: 'None: the search’s own.',
                    oneOf: optionsOf(optimizers),
                  },
                },
                required: ['id'],
              },
            ],
          },
        ],
      },
      default: ['random-reinit'],
    },
    replicates: group('Replicates', {
      count: { ...whole('Replicates', 'The same settings with other seeds.', 5), maximum: 1000 },
      seed: {
        title: 'Seed',
        description: 'Everything random in the search follows from it.',
        type: 'integer',
        minimum: 0,
        maximum: 2 ** 32 - 1,
        default: 1,
      },
    }),
    verdict: group('Verdict', {
      accuracyTolerance: {
        title: 'Accuracy tolerance',
        description: 'Test accuracy (0..1) a ticket may lose and still match the dense network.',
        type: 'number',
        minimum: 0,
        exclusiveMaximum: 1,
        default: 0,
      },
      iterationTolerance: {
        title: 'Iteration tolerance',
        description: 'Fraction of the dense early-stop iteration a ticket may stop later.',
        type: 'number',
        minimum: 0,
        maximum: 1,
        default: 0,
      },
      confidence: {
        title: 'Confidence',
        description: 'Of the paired intervals over replicates.',
        type: 'number',
        minimum: 0.5,
        exclusiveMaximum: 1,
        default: 0.95,
      },
    }),
  }),
};

export const FAKE_SETTINGS: Settings = {
  dataset: { id: 'mnist', validation: 5000 },
  architecture: { id: 'lenet-300-100', width: 1 },
  initializer: { id: 'glorot-normal' },
  training: {
    optimizer: { id: 'adam', learningRate: 0.0012, beta1: 0.9 },
    schedule: { id: 'constant' },
    labelSmoothing: 0,
    engine: 'auto',
    batchSize: 60,
    iterations: 1000,
    evaluateEvery: 100,
  },
  pruning: {
    strategy: { id: 'layerwise-magnitude', fraction: 0.2, outputFraction: 0.1 },
    schedule: 'iterative',
    levels: 9,
  },
  rewind: { iteration: 0 },
  branches: ['random-reinit'],
  replicates: { count: 3, seed: 1 },
  verdict: { accuracyTolerance: 0.005, iterationTolerance: 0.1, confidence: 0.95 },
};

export const FAKE_PRESETS: readonly Preset[] = [
  {
    id: 'quick',
    label: 'Quick look',
    description:
      'LeNet-300-100 on MNIST, nine levels down to 13.5 % density: about a minute on two cores.',
    takes: 'a minute or two on two cores',
    settings: FAKE_SETTINGS,
  },
  {
    id: 'lenet-300-100',
    label: 'LeNet-300-100, the paper’s settings',
    description:
      'Frankle & Carbin’s MNIST experiment in full: 50,000 iterations a training, 15 levels.',
    takes: 'plan for hours',
    settings: {
      ...FAKE_SETTINGS,
      training: { ...FAKE_SETTINGS.training, iterations: 50_000 },
      pruning: { ...FAKE_SETTINGS.pruning, levels: 15 },
      replicates: { count: 5, seed: 1 },
    },
  },
];

/** Settings as they come from a form. */
export function asSettings(draft: JsonObject): Settings {
  const pruning = { levels: 15, ...(draft['pruning'] as JsonObject) };
  return { ...draft, pruning } as unknown as Settings;
}
