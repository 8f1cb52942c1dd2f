/** Small problems for the sparse engine, and a trainer whose inner values can be seen. */
import type { Dataset, ExampleSet } from '../../../../src/main/engine/datasets/dataset.ts';
import type { ParameterLayout } from '../../../../src/shared/domain/layout.ts';
import {
  type LayerSpec,
  type NetworkSpec,
  productOf,
} from '../../../../src/main/engine/layers/spec.ts';
import { flatLayers } from '../../../../src/main/engine/network.ts';
import { viewOf } from '../../../../src/main/engine/sparse/activation.ts';
import type { View } from '../../../../src/main/engine/sparse/kernel-bindings.ts';
import { loadSparseModule, type SparseModule } from '../../../../src/main/engine/sparse/kernels.ts';
import { PIXEL, TILE, TILE_VECTORS } from '../../../../src/main/engine/sparse/layout.ts';
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

/** Random bytes and labels. As in handwritten digits, most bytes are 0, and some in all examples. */
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

/** Each class has its own bright features. */
export function learnableDataset(features: number, classes: number, count = 300): Dataset {
  const dataset = sparseDataset([features], classes, count);
  for (const { features: bytes, labels } of [dataset.train, dataset.test]) {
    const random = rng('learnable');
    for (const index of bytes.keys()) {
      const label = labels[Math.floor(index / features)];
      bytes[index] =
        (index % features) % classes === label ? 60 + random.below(100) : random.below(100);
    }
  }
  return dataset;
}

/** x / 255 rounded to float32, the features that engines train on. */
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

/** Kernels with Glorot's variance, some biases, scales and variances around 1; pruned weights are 0. */
export function randomWeights(layout: ParameterLayout, mask: Uint8Array, seed = 1): Float32Array {
  const random = rng('weights', seed);
  const weights = new Float32Array(layout.parameterCount);
  for (const { kind, offset, size, fanIn, fanOut, maskOffset } of layout.parameters) {
    const deviation = kind === 'kernel' ? Math.sqrt(2 / (fanIn + fanOut)) : 0.1;
    const center = kind === 'gamma' || kind === 'running-variance' ? 1 : 0;
    for (let index = 0; index < size; index += 1) {
      const isKept = maskOffset === -1 || mask[maskOffset + index] === 1;
      const value = center + deviation * random.normal();
      weights[offset + index] = isKept ? value : 0;
    }
  }
  return weights;
}

export interface Probe {
  readonly trainer: SparseTrainer;
  /** Which values each ReLU let through in the last batch. */
  signs(): Signs;
  /** Bytes of the trainer's memory. */
  memory(): number;
}

