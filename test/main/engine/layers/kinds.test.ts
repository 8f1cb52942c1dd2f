/**
 * Goes through every kind of layer, as a form writes it: both engines, the pruning scores, the live
 * paths and the narrow networks have to agree about it. A new kind is tried without a line here.
 */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { findLivePaths } from '../../../../src/main/engine/analyses/live-paths.ts';
import { NetworkBuilder } from '../../../../src/main/engine/architectures/network-builder.ts';
import type { Tensor } from '../../../../src/main/engine/kernels/binding.ts';
import { Kernels } from '../../../../src/main/engine/kernels/kernels.ts';
import type { LayerDefinition } from '../../../../src/main/engine/layers/definition.ts';
import type { LayerForm } from '../../../../src/main/engine/layers/form.ts';
import { buildNetwork } from '../../../../src/main/engine/layers/index.ts';
import {
  layerForms,
  layerKind,
  layerKinds,
} from '../../../../src/main/engine/layers/kinds/index.ts';
import { relu, type ReluLayer } from '../../../../src/main/engine/layers/kinds/relu.ts';
import {
  type LayerSpec,
  type NetworkSpec,
  productOf,
} from '../../../../src/main/engine/layers/spec.ts';
import { smallDense } from '../../../../src/main/engine/lottery/branches/small-dense.ts';
import { flatLayers, layoutOf, outputShape } from '../../../../src/main/engine/network.ts';
import { Sensitivity } from '../../../../src/main/engine/pruning/sensitivity/sensitivity.ts';
import { DenseTrainer } from '../../../../src/main/engine/training/dense-trainer.ts';
import { optimizers } from '../../../../src/main/engine/training/optimizers/index.ts';
import { rng } from '../../../../src/shared/rng.ts';
import { largest, largestDifference } from '../sparse/differences.ts';
import { batchAt, probe, randomMask, randomWeights, sparseDataset } from '../sparse/harness.ts';
import { buildWasmFirst } from '../../../support/wasm.ts';

buildWasmFirst();

const CLASSES = 4;
const BATCH = 9;
/** Each kind takes those of its settings. Nothing is dropped: the engines and the scores compare. */
const WRITTEN = { units: 5, channels: 5, rate: 0 };

/** The kind between two layers with weights, on images where it takes them. */
function networkWith(kind: string, form: LayerForm): NetworkSpec {
  const build = (isFlat: boolean): NetworkSpec => {
    const network = new NetworkBuilder([6, 5, 2]).conv2d('before', 4);
    if (isFlat) network.flatten('flat');
    const place = { name: kind, inputShape: network.shape, scaled: (units: number) => units };
    return network.add(...form.layers(WRITTEN, place)).classifier([], CLASSES);
  };
  try {
    return build(false);
  } catch {
    return build(true);
  }
}

const NETWORKS = [...layerForms].map(([kind, form]) => ({
  kind,
  network: networkWith(kind, form),
}));

const kernels = new Kernels();

it('every kind is part of a network here', () => {
  const kinds = NETWORKS.flatMap(({ network }) => [
    ...network.layers,
    ...flatLayers(network.layers),
  ]).map(({ kind }) => kind);
  expect([...new Set(kinds)].sort()).toEqual(Object.keys(layerKinds).sort());
});

