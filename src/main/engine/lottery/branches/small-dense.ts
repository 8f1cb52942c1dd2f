import { z } from 'zod';
import { countKept } from '../../../../shared/domain/mask.ts';
import { initialize } from '../../initializers/initializer.ts';
import { definitionOf } from '../../layers/kinds/index.ts';
import type { ParameterLayout } from '../../../../shared/domain/layout.ts';
import {
  type ExampleShape,
  type LayerSpec,
  type NetworkSpec,
  productOf,
} from '../../layers/spec.ts';
import { hasKernel, outputShape } from '../../network.ts';
import { type BranchContext, defineBranch } from './branch.ts';

/**
 * Is a small dense network as good as a sparse one? Every hidden layer is narrowed by the same
 * factor, chosen so that about as many weights remain as the ticket has. The narrow network is a
 * block of the full one: the weights between kept units. All other weights are 0 and stay 0, so the
 * block trains as the narrow network would. It is also initialised as the narrow network would be.
 */
export const smallDense = defineBranch({
  id: 'small-dense',
  label: 'Small dense network',
  description:
    'A newly drawn dense network with narrower layers and as many weights as the ticket.',
  hparams: z.object({}),
  keepsDensity: false,
  isTrained: true,
  drawsFrom: 'count',
  prepare(context) {
    const { network, layout, mask } = context;
    const blocks = blocksNearest(network, layout, countKept(mask));
    return { weights: drawBlocks(context, blocks), mask: maskOf(layout, blocks) };
  },
});

/** Which inputs and outputs of a kernel are kept, ascending. */
interface Block {
  readonly inputs: readonly number[];
  readonly outputs: readonly number[];
}

type Blocks = ReadonlyMap<string, Block>;

/** The blocks at the width whose number of weights is nearest to `wanted`. */
function blocksNearest(network: NetworkSpec, layout: ParameterLayout, wanted: number): Blocks {
  let narrow = 0;
  let wide = 1;
  // Widths are whole units: after this many halvings, both ends are neighbours.
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
    const { inputs, outputs } = blockOf(blocks, layer);
    return sum + productOf(shape.slice(0, -2)) * inputs.length * outputs.length;
  }, 0);
}

/** The block of every kernel if hidden layers have `width` times their units. */
function blocksAt(network: NetworkSpec, width: number): Blocks {
  const blocks = new Map<string, Block>();
  const output = network.layers.findLast(hasKernel);

  const narrow = (
    layers: readonly LayerSpec[],
    sequenceShape: ExampleShape,
    sequenceLive: readonly number[],
    required: readonly number[],
  ): readonly number[] => {
    const last = layers.findLast(hasKernel);
    let shape = sequenceShape;
    let live = sequenceLive;
    for (const layer of layers) {
      const [inputShape, liveInputs] = [shape, live];
      live = definitionOf(layer).narrow(layer, {
        inputShape,
        live: liveInputs,
        chooseUnits({ name, inputs, outputs }) {
          const chosen =
            layer === output
              ? range(outputs)
              : chooseUnits(outputs * width, outputs, layer === last ? required : []);
          blocks.set(name, {
            inputs: liveInputs.length === 0 ? range(inputs) : liveInputs,
            outputs: chosen,
          });
          return chosen;
        },
        sequence: (inner, innerRequired = []) =>
          narrow(inner, inputShape, liveInputs, innerRequired),
      });
      shape = outputShape(layer, inputShape);
    }
    return live;
  };

  narrow(network.layers, network.inputShape, [], []);
  return blocks;
}

/** The required units and then the first ones, until there are `wanted` (rounded, at least one). */
function chooseUnits(wanted: number, count: number, required: readonly number[]): number[] {
  const chosen = new Set(required);
  const least = Math.max(1, Math.round(wanted));
  for (let unit = 0; unit < count && chosen.size < least; unit += 1) chosen.add(unit);
  return [...chosen].sort((one, other) => one - other);
}

const range = (count: number): number[] => Array.from({ length: count }, (_, index) => index);

function blockOf(blocks: Blocks, layer: string): Block {
  const block = blocks.get(layer);
  if (block === undefined) throw new Error(`the kernel of layer ${layer} has no narrow block`);
  return block;
}

/** Visits the index in the whole kernel of every weight of the block, row-major. */
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
    visitBlock(shape, blockOf(blocks, layer), (index) => {
      mask[maskOffset + index] = 1;
    });
  }
  return mask;
}

function drawBlocks({ layout, fill, random }: BranchContext, blocks: Blocks): Float32Array {
  const weights = initialize(layout, () => undefined, random);
  for (const parameter of layout.prunable) {
    const block = blockOf(blocks, parameter.layer);
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
