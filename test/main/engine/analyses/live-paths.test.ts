import { describe, expect, it } from 'vitest';
import { architectures } from '../../../../src/main/engine/architectures/index.ts';
import { findLivePaths, hasLivePath } from '../../../../src/main/engine/analyses/live-paths.ts';
import {
  type LayerSpec,
  type NetworkSpec,
  productOf,
} from '../../../../src/main/engine/layers/spec.ts';
import { layoutOf, outputShape } from '../../../../src/main/engine/network.ts';
import { Sensitivity } from '../../../../src/main/engine/pruning/sensitivity/sensitivity.ts';
import { Kernels } from '../../../../src/main/engine/kernels/kernels.ts';
import { hparamsOf } from '../../../../src/shared/domain/definition.ts';
import { countKept } from '../../../../src/shared/domain/mask.ts';
import { tinyDataset } from '../../../support/tiny-dataset.ts';
import { rng } from '../../../../src/shared/rng.ts';

/** One activation of the unrolled network, and the weight (if it has one) on the way to another. */
interface Edge {
  readonly to: number;
  /** Index into the mask; undefined where nothing can be pruned. */
  readonly weight: number | undefined;
}

/**
 * Every connection of the unrolled network, written down one by one from the definitions of the
 * layers, with none of the code under test.
 */
class Unrolled {
  readonly edges: Edge[][] = [];
  readonly #offsets: ReadonlyMap<string, number>;

  constructor(offsets: ReadonlyMap<string, number>) {
    this.#offsets = offsets;
  }

  nodes(count: number): number[] {
    return Array.from({ length: count }, () => this.edges.push([]) - 1);
  }

  add(layers: readonly LayerSpec[], shape: readonly number[], input: readonly number[]) {
    let nodes = input;
    let from = shape;
    for (const layer of layers) {
      const to = outputShape(layer, from);
      nodes = this.#layer(layer, from, to, nodes);
      from = to;
    }
    return nodes;
  }

  #layer(
    layer: LayerSpec,
    from: readonly number[],
    to: readonly number[],
    input: readonly number[],
  ): readonly number[] {
    const [height = 1, width = 1, channels = 1] = from;
    const output = this.nodes(productOf(to));
    const join = (at: number, target: number, weight?: number) =>
      this.edges[input[at]!]!.push({ to: output[target]!, weight });
    const [rows = 1, columns = 1, outputs = 1] = to;
    const windows = (
      size: number,
      stride: number,
      padding: string,
      visit: (y: number, x: number, row: number, column: number, dy: number, dx: number) => void,
    ) => {
      const padOf = (length: number, count: number) =>
        padding === 'same' ? Math.max(0, (count - 1) * stride + size - length) >> 1 : 0;
      for (let row = 0; row < rows; row += 1)
        for (let column = 0; column < columns; column += 1)
          for (let dy = 0; dy < size; dy += 1)
            for (let dx = 0; dx < size; dx += 1) {
              const y = row * stride + dy - padOf(height, rows);
              const x = column * stride + dx - padOf(width, columns);
              if (y >= 0 && x >= 0 && y < height && x < width) visit(y, x, row, column, dy, dx);
            }
    };
    switch (layer.kind) {
      case 'dense':
        for (let i = 0; i < layer.inputs; i += 1)
          for (let o = 0; o < layer.outputs; o += 1)
            join(i, o, this.#offsets.get(layer.name)! + i * layer.outputs + o);
        return output;
      case 'conv2d':
        windows(layer.kernelSize, layer.stride, layer.padding, (y, x, row, column, dy, dx) => {
          for (let i = 0; i < layer.inputs; i += 1)
            for (let o = 0; o < layer.outputs; o += 1)
              join(
                (y * width + x) * channels + i,
                (row * columns + column) * outputs + o,
                this.#offsets.get(layer.name)! +
                  ((dy * layer.kernelSize + dx) * layer.inputs + i) * layer.outputs +
                  o,
              );
        });
        return output;
      case 'max-pool':
      case 'average-pool':
        windows(layer.size, layer.stride, layer.padding, (y, x, row, column) => {
          for (let c = 0; c < channels; c += 1)
            join((y * width + x) * channels + c, (row * columns + column) * channels + c);
        });
        return output;
      case 'global-average-pool':
        for (let at = 0; at < input.length; at += 1) join(at, at % channels);
        return output;
      case 'zero-padding-shortcut': {
        const before = Math.floor((layer.outputs - layer.inputs) / 2);
        for (let row = 0; row < rows; row += 1)
          for (let column = 0; column < columns; column += 1)
            for (let c = 0; c < channels; c += 1)
              join(
                (row * layer.stride * width + column * layer.stride) * channels + c,
                (row * columns + column) * outputs + before + c,
              );
        return output;
      }
      case 'residual':
        for (const path of [layer.body, layer.shortcut]) {
          const ends = this.add(path, from, input);
          for (const [index, node] of ends.entries()) {
            this.edges[node]!.push({ to: output[index]!, weight: undefined });
          }
        }
        return output;
      default:
        for (let at = 0; at < input.length; at += 1) join(at, at);
        return output;
    }
  }
}

