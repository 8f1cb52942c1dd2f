/**
 * A search for every registered entry that trains in a blink. The registries themselves are gone
 * through, so that a new entry is in here without a line; only one that cannot do without settings
 * of its own, or does nothing in so short a search, has an example below.
 */
import { architectures } from '../../../../src/main/engine/architectures/index.ts';
import { analyses } from '../../../../src/main/engine/analyses/index.ts';
import { fullyConnected } from '../../../../src/main/engine/architectures/fully-connected.ts';
import { datasets } from '../../../../src/main/engine/datasets/index.ts';
import { initializers } from '../../../../src/main/engine/initializers/index.ts';
import { branches } from '../../../../src/main/engine/lottery/branches/index.ts';
import { rewinds } from '../../../../src/main/engine/lottery/rewinds/index.ts';
import { normalizations } from '../../../../src/main/engine/normalizations/index.ts';
import { strategies } from '../../../../src/main/engine/pruning/index.ts';
import { layoutOf } from '../../../../src/main/engine/network.ts';
import { pruningSchedules } from '../../../../src/main/engine/pruning/schedules/index.ts';
import { optimizers } from '../../../../src/main/engine/training/optimizers/index.ts';
import { schedules } from '../../../../src/main/engine/training/schedules/index.ts';
import { safetensorsBytes } from '../../../../src/main/exporters/safetensors.ts';
import { registries } from '../../../../src/main/workbench/settings/registries.ts';
import type { Definition } from '../../../../src/shared/domain/definition.ts';
import type { EngineId } from '../../../../src/shared/domain/engine.ts';
import { parseSettings, type WrittenSettings } from '../../../../src/shared/domain/settings.ts';
import { rng, shuffleInPlace } from '../../../../src/shared/rng.ts';
import { idxBytes } from '../../engine/datasets/idx-writer.ts';
import type { Choice } from '../../../../src/shared/domain/definition.ts';
import { tinyDatasetChoice } from '../../engine/datasets/tiny-dataset-files.ts';

type Part = Readonly<Record<string, unknown>>;

export interface ExampleSearch {
  readonly name: string;
  on(engine: EngineId): WrittenSettings;
}

/** What an entry is given beside its id; without a line here, its defaults. */
const EXAMPLES: Readonly<Record<string, Readonly<Record<string, Part>>>> = {
  architecture: {
    mlp: { widths: [7, 5] },
    custom: {
      layers: [
        { kind: 'conv2d', channels: 3, stride: 2, bias: false },
        { kind: 'batch-norm' },
        { kind: 'relu' },
        { kind: 'dropout', rate: 0.2 },
        { kind: 'residual', channels: 4, stride: 2 },
        { kind: 'average-pool' },
        { kind: 'residual', channels: 5, shortcut: 'projection' },
        { kind: 'max-pool', size: 3, stride: 1, padding: 'same' },
        { kind: 'global-average-pool' },
        { kind: 'flatten' },
        { kind: 'dense', units: 6 },
      ],
    },
  },
  strategy: { 'global-synflow': { steps: 3 }, 'layerwise-synflow': { steps: 3 } },
  // The rate changes within so few iterations.
  schedule: { constant: { warmup: 4 }, steps: { milestones: [4, '2ep'] } },
  'pruning schedule': {
    iterative: { levels: 2 },
    'one-shot': { targetDensity: 0.4 },
    densities: { densities: [0.6, 0.3] },
    cubic: { levels: 3, targetDensity: 0.3 },
  },
  rewind: {
    weights: { iteration: 3 },
    'learning-rate': { iteration: 3 },
    'fine-tune': { iterations: 5 },
  },
  // Not the optimizer that the searches have.
  branch: { transfer: { optimizer: { id: 'adam' } } },
  analysis: { instability: { points: 3, rewinds: [0, 3] }, 'early-bird': { every: 4, window: 2 } },
};

export interface ExampleSearches {
  /** One for every entry at the least. */
  readonly entries: readonly ExampleSearch[];
  /** Searches that combine what is in others. */
  readonly combinations: readonly ExampleSearch[];
}

