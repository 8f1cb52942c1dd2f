/** Untrained networks of every architecture with random weights and masks, as exports take them. */
import { maskInPlace, densityOf } from '../../../../src/shared/domain/mask.ts';
import { rng } from '../../../../src/shared/rng.ts';
import { everyIndex } from '../../../../src/shared/indices.ts';
import type { Choice } from '../../../../src/shared/domain/definition.ts';
import { architectures } from '../../../../src/main/engine/architectures/index.ts';
import type { Dataset } from '../../../../src/main/engine/datasets/dataset.ts';
import { allocateFloatExamples } from '../../../../src/main/engine/datasets/memory.ts';
import { productOf } from '../../../../src/main/engine/layers/spec.ts';
import { modelGraph } from '../../../../src/main/engine/model-graph.ts';
import { layoutOf } from '../../../../src/main/engine/network.ts';
import { AS_STORED } from '../../../../src/main/engine/normalizations/normalization.ts';
import { testLogits } from '../../../../src/main/engine/training/test-logits.ts';
import type { ExportedModel } from '../../../../src/main/exporters/programs/program.ts';
import { sampleSettings } from '../../store/samples.ts';
import { SEARCH } from '../samples.ts';

/** Not square, so that a swap of height and width shows. */
const IMAGE = [16, 20, 3];
const CLASSES = 5;

/** Every kind of layer and padding that no other architecture has. */
const EVERY_LAYER: Choice = {
  id: 'custom',
  layers: [
    { kind: 'residual', channels: 3 },
    { kind: 'conv2d', channels: 6, kernelSize: 4, stride: 2 },
    { kind: 'batch-norm' },
    { kind: 'relu' },
    { kind: 'max-pool', size: 3, stride: 2, padding: 'same' },
    { kind: 'average-pool', size: 2, stride: 1, padding: 'same' },
    { kind: 'average-pool', size: 3, stride: 1, padding: 'same' },
    { kind: 'residual', channels: 8, stride: 2, shortcut: 'projection' },
    { kind: 'max-pool', size: 3, stride: 1, padding: 'same' },
    { kind: 'flatten' },
    { kind: 'dropout' },
    { kind: 'batch-norm' },
    { kind: 'relu' },
    { kind: 'dense', units: 12 },
    { kind: 'batch-norm' },
  ],
};

/** All architectures at a width that keeps tests short; those with shortcuts have both kinds. */
export const SAMPLE_CHOICES: readonly (readonly [name: string, choice: Choice])[] = [
  ...architectures.entries.flatMap(({ id, hparams }) => {
    if (id === 'custom') return [];
    const choice = { id, width: id.startsWith('resnet') ? 0.25 : 0.06 };
    const projection = { ...choice, shortcut: 'projection' };
    return 'shortcut' in hparams.shape
      ? [[id, choice] as const, [`${id} with projections`, projection] as const]
      : [[id, choice] as const];
  }),
  ['every kind of layer', EVERY_LAYER],
];

export function sampleModel(choice: Choice, count = 256): ExportedModel {
  const shape = choice.id === 'lenet-300-100' || choice.id === 'mlp' ? [30] : IMAGE;
  const network = architectures.get(choice.id).build(choice, shape, CLASSES);
  const layout = layoutOf(network);
  const random = rng(1, 'sample-model', choice.id);
  const startWeights = new Float32Array(layout.parameterCount);
  for (const { kind, offset, size, fanIn } of layout.parameters) {
    const scale = kind === 'kernel' ? Math.sqrt(6 / fanIn) : 0.5;
    for (let index = offset; index < offset + size; index += 1) {
      const value = (2 * random.uniform() - 1) * scale;
      // Factors and variances are near 1.
      startWeights[index] = kind === 'gamma' || kind === 'running-variance' ? 1 + value : value;
    }
  }
  const mask = Uint8Array.from({ length: layout.prunableCount }, () =>
    Number(random.uniform() < 0.6),
  );
  const finalWeights = maskInPlace(layout, startWeights.slice(), mask);
  const examples = allocateFloatExamples('samples', count, shape);
  for (let index = 0; index < examples.features.length; index += 1) {
    examples.features[index] = 2 * random.uniform() - 1;
  }
  examples.labels.forEach((_, index, labels) => {
    labels[index] = index % CLASSES;
  });
  const dataset: Dataset = {
    id: 'samples',
    shape,
    classes: CLASSES,
    train: examples,
    test: examples,
    fingerprint: '',
  };
  const indices = everyIndex(count);
  const data = { dataset, trainIndices: indices, validationIndices: indices };
  const evaluation = {
    iteration: 100,
    validationLoss: 0.5,
    validationAccuracy: 0.75,
    testLoss: 0.5,
    testAccuracy: 0.75,
  };
  return {
    search: { ...SEARCH, settings: { ...sampleSettings(), architecture: choice } },
    layout,
    key: { replicate: 0, level: 2, branch: 'ticket' },
    density: densityOf(mask),
    graph: modelGraph(network),
    mask,
    initialWeights: startWeights,
    startWeights,
    start: 'initial weights (θ0)',
    isTrained: true,
    finalWeights,
    final: evaluation,
    early: evaluation,
    verdict: { kind: 'winning', reason: 'accuracy +0.5 points' },
    normalization: AS_STORED,
    arePixels: false,
    examples: {
      count,
      inputs: Float32Array.from(examples.features.subarray(0, count * productOf(shape))),
      labels: Int32Array.from(examples.labels),
      logits: testLogits(network, finalWeights, mask, data),
    },
  };
}