/** Walks every path of kept weights from every input, one after the other. */
function enumeratePaths(network: NetworkSpec, mask: Uint8Array) {
  const layout = layoutOf(network);
  const graph = new Unrolled(new Map(layout.prunable.map((each) => [each.layer, each.maskOffset])));
  const inputs = graph.nodes(productOf(network.inputShape));
  const logits = new Set(graph.add(network.layers, network.inputShape, inputs));
  const effective = new Uint8Array(mask.length);
  const liveInputs = new Set<number>();
  let paths = 0;
  const walk = (node: number, weights: readonly number[], origin: number): void => {
    if (logits.has(node)) {
      paths += 1;
      liveInputs.add(origin);
      for (const weight of weights) effective[weight] = 1;
    }
    for (const { to, weight } of graph.edges[node]!) {
      if (weight === undefined) walk(to, weights, origin);
      else if (mask[weight] === 1) walk(to, [...weights, weight], origin);
    }
  };
  for (const input of inputs) walk(input, [], input);
  return { effective, liveInputs: liveInputs.size, paths };
}

function randomMask(length: number, density: number, name: string): Uint8Array {
  const random = rng('live-paths', name);
  return Uint8Array.from({ length }, () => Number(random.uniform() < density));
}

const dense = (name: string, inputs: number, outputs: number): LayerSpec => ({
  kind: 'dense',
  name,
  inputs,
  outputs,
});
const conv = (
  name: string,
  inputs: number,
  outputs: number,
  padding: 'same' | 'valid' = 'same',
  stride = 1,
  kernelSize = 3,
): LayerSpec => ({
  kind: 'conv2d',
  name,
  inputs,
  outputs,
  kernelSize,
  stride,
  padding,
  hasBias: false,
});
const batchNorm = (name: string, channels: number): LayerSpec => ({
  kind: 'batch-norm',
  name,
  channels,
  momentum: 0.1,
  epsilon: 1e-5,
});
const pool = (kind: 'max-pool' | 'average-pool', name: string): LayerSpec => ({
  kind,
  name,
  size: 2,
  stride: 2,
  padding: 'valid',
});
const flatten: LayerSpec = { kind: 'flatten', name: 'flatten' };
const relu = (name: string): LayerSpec => ({ kind: 'relu', name });

const NETWORKS: Record<string, NetworkSpec> = {
  'fully connected': {
    inputShape: [5],
    classes: 3,
    layers: [dense('a', 5, 4), relu('r'), dense('b', 4, 4), dense('c', 4, 3)],
  },
  'convolution, max-pool, flatten': {
    inputShape: [5, 5, 1],
    classes: 2,
    layers: [
      conv('a', 1, 2),
      relu('r'),
      pool('max-pool', 'p'),
      conv('b', 2, 2, 'valid', 1, 2),
      flatten,
      dense('c', 2, 2),
    ],
  },
  'strides, same padding, average and global pools': {
    inputShape: [4, 4, 1],
    classes: 2,
    layers: [
      conv('a', 1, 2, 'same', 2),
      batchNorm('n', 2),
      pool('average-pool', 'p'),
      { kind: 'global-average-pool', name: 'g' },
      dense('b', 2, 2),
    ],
  },
  'residual block with identity': {
    inputShape: [3, 3, 2],
    classes: 2,
    layers: [
      {
        kind: 'residual',
        name: 'block',
        body: [conv('a', 2, 2, 'same', 1, 2), batchNorm('n', 2), relu('r')],
        shortcut: [],
      },
      flatten,
      dense('b', 18, 2),
    ],
  },
  'residual block with padded shortcut': {
    inputShape: [3, 3, 1],
    classes: 2,
    layers: [
      {
        kind: 'residual',
        name: 'block',
        body: [conv('a', 1, 2, 'same', 2), batchNorm('n', 2), conv('b', 2, 3, 'same', 1, 1)],
        shortcut: [{ kind: 'zero-padding-shortcut', name: 's', inputs: 1, outputs: 3, stride: 2 }],
      },
      { kind: 'global-average-pool', name: 'g' },
      dense('c', 3, 2),
    ],
  },
  'residual block with convolved shortcut': {
    inputShape: [2, 2, 1],
    classes: 2,
    layers: [
      {
        kind: 'residual',
        name: 'block',
        body: [conv('a', 1, 2), conv('b', 2, 2)],
        shortcut: [conv('c', 1, 2, 'same', 1, 1)],
      },
      flatten,
      dense('d', 8, 2),
    ],
  },
};