/** Over files in folders of `folderOf`. */
export function exampleSearches(
  folderOf: (files: Readonly<Record<string, Uint8Array>>) => string,
): ExampleSearches {
  const files = importedFiles(folderOf);
  /** @throws Error naming an entry that has settings without a default, and no example. */
  const choiceOf = (
    { kind }: { readonly kind: string },
    { id, hparams }: Definition,
  ): Part & { readonly id: string } => {
    const example = EXAMPLES[kind]?.[id] ?? files[kind]?.[id];
    if (example ?? hparams.safeParse({}).success) return { id, ...example };
    throw new Error(
      `the ${kind} "${id}" needs settings: give an example in ${import.meta.filename}`,
    );
  };
  const small = { id: 'idx', folder: folderOf(images(8)), validation: 20 };
  // What four poolings leave something of.
  const large = { id: 'idx', folder: folderOf(images(16)), validation: 4 };

  const search = (name: string, changes: Part): ExampleSearch => ({
    name,
    on(engine) {
      const { training, ...others } = changes;
      return parseSettings(registries, {
        dataset: small,
        architecture: { id: 'mlp', widths: [7, 5] },
        training: {
          optimizer: { id: 'sgd', learningRate: 0.1 },
          batchSize: 10,
          iterations: 8,
          evaluateEvery: 4,
          engine,
          ...(training as Part | undefined),
        },
        pruning: iterative({ id: 'layerwise-magnitude' }),
        branches: [],
        replicates: { count: 1, seed: 7 },
        ...others,
      });
    },
  });
  const every = <Entry extends Definition>(
    registered: { readonly kind: string; readonly entries: readonly Entry[] },
    changesOf: (choice: Part & { readonly id: string }, entry: Entry) => Part,
    how = '',
  ): ExampleSearch[] =>
    registered.entries.map((entry) =>
      search(`${registered.kind} ${entry.id}${how}`, changesOf(choiceOf(registered, entry), entry)),
    );
  const branchOf = ({ id, ...own }: Part): unknown =>
    Object.keys(own).length === 0 ? id : { id, ...own };
  const everyBranch = branches.entries.map((entry) => branchOf(choiceOf(branches, entry)));

  const entries = [
    ...datasets.entries.map((entry) =>
      search(`dataset ${entry.id}`, {
        dataset: smallOf(tinyDatasetChoice(entry, folderOf)),
        training: { batchSize: 2 },
      }),
    ),
    ...every(normalizations, ({ id: normalization }) => ({
      dataset: { ...small, normalization, flip: true, cropPadding: 2 },
    })),
    ...every(architectures, (architecture, { hparams }) => ({
      dataset: { ...large, subset: 8, testSubset: 4 },
      architecture: 'width' in hparams.shape ? { width: 1 / 16, ...architecture } : architecture,
      training: { batchSize: 4, iterations: 2, evaluateEvery: 2 },
    })),
    ...every(initializers, (initializer) => ({ initializer })),
    ...every(optimizers, (optimizer) => ({ training: { optimizer } })),
    ...every(schedules, (schedule) => ({ training: { schedule } })),
    ...every(strategies, (strategy) => ({ pruning: iterative(strategy) })),
    ...every(pruningSchedules, ({ id: schedule, ...own }) => ({
      pruning: { strategy: { id: 'global-magnitude' }, schedule, ...own },
    })),
    ...every(rewinds, (rewind) => ({ rewind })),
    ...every(branches, (branch) => ({ branches: [branchOf(branch)] })),
    ...every(analyses, (analysis) => ({ analyses: [analysis], replicates: { count: 2, seed: 7 } })),
    search('lengths in epochs', {
      training: { iterations: '2ep', evaluateEvery: '1ep' },
      rewind: { iteration: '0.5ep' },
    }),
    search('random labels', { dataset: { ...small, randomLabels: 0.5 } }),
    search('label smoothing and clipping', { training: { labelSmoothing: 0.2, clipNorm: 0.5 } }),
  ];

  const combinations = [
    ...normalizations.entries.flatMap(({ id: normalization }) =>
      AUGMENTATIONS.map((augmentation) =>
        search(
          `normalization ${normalization} with ${Object.keys(augmentation).join() || 'none'}`,
          {
            dataset: { ...small, normalization, ...augmentation },
          },
        ),
      ),
    ),
    ...optimizers.entries.map((entry) =>
      search(`optimizer ${entry.id} with weight decay, clipped`, {
        training: {
          optimizer: { ...choiceOf(optimizers, entry), weightDecay: 0.1 },
          clipNorm: 0.3,
        },
      }),
    ),
    ...every(
      strategies,
      (strategy, { hparams }) => ({
        pruning: {
          // Without a floor, what is ranked by initial weights would empty the output layer.
          strategy: 'layerFloor' in hparams.shape ? { ...strategy, layerFloor: 0.1 } : strategy,
          schedule: 'one-shot',
          targetDensity: 0.3,
        },
        branches: ['random-reinit'],
      }),
      ' in one shot',
    ),
    ...['layerwise-magnitude', 'erdos-renyi-kernel-random'].flatMap((id) =>
      every(
        pruningSchedules,
        ({ id: schedule, ...own }) => ({
          pruning: { strategy: { id }, schedule, ...own },
        }),
        ` of ${id}`,
      ),
    ),
    ...every(rewinds, (rewind) => ({ rewind, branches: everyBranch }), ' with every branch'),
    search('a transfer to other classes', {
      branches: [
        'random-mask',
        { id: 'transfer', dataset: { id: 'idx', folder: folderOf(images(8, 3)), validation: 15 } },
      ],
      rewind: { iteration: 3 },
    }),
    search('chosen levels of branches', { branches: everyBranch, branchLevels: [2] }),
    ...['layerwise-magnitude', 'global-magnitude'].map((id) =>
      search(`layers with settings of their own, ${id}`, {
        pruning: iterative({
          id,
          fraction: 0.5,
          excludedLayers: ['output'],
          layerFloor: 0.4,
          ...(id.startsWith('layerwise') ? { layerFractions: { fc2: 0.3 } } : {}),
        }),
      }),
    ),
    search('every layer, rewound', {
      dataset: { ...large, subset: 8, testSubset: 4 },
      architecture: { id: 'custom', ...EXAMPLES['architecture']!['custom'] },
      training: { batchSize: 4 },
      rewind: { iteration: 3 },
      replicates: { count: 2, seed: 7 },
    }),
  ];
  return { entries, combinations };
}