describe.each(NETWORKS)('$kind', ({ network }) => {
  const layout = layoutOf(network);
  const dataset = sparseDataset(network.inputShape, CLASSES, 40);
  const data = { dataset, trainIndices: Int32Array.of(0), validationIndices: Int32Array.of(0) };
  const mask = randomMask(layout, 0.6);
  const weights = randomWeights(layout, mask);
  const batch = batchAt(1, BATCH, dataset.train.count);

  it('gives as many values in the dense engine as its output shape says', () => {
    let shape = network.inputShape;
    for (const layer of network.layers) {
      const alone = { ...network, inputShape: shape, layers: [layer] };
      const { parameters } = layoutOf(alone);
      const built = buildNetwork(kernels, alone, layoutOf(alone), BATCH);
      const ones = (of: readonly number[]): Tensor =>
        kernels.constant(new Float32Array(productOf(of)).fill(1), of);
      const values = kernels.scope(() => {
        const { output } = built.forward(ones([BATCH, ...alone.inputShape]), {
          isTraining: false,
          seed: 0,
          step: 0,
          value: (parameter) => ones(parameters[parameter]!.shape),
          setGradient: () => undefined,
          setStatistic: () => undefined,
        });
        return kernels.read(output).length;
      });
      built.dispose();
      shape = outputShape(layer, shape);
      expect(values, layer.name).toBe(BATCH * productOf(shape));
    }
    expect(shape).toEqual([CLASSES]);
  });

  it('has the same gradients in both engines and in pruning scores', () => {
    const optimizer = optimizers.get('sgd').create({ id: 'sgd' });
    const dense = new DenseTrainer(kernels, network, optimizer, data, BATCH);
    dense.start(weights, mask);
    const ofDense = dense.gradients(batch);
    dense.dispose();
    const { trainer: sparse } = probe(network, dataset, { id: 'sgd' }, BATCH);
    sparse.start(weights, mask);
    const ofSparse = sparse.gradients(batch);
    const scores = new Sensitivity(kernels, network, dataset, data.trainIndices);
    const exact = scores.lossGradient({ weights, examples: batch });
    for (const { offset, size, maskOffset } of layout.prunable) {
      for (let index = 0; index < size; index += 1)
        exact[offset + index]! *= mask[maskOffset + index]!;
    }
    expect(largest(exact)).toBeGreaterThan(0.01);
    for (const { name, offset, size } of layout.parameters) {
      const expected = exact.subarray(offset, offset + size);
      // What a bias in front of a batch normalisation gets adds up to exactly nothing.
      const tolerance = 5e-6 * largest(expected) + 1e-5 * largest(exact);
      for (const [engine, all] of Object.entries({ dense: ofDense, sparse: ofSparse })) {
        const own = all.subarray(offset, offset + size);
        expect(largestDifference(own, expected), `${name}, ${engine}`).toBeLessThan(tolerance);
      }
    }
  });

  it('has live paths where the flow through the network has a gradient', () => {
    const few = randomMask(layout, 0.15);
    const ones = new Float64Array(layout.parameterCount);
    for (const { kind, offset, size } of layout.parameters) {
      if (kind === 'gamma' || kind === 'running-variance') ones.fill(1, offset, offset + size);
    }
    for (const { offset, maskOffset, size } of layout.prunable) {
      ones.set(few.subarray(maskOffset, maskOffset + size), offset);
    }
    const flow = new Sensitivity(kernels, network, dataset, data.trainIndices).flowGradient(ones);
    const flowing = few.slice();
    for (const { offset, maskOffset, size } of layout.prunable) {
      for (let index = 0; index < size; index += 1) {
        if (flow[offset + index] === 0) flowing[maskOffset + index] = 0;
      }
    }
    expect(findLivePaths(network, layout, few).effective).toEqual(flowing);
  });

  it('stays whole in a network that is not made narrower', () => {
    const everything = new Uint8Array(layout.prunableCount).fill(1);
    const { mask: kept } = smallDense.prepare(
      {
        network,
        layout,
        mask: everything,
        rewindPoint: weights,
        initial: weights,
        trained: undefined,
        initialize: () => weights,
        fill: (values) => values.fill(1),
        random: rng('kinds'),
      },
      { id: 'small-dense' },
    );
    expect(kept).toEqual(everything);
  });
});

it('docs/training.md names every kind that a list of layers may have', () => {
  const docs = readFileSync(new URL('../../../../docs/training.md', import.meta.url), 'utf8');
  expect([...layerForms.keys()].filter((kind) => !docs.includes(`\`${kind}\``))).toEqual([]);
});

it('names a kind that there is not, and those that there are', () => {
  expect(() => layerKind('conv1d')).toThrow(
    'there is no kind of layer "conv1d"; there are dense, conv2d, residual,',
  );
});

it('a definition that lacks a part does not compile', () => {
  /** The parts of a definition that the compiler lets it do without. */
  type Optional<Whole> = {
    [Part in keyof Whole]-?: object extends Pick<Whole, Part> ? Part : never;
  }[keyof Whole];
  const none: [Optional<LayerDefinition<LayerSpec>>] extends [never] ? true : false = true;
  expect(none).toBe(true);

  const { followPaths: _followPaths, ...lacking } = relu;
  // @ts-expect-error Live paths are missing.
  const definition: LayerDefinition<ReluLayer> = lacking;
  expect(definition).toBe(lacking);

  const { relu: _relu, ...fewer } = layerKinds;
  // @ts-expect-error A kind is missing.
  const kinds: typeof layerKinds = fewer;
  expect(kinds).toBe(fewer);
});
