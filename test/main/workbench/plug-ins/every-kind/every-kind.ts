/** A plug-in with an entry of every kind that the examples in resources/plug-ins leave out. */
import {
  defineAnalysis,
  defineArchitecture,
  defineBranch,
  defineInitializer,
  defineOptimizer,
  definePruningSchedule,
  type PlugIn,
  scalars,
  setScalar,
  z,
} from 'ticket-workbench/plug-in';

const twoLayers = defineArchitecture({
  id: 'two-layers',
  label: 'Two layers',
  description: 'One hidden layer of dense units with ReLU.',
  hparams: z.object({
    units: z.int().min(1).max(1000).default(6).meta({
      title: 'Units',
      description: 'Units of the hidden layer.',
    }),
  }),
  build({ units }, inputShape, classes) {
    const inputs = inputShape.reduce((product, size) => product * size, 1);
    return {
      inputShape,
      classes,
      layers: [
        ...(inputShape.length > 1 ? [{ kind: 'flatten', name: 'flatten' } as const] : []),
        { kind: 'dense', name: 'hidden', inputs, outputs: units },
        { kind: 'relu', name: 'hidden.relu' },
        { kind: 'dense', name: 'output', inputs: units, outputs: classes },
      ],
    };
  },
});

const uniform = defineInitializer({
  id: 'plain-uniform',
  label: 'Plain uniform',
  description: 'Uniform between two bounds, whatever the layer.',
  hparams: z.object({
    bound: z.number().gt(0).max(1).default(0.3).meta({
      title: 'Bound',
      description: 'Weights are between minus this and this.',
    }),
  }),
  create:
    ({ bound }) =>
    (values, _kernel, random) => {
      for (let index = 0; index < values.length; index += 1) {
        values[index] = bound * (2 * random.uniform() - 1);
      }
    },
});

const halvedRate = defineOptimizer({
  id: 'halved-sgd',
  label: 'SGD at half the rate',
  description: 'Plain stochastic gradient descent at half the learning rate.',
  hparams: z.object({
    learningRate: z.number().gt(0).max(1000).default(0.2).meta({
      title: 'Learning rate',
      description: 'Twice the step size.',
    }),
    weightDecay: z.number().min(0).max(1).default(0).meta({
      title: 'Weight decay',
      description: 'Times the weight, added to the gradient (L2 penalty).',
    }),
  }),
  create: ({ learningRate, weightDecay }) => ({
    slotNames: [],
    learningRate,
    l2Penalty: weightDecay,
    onKernels(kernels) {
      const rate = scalars(kernels, [learningRate / 2]);
      return {
        beginStep: (_step, now) => {
          setScalar(rate, 0, now / 2);
        },
        apply: ({ variable }, gradient) => {
          kernels.applyGradientDescent(variable, rate.tensors[0], gradient);
        },
        dispose: rate.dispose,
      };
    },
  }),
});

const twice = definePruningSchedule({
  id: 'twice',
  label: 'Twice',
  description: 'Two levels at the rates of the strategy.',
  hparams: z.object({}),
  levels: () => 2,
  target: (_hparams, level, from, strategy, layout) => ({
    target: strategy.nextTarget(layout, from),
    subject: `pruning.schedule twice, level ${level}`,
  }),
});

const halvedWeights = defineBranch({
  id: 'halved-weights',
  label: 'Halved weights',
  description: 'The mask of the level, with half of every initial weight.',
  hparams: z.object({}),
  keepsDensity: true,
  isTrained: true,
  prepare: ({ mask, rewindPoint }) => ({
    mask,
    weights: rewindPoint.map((weight) => weight / 2),
  }),
});

interface Kept {
  readonly replicate: number;
  readonly level: number;
}

const keptWeights = defineAnalysis({
  id: 'kept-weights',
  label: 'Kept weights',
  description: 'The weights that the ticket of each replicate keeps at level 1.',
  hparams: z.object({}),
  plan: (_hparams, { settings }) =>
    Array.from({ length: settings.replicates.count }, (_, replicate) => ({
      name: `replicate ${replicate + 1}`,
      place: { replicate, level: 1 } satisfies Kept,
      needs: [{ array: 'mask' as const, key: { replicate, level: 1, branch: 'ticket' } }],
      steps: 1,
    })),
  run: (_hparams, { replicate, level }: Kept, { mask, advance }) => {
    const kept = mask('mask', { replicate, level, branch: 'ticket' }).filter((bit) => bit === 1);
    advance(1);
    return { replicate, level, kept: kept.length };
  },
  rows: ({ replicate, level, kept }) => [
    { replicate, level, part: 'all', quantity: 'kept weights', unit: 'weights', value: kept },
  ],
  summarize: (results) => ({
    tables: [
      {
        columns: [
          { heading: 'replicate', format: 'replicate' },
          { heading: 'kept', format: 'number' },
        ],
        rows: results.map(({ replicate, kept }) => [replicate, kept]),
      },
    ],
    notes: ['Kept: weights of the ticket of level 1 that are not pruned.'],
  }),
  charts: [],
});

const text = (value: string): Uint8Array => new TextEncoder().encode(value);

export const plugIn = {
  architectures: [twoLayers],
  initializers: [uniform],
  optimizers: [halvedRate],
  pruningSchedules: [twice],
  branches: [halvedWeights],
  analyses: [keptWeights],
  exporters: [
    {
      id: 'lines',
      label: 'Lines',
      description: 'One line of text for each training or analysis.',
      hparams: z.object({}),
      mediaType: 'text/plain',
      fileEnding: 'txt',
      write: {
        metrics: ({ trainings }) =>
          text(trainings.map(({ key, density }) => `${key.branch} ${density}\n`).join('')),
        analyses: ({ analyses }) =>
          text(analyses.map(({ choice, unitsDone }) => `${choice.id} ${unitsDone}\n`).join('')),
        'sweep-table': ({ rows }) => text(rows.map(({ label }) => `${label}\n`).join('')),
      },
    },
  ],
} satisfies PlugIn;
