/** Small problems for the sparse engine, and a look at what it keeps to itself. */
import type { Dataset, ExampleSet } from '../../../../src/main/engine/datasets/dataset.ts';
import {
  type LayerSpec,
  layoutOf,
  type NetworkSpec,
  type ParameterLayout,
  productOf,
} from '../../../../src/main/engine/network.ts';
import {
  loadSparseModule,
  type SparseModule,
} from '../../../../src/main/engine/sparse/kernels.ts';
import { ROW, TILE } from '../../../../src/main/engine/sparse/layout.ts';
import { sparseUpdate } from '../../../../src/main/engine/sparse/optimizer.ts';
import { SparseTrainer } from '../../../../src/main/engine/sparse/sparse-trainer.ts';
import { optimizers } from '../../../../src/main/engine/training/optimizers/index.ts';
import type { LossOptions } from '../../../../src/main/engine/training/trainer.ts';
import type { Choice } from '../../../../src/shared/domain/definition.ts';
import { rng } from '../../../../src/shared/rng.ts';
import type { Signs } from './reference.ts';

/** Dense layers with ReLU between them: `fullyConnected([784, 300, 100, 10])`. */
export function fullyConnected(widths: readonly number[]): NetworkSpec {
  const layers: LayerSpec[] = [];
  for (let index = 1; index < widths.length; index += 1) {
    const [inputs, outputs] = [widths[index - 1]!, widths[index]!];
    layers.push({ kind: 'dense', name: `fc${index}`, inputs, outputs });
    if (index < widths.length - 1) layers.push({ kind: 'relu', name: `relu${index}` });
  }
  return { inputShape: [widths[0]!], classes: widths.at(-1)!, layers };
}

/** Random bytes and labels; like handwritten digits, most bytes are 0, some in all examples. */
export function sparseDataset(shape: readonly number[], classes: number, count = 300): Dataset {
  const features = productOf(shape);
  const examples = (name: string): ExampleSet => {
    const random = rng('sparse-dataset', name);
    const set = {
      count,
      features: new Uint8Array(count * features),
      labels: new Int32Array(count),
    };
    for (let example = 0; example < count; example += 1) {
      set.labels[example] = random.below(classes);
      for (let feature = 0; feature < features; feature += 1) {
        if (feature % 5 === 0 || random.uniform() < 0.6) continue;
        set.features[example * features + feature] = random.below(256);
      }
    }
    return set;
  };
  return {
    id: 'sparse',
    shape,
    classes,
    train: examples('train'),
    test: examples('test'),
    fingerprint: '',
  };
}

/** x / 255 rounded to float32, as every engine sees an example. */
export function exampleOf(set: ExampleSet, index: number): Float64Array {
  const features = set.features.length / set.count;
  const bytes = set.features.subarray(index * features, (index + 1) * features);
  return Float64Array.from(bytes, (byte) => Math.fround(byte / 255));
}

export function randomMask(layout: ParameterLayout, density: number, seed = 1): Uint8Array {
  const random = rng('mask', seed, density);
  return Uint8Array.from({ length: layout.prunableCount }, () =>
    random.uniform() < density ? 1 : 0,
  );
}

/** Glorot's variance for kernels, some bias; zero where the mask is. */
export function randomWeights(layout: ParameterLayout, mask: Uint8Array, seed = 1): Float32Array {
  const random = rng('weights', seed);
  const weights = new Float32Array(layout.parameterCount);
  for (const { kind, offset, size, fanIn, fanOut, maskOffset } of layout.parameters) {
    const deviation = kind === 'kernel' ? Math.sqrt(2 / (fanIn + fanOut)) : 0.1;
    for (let index = 0; index < size; index += 1) {
      const isKept = maskOffset === -1 || mask[maskOffset + index] === 1;
      const value = deviation * random.normal();
      weights[offset + index] = isKept ? value : 0;
    }
  }
  return weights;
}

export interface Probe {
  readonly trainer: SparseTrainer;
  /** What each ReLU let through in the last pass over a batch. */
  signs(): Signs;
  /** Bytes of the trainer's memory. */
  memory(): number;
}

/** A trainer whose ReLU layers are watched. */
export function probe(
  network: NetworkSpec,
  dataset: Dataset,
  choice: Choice,
  batchSize: number,
  options: LossOptions & { readonly module?: SparseModule; readonly validation?: Int32Array } = {},
): Probe {
  const module = options.module ?? loadSparseModule('strict');
  const calls: { bytes: number; values: Float32Array }[] = [];
  let memorySize = (): number => 0;
  const watched: SparseModule = {
    kind: module.kind,
    instantiate() {
      const { kernels, memory } = module.instantiate();
      memorySize = () => memory.buffer.byteLength;
      return {
        memory,
        kernels: {
          ...kernels,
          lossGradient: (...args) => {
            passed = calls.splice(0);
            kernels.lossGradient(...args);
          },
          reluForward: (bytes, x) => {
            kernels.reluForward(bytes, x);
            calls.push({ bytes, values: new Float32Array(memory.buffer.slice(x, x + bytes)) });
          },
        },
      };
    },
  };
  let passed: typeof calls = [];
  const trainer = new SparseTrainer(
    watched,
    network,
    optimizers.get(choice.id).create(choice),
    sparseUpdate(choice),
    {
      dataset,
      trainIndices: Int32Array.from({ length: dataset.train.count }, (_, index) => index),
      validationIndices: options.validation ?? Int32Array.of(3, 5, 8),
    },
    batchSize,
    options,
  );
  const tiles = Math.ceil(batchSize / TILE);
  return {
    trainer,
    memory: () => memorySize(),
    signs: () =>
      passed.map(({ bytes, values }) => {
        const features = bytes / ROW / tiles;
        return Array.from({ length: batchSize }, (_, example) => {
          const tile = Math.floor(example / TILE);
          return Array.from(
            { length: features },
            (_unused, feature) => values[(tile * features + feature) * TILE + (example % TILE)]! > 0,
          );
        });
      }),
  };
}

/** The examples of one step. */
export function batchAt(step: number, size: number, count: number): Int32Array {
  const random = rng('batch', step);
  return Int32Array.from({ length: size }, () => random.below(count));
}

export const layoutFor = (network: NetworkSpec): ParameterLayout => layoutOf(network);
