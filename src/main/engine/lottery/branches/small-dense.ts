import { z } from 'zod';
import { countKept } from '../../../../shared/domain/mask.ts';
import { initialize } from '../../initializers/initializer.ts';
import {
  type LayerSpec,
  type NetworkSpec,
  type ParameterLayout,
  productOf,
} from '../../network.ts';
import { type BranchContext, defineBranch } from './branch.ts';

/**
 * Is a small dense network as good as a sparse one? Every hidden layer is made narrower by the same
 * factor, such that as many weights are left as the ticket has, to the nearest unit. It is the block
 * of the full network between the units that stay: what surrounds it is 0 and stays 0, so training
 * is that of the narrow network, which starts as the initialiser would start it.
 */
export const smallDense = defineBranch({
  id: 'small-dense',
  label: 'Small dense network',
  description:
    'A newly drawn dense network with narrower layers and as many weights as the ticket.',
  hparams: z.object({}),
  keepsDensity: false,
  isTrained: true,
  prepare(context) {
    const { network, layout, mask } = context;
    const blocks = blocksNearest(network, layout, countKept(mask));
    return { weights: drawBlocks(context, blocks), mask: maskOf(layout, blocks) };
  },
});

/** The inputs and outputs of a kernel that stay, ascending. */
interface Block {
  readonly inputs: readonly number[];
  readonly outputs: readonly number[];
}

type Blocks = ReadonlyMap<string, Block>;

/** The blocks at the width whose number of weights is nearest to `wanted`. */
function blocksNearest(network: NetworkSpec, layout: ParameterLayout, wanted: number): Blocks {
  let narrow = 0;
  let wide = 1;
  // Widths are whole units: after this many halvings both ends are neighbours.
  for (let halving = 0; halving < 32; halving += 1) {
    const middle = (narrow + wide) / 2;
    if (weightsOf(layout, blocksAt(network, middle)) > wanted) wide = middle;
    else narrow = middle;
  }
  const [smaller, larger] = [blocksAt(network, narrow), blocksAt(network, wide)];
  const distance = (blocks: Blocks): number => Math.abs(weightsOf(layout, blocks) - wanted);
  return distance(larger) < distance(smaller) ? larger : smaller;
}

function weightsOf(layout: ParameterLayout, blocks: Blocks): number {
  return layout.prunable.reduce((sum, { layer, shape }) => {
    const { inputs, outputs } = blocks.get(layer)!;
    return sum + productOf(shape.slice(0, -2)) * inputs.length * outputs.length;
  }, 0);
}

function blocksAt(network: NetworkSpec, width: number): Blocks {
  const blocks = new Map<string, Block>();
  const all = (count: number): number[] => Array.from({ length: count }, (_, index) => index);
  const output = network.layers.findLast(({ kind }) => kind === 'dense' || kind === 'conv2d');

  /** The first units, and in any case those that are `required`. */
  const choose = (count: number, required: readonly number[]): number[] => {
    const wanted = Math.max(1, Math.round(count * width));
    const chosen = new Set(required);
    for (let unit = 0; unit < count && chosen.size < wanted; unit += 1) chosen.add(unit);
    return [...chosen].sort((one, other) => one - other);
  };
  const follow = (
    layers: readonly LayerSpec[],
    given: readonly number[],
    required: readonly number[],
  ): readonly number[] => {
    const last = layers.findLast(({ kind }) => kind === 'dense' || kind === 'conv2d');
    let live = given;
    for (const layer of layers) {
      if (layer.kind === 'dense' || layer.kind === 'conv2d') {
        const inputs = live.length === 0 ? all(layer.inputs) : spread(live, layer);
        live =
          layer === output
            ? all(layer.outputs)
            : choose(layer.outputs, layer === last ? required : []);
        blocks.set(layer.name, { inputs, outputs: live });
      } else if (layer.kind === 'zero-padding-shortcut') {
        const before = Math.floor((layer.outputs - layer.inputs) / 2);
        live = live.map((channel) => channel + before);
      } else if (layer.kind === 'residual') {
        // What comes around the block has its places; the body goes into the same ones.
        const around = follow(layer.shortcut, live, []);
        const through = follow(layer.body, live, around);
        live = [...new Set([...around, ...through])].sort((one, other) => one - other);
      }
    }
    return live;
  };
  /** Live channels as inputs of a dense layer behind a flatten: `[pixels, channels]`, row-major. */
  const channelsBefore = new Map<string, number>();
  let channels = network.inputShape.at(-1) ?? 1;
  for (const layer of network.layers) {
    channelsBefore.set(layer.name, channels);
    channels = outputChannels(layer, channels);
  }
  function spread(live: readonly number[], layer: LayerSpec & { inputs: number }): number[] {
    const before = layer.kind === 'dense' ? (channelsBefore.get(layer.name) ?? layer.inputs) : 0;
    if (layer.kind !== 'dense' || before === layer.inputs) return [...live];
    const pixels = layer.inputs / before;
    return all(pixels).flatMap((pixel) => live.map((channel) => pixel * before + channel));
  }

  follow(network.layers, [], []);
  return blocks;
}

function outputChannels(layer: LayerSpec, channels: number): number {
  switch (layer.kind) {
    case 'dense':
    case 'conv2d':
    case 'zero-padding-shortcut':
      return layer.outputs;
    case 'residual':
      return layer.body.reduce((before, inner) => outputChannels(inner, before), channels);
    default:
      return channels;
  }
}

/** Calls with the place of every weight of a kernel's block, row-major, in the whole kernel. */
function visitBlock(
  shape: readonly number[],
  { inputs, outputs }: Block,
  visit: (index: number) => void,
): void {
  const [allInputs = 0, allOutputs = 0] = shape.slice(-2);
  const taps = productOf(shape.slice(0, -2));
  for (let tap = 0; tap < taps; tap += 1) {
    for (const input of inputs) {
      for (const output of outputs) visit((tap * allInputs + input) * allOutputs + output);
    }
  }
}

function maskOf(layout: ParameterLayout, blocks: Blocks): Uint8Array {
  const mask = new Uint8Array(layout.prunableCount);
  for (const { layer, shape, maskOffset } of layout.prunable) {
    visitBlock(shape, blocks.get(layer)!, (index) => {
      mask[maskOffset + index] = 1;
    });
  }
  return mask;
}

function drawBlocks({ layout, fill, random }: BranchContext, blocks: Blocks): Float32Array {
  const weights = initialize(layout, () => undefined, random);
  for (const parameter of layout.prunable) {
    const block = blocks.get(parameter.layer)!;
    const field = parameter.shape.slice(0, -2);
    const [inputs, outputs] = [block.inputs.length, block.outputs.length];
    const shape = [...field, inputs, outputs];
    const values = new Float32Array(productOf(shape));
    const taps = productOf(field);
    fill(
      values,
      { ...parameter, shape, size: values.length, fanIn: taps * inputs, fanOut: taps * outputs },
      random,
    );
    let next = 0;
    visitBlock(parameter.shape, block, (index) => {
      weights[parameter.offset + index] = values[next]!;
      next += 1;
    });
  }
  return weights;
}