describe('live paths', () => {
  for (const [name, network] of Object.entries(NETWORKS)) {
    it(`are those that a walk along every path finds: ${name}`, () => {
      const layout = layoutOf(network);
      let differing = 0;
      for (const density of [1, 0.6, 0.4, 0.25, 0.15]) {
        for (let draw = 0; draw < 6; draw += 1) {
          const mask = randomMask(layout.prunableCount, density, `${name}/${density}/${draw}`);
          const walked = enumeratePaths(network, mask);
          const found = findLivePaths(network, layout, mask);
          expect(found.effective).toEqual(walked.effective);
          expect(hasLivePath(network, layout, mask)).toBe(walked.liveInputs > 0);
          expect(found.inputs.reduce((sum, flag) => sum + flag, 0)).toBe(walked.liveInputs);
          if (walked.effective.some((flag, index) => flag !== mask[index])) differing += 1;
        }
      }
      // Otherwise the masks would show nothing.
      expect(differing).toBeGreaterThan(3);
    });
  }

  it('tells units that nothing reaches from those that nothing reads', () => {
    const network: NetworkSpec = {
      inputShape: [2],
      classes: 2,
      layers: [dense('a', 2, 4), dense('b', 4, 2)],
    };
    // Unit 0 lives, 1 is not reached, 2 not read, 3 neither.
    const mask = Uint8Array.of(...[1, 0, 1, 0], ...[0, 0, 0, 0], ...[0, 1], ...[0, 1], 0, 0, 0, 0);
    const { layers, inputs, effective } = findLivePaths(network, layoutOf(network), mask);

    expect(layers[0]).toMatchObject({ layer: 'a', units: 4 });
    expect([...layers[0]!.reached]).toEqual([1, 0, 1, 0]);
    expect([...layers[0]!.read]).toEqual([1, 1, 0, 0]);
    expect([...layers[0]!.live]).toEqual([1, 0, 0, 0]);
    expect([...layers[1]!.live]).toEqual([0, 1]);
    expect([...inputs]).toEqual([1, 0]);
    expect(effective.reduce((sum, flag) => sum + flag, 0)).toBe(2);
  });

  // A corner of the kernel only ever meets padding in an image of one pixel.
  it('leaves out weights that only meet padding', () => {
    const network: NetworkSpec = {
      inputShape: [1, 1, 1],
      classes: 1,
      layers: [conv('a', 1, 1), flatten, dense('b', 1, 1)],
    };
    const layout = layoutOf(network);
    const { effective } = findLivePaths(network, layout, new Uint8Array(10).fill(1));
    expect([...effective]).toEqual([0, 0, 0, 0, 1, 0, 0, 0, 0, 1]);
  });
});

// With all weights 1 or 0 the derivative of the summed logits by a weight counts the paths through
// it: computed by TensorFlow's kernels in double precision, it knows nothing of the code under test.
describe('live paths of whole architectures', () => {
  const kernels = new Kernels();

  it.each(['resnet-20', 'lenet-300-100'])(
    'are where the flow through the network has a gradient: %s',
    (id) => {
      const architecture = architectures.get(id);
      const shape = [16, 16, 3];
      const network = architecture.build({ id, ...hparamsOf(architecture, { id }) }, shape, 10);
      const layout = layoutOf(network);
      const dataset = { ...tinyDataset({ features: 768, classes: 10, train: 20 }), shape };
      const sensitivity = new Sensitivity(kernels, network, dataset, Int32Array.of(0, 1, 2));
      for (const density of [0.1, 0.01]) {
        const mask = randomMask(layout.prunableCount, density, `${id}/${density}`);
        const weights = new Float64Array(layout.parameterCount);
        for (const { kind, offset, size } of layout.parameters) {
          const isOne = kind === 'gamma' || kind === 'running-variance';
          weights.fill(Number(isOne), offset, offset + size);
        }
        for (const { offset, maskOffset, size } of layout.prunable) {
          weights.set(mask.subarray(maskOffset, maskOffset + size), offset);
        }
        const gradient = sensitivity.flowGradient(weights);
        const flowing = new Uint8Array(layout.prunableCount);
        for (const { offset, maskOffset, size } of layout.prunable) {
          for (let index = 0; index < size; index += 1) {
            const isKept = mask[maskOffset + index] === 1;
            flowing[maskOffset + index] = Number(isKept && gradient[offset + index] !== 0);
          }
        }
        const { effective } = findLivePaths(network, layout, mask);
        expect(countKept(flowing)).toBeLessThan(countKept(mask));
        expect(effective.findIndex((flag, index) => flag !== flowing[index])).toBe(-1);
      }
    },
  );
});