/** A trainer whose ReLU layers are observed through the calls of its kernels. */
export function probe(
  network: NetworkSpec,
  dataset: Dataset,
  choice: Choice,
  batchSize: number,
  options: LossOptions & { readonly module?: SparseModule; readonly validation?: Int32Array } = {},
): Probe {
  const module = options.module ?? loadSparseModule('strict');
  let memorySize = (): number => 0;
  const needsWholeBatch = flatLayers(network.layers).some(({ kind }) => kind === 'batch-norm');
  const passSize = needsWholeBatch ? batchSize : TILE;
  const passesInBatch = Math.ceil(batchSize / passSize);
  let passes: boolean[][][][] = [];
  let passing: boolean[][][] = [];
  const watched: SparseModule = {
    kind: module.kind,
    instantiate() {
      const { kernels, memory, gatherRows } = module.instantiate();
      memorySize = () => memory.buffer.byteLength;
      let last: View | undefined;
      let isBackward = false;
      /** The address of γ of each batch normalisation of a group whose sum is still to come. */
      const scales: number[] = [];
      /** By name: layers with a ReLU as a part; they may come group by group, and more than once. */
      const rectifying = new Map<string, boolean[][]>();
      const watchRectified = (name: string, vectors: number, view: View): void => {
        if (isBackward) return;
        const before = rectifying.get(name) ?? [];
        if (before.length === 0) passing.push(before);
        rectifying.set(name, before);
        const examples = Math.min(vectors * 4, batchSize - before.length);
        before.push(...signsOf(new Float32Array(memory.buffer), view, examples));
      };
      /** Remembers where the kernel before a ReLU writes. */
      const writes = <Args extends readonly unknown[]>(
        kernel: (...args: Args) => void,
        target: (...args: Args) => View,
      ) => {
        return (...args: Args): void => {
          kernel(...args);
          last = target(...args);
        };
      };
      return {
        memory,
        gatherRows,
        kernels: {
          ...kernels,
          planesOfExamples: (...args) => {
            kernels.planesOfExamples(...args);
            isBackward = false;
          },
          transposeExamples: (...args) => {
            kernels.transposeExamples(...args);
            isBackward = false;
          },
          denseForward: writes(kernels.denseForward, (_vectors, { outputs }, _w, _b, _x, y) =>
            viewOf({ kind: 'flat', features: outputs, values: y, gradients: 0 }, y),
          ),
          convolve: writes(kernels.convolve, (_groups, _kernel, _w, _b, _x, y) => y),
          maxPoolForward: writes(kernels.maxPoolForward, (_groups, _window, _x, y) => y),
          batchNormApply: (vectors, isRectified, layer, x, y) => {
            kernels.batchNormApply(vectors, isRectified, layer, x, y);
            last = y;
            if (isRectified) watchRectified(`norm ${layer.gamma}`, vectors, y);
            else scales.push(layer.gamma);
          },
          batchNormInference: writes(
            kernels.batchNormInference,
            (_groups, _isRectified, _epsilon, _layer, _x, y) => y,
          ),
          addActivations: (vectors, isRectified, a, b, y) => {
            kernels.addActivations(vectors, isRectified, a, b, y);
            last = y;
            if (!isRectified) return;
            // A sum that is computed group by group has no address of its own, but a normalisation.
            const name = vectors === 1 ? `sum behind ${scales.pop()}` : `sum at ${y.start}`;
            watchRectified(name, vectors, y);
          },
          copyActivation: writes(kernels.copyActivation, (_groups, _x, y) => y),
          applyDropout: writes(kernels.applyDropout, (_groups, _scale, _kept, _x, y) => y),
          reluForward: (bytes, x) => {
            kernels.reluForward(bytes, x);
            if (last === undefined) throw new Error('a ReLU in front of everything');
            const floats = new Float32Array(memory.buffer);
            // A whole batch has no margins, and its last group may have been computed on its own.
            const view = needsWholeBatch ? { ...last, start: x } : last;
            passing.push(signsOf(floats, view, Math.min(passSize, batchSize)));
          },
          lossGradient: (...args) => {
            kernels.lossGradient(...args);
            passes = [...passes, passing].slice(-passesInBatch);
            passing = [];
            rectifying.clear();
            scales.length = 0;
            isBackward = true;
          },
          scoreExamples: (...args) => {
            passing = [];
            return kernels.scoreExamples(...args);
          },
        },
      };
    },
  };
  const trainer = new SparseTrainer(
    watched,
    network,
    optimizers.get(choice.id).create(choice),
    {
      dataset,
      trainIndices: Int32Array.from({ length: dataset.train.count }, (_, index) => index),
      validationIndices: options.validation ?? Int32Array.of(3, 5, 8),
    },
    batchSize,
    options,
  );
  return {
    trainer,
    memory: () => memorySize(),
    signs: () => {
      const layers = passes[0] ?? [];
      return layers.map((_, layer) => passes.flatMap((pass) => pass[layer]!).slice(0, batchSize));
    },
  };
}

/** Which values are positive, example by example in the order of a dense tensor. */
function signsOf(floats: Float32Array, view: View, examples: number): boolean[][] {
  const { start, tilePitch, groupPitch, planePitch, rowPitch, channels, height, width } = view;
  return Array.from({ length: examples }, (_, example) => {
    const group = Math.floor(example / 4);
    const tile = Math.floor(group / TILE_VECTORS);
    const first = start + tile * tilePitch + (group % TILE_VECTORS) * groupPitch;
    const signs: boolean[] = [];
    for (let row = 0; row < height; row += 1) {
      for (let pixel = 0; pixel < width; pixel += 1) {
        for (let channel = 0; channel < channels; channel += 1) {
          const at = first + channel * planePitch + row * rowPitch + pixel * PIXEL;
          signs.push(floats[at / 4 + (example % 4)]! > 0);
        }
      }
    }
    return signs;
  });
}

/** The examples of one step. */
export function batchAt(step: number, size: number, count: number): Int32Array {
  const random = rng('batch', step);
  return Int32Array.from({ length: size }, () => random.below(count));
}
