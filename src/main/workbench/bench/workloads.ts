/** The measured networks, each with examples to train on. */
import { architectures } from '../../engine/architectures/index.ts';
import type { Dataset, ExampleSet } from '../../engine/datasets/dataset.ts';
import { datasets } from '../../engine/datasets/index.ts';
import { allocateExamples } from '../../engine/datasets/memory.ts';
import { type ExampleShape, type NetworkSpec, productOf } from '../../engine/layers/spec.ts';
import { rng } from '../../../shared/rng.ts';

export const BATCH_SIZE = 60;
/** Examples held out of training. */
export const VALIDATION = 500;

export const WORKLOAD_IDS = ['lenet-300-100', 'conv-2'] as const;
export type WorkloadId = (typeof WORKLOAD_IDS)[number];

export interface Workload {
  readonly id: WorkloadId;
  /** Describes the examples for people. */
  readonly examples: string;
  /** Warm-up steps of every engine before it is timed. */
  readonly warmUpSteps: number;
  readonly blocks: number;
  /** A guess, from which the time left is estimated until real steps are timed. */
  readonly denseMilliseconds: number;
  dataset(): Promise<Dataset>;
}

export const WORKLOADS: Readonly<Record<WorkloadId, Workload>> = {
  'lenet-300-100': {
    id: 'lenet-300-100',
    examples: 'MNIST',
    // The tiny numbers that optimizers end up with appear only after some hundred steps.
    warmUpSteps: 1200,
    blocks: 15,
    denseMilliseconds: 1.3,
    dataset: () => datasets.get('mnist').load({ id: 'mnist' }),
  },
  'conv-2': {
    id: 'conv-2',
    examples: 'synthetic images of 32 × 32 × 3',
    // A thousand of these would take hours; --warm-up can request them.
    warmUpSteps: 20,
    blocks: 5,
    denseMilliseconds: 200,
    dataset: async () => syntheticDataset([32, 32, 3], 3000),
  },
};

/**
 * A learnable problem of this shape: noise over a pattern of bright bytes, one for each of ten
 * classes.
 */
function syntheticDataset(shape: ExampleShape, count: number): Dataset {
  const classes = 10;
  const features = productOf(shape);
  const examples = (name: string): ExampleSet => {
    const random = rng('synthetic', name);
    const set = allocateExamples('synthetic examples', count, shape);
    for (let example = 0; example < count; example += 1) {
      const label = random.below(classes);
      set.labels[example] = label;
      for (let feature = 0; feature < features; feature += 1) {
        const isBright = feature % classes === label;
        set.features[example * features + feature] = (isBright ? 100 : 0) + random.below(156);
      }
    }
    return set;
  };
  return {
    id: 'synthetic',
    shape,
    classes,
    train: examples('train'),
    test: examples('test'),
    fingerprint: 'synthetic',
  };
}

export function networkOf(id: WorkloadId, { shape, classes }: Dataset): NetworkSpec {
  return architectures.get(id).build({ id }, shape, classes);
}

/**
 * The same layers in the same order on as little as possible: one unit wide, on the smallest images
 * that can be pooled. A step of it costs only the calls of kernels.
 */
export function smallestOf(id: WorkloadId): { dataset: Dataset; network: NetworkSpec } {
  const dataset = syntheticDataset(id === 'conv-2' ? [4, 4, 1] : [1], 10 * BATCH_SIZE);
  const choice = { id, width: 1 / 1024 };
  return {
    dataset,
    network: architectures.get(id).build(choice, dataset.shape, dataset.classes),
  };
}