const iterative = (strategy: Part) => ({
  strategy,
  schedule: 'iterative',
  // A file has one mask.
  levels: strategy['id'] === 'imported' ? 1 : 2,
});

/** A mask and weights for the network of most searches, `mlp` on images of 8 × 8 with 4 classes. */
function importedFiles(
  folderOf: (files: Readonly<Record<string, Uint8Array>>) => string,
): typeof EXAMPLES {
  const { prunable, prunableCount } = layoutOf(fullyConnected([8, 8, 1], [7, 5], 4));
  const random = rng('imported');
  const mask = new Uint8Array(prunableCount).fill(1, 0, Math.round(0.3 * prunableCount));
  shuffleInPlace(mask, random);
  const folder = folderOf({
    'mask.safetensors': safetensorsBytes({
      metadata: {},
      tensors: prunable.map(({ name, shape, maskOffset, size }) => ({
        name,
        shape,
        values: mask.subarray(maskOffset, maskOffset + size),
      })),
    }),
    'weights.safetensors': safetensorsBytes({
      metadata: {},
      tensors: prunable.map(({ name, shape, size }) => ({
        name,
        shape,
        values: Float32Array.from({ length: size }, () => random.normal() / 4),
      })),
    }),
  });
  const file = `${folder}/mask.safetensors`;
  return {
    strategy: { imported: { file } },
    branch: { 'imported-mask': { file, tolerance: 10 } },
    initializer: { imported: { file: `${folder}/weights.safetensors` } },
  };
}

const AUGMENTATIONS: readonly Part[] = [
  {},
  { flip: true },
  { cropPadding: 1 },
  { flip: true, cropPadding: 2 },
];

/** Square images, in the files of MNIST, of classes that can be told apart. */
function images(side: number, classes = 4): Record<string, Buffer> {
  const files: Record<string, Buffer> = {};
  for (const [set, count] of [
    ['train', 60],
    ['t10k', 20],
  ] as const) {
    const random = rng('conformance', side, classes, set);
    const labels = Uint8Array.from({ length: count }, () => random.below(classes));
    const pixels = Uint8Array.from({ length: count * side * side }, (_, pixel) => {
      const isBright = pixel % classes === labels[Math.floor(pixel / (side * side))];
      return random.below(160) + (isBright ? 80 : 0);
    });
    files[`${set}-images-idx3-ubyte`] = idxBytes([count, side, side], pixels);
    files[`${set}-labels-idx1-ubyte`] = idxBytes([count], labels);
  }
  return files;
}

/**
 * A few examples. The files made for tests have no more than a handful; datasets of ten classes, which
 * come as they are, need an example of each.
 */
function smallOf(choice: Choice): Choice {
  const isMade = Object.keys(choice).length > 1;
  return { ...choice, validation: 2, subset: isMade ? 4 : 20, testSubset: 2 };
}
