/**
 * Measures the cost of each layer of a network in a training step (forward pass, backward pass and
 * Adam's update) in TensorFlow's dense kernels and in the sparse engine's, by density. Also measures
 * the cost of handing an activation and its gradient from one engine to the other, and finds the
 * fastest mix of engines. The engines take turns. Times are processor times, which a shared machine
 * disturbs least.
 *
 *     node provision/run.mjs bench/layers.ts [architecture] [batch] [density …]
 *
 * A density holds for all layers, or is a pair: `0.48/0.21` is the density of convolutions and that of
 * dense layers, as after seven rounds that prune a tenth and a fifth.
 */
import process from 'node:process';
import { architectures } from '../src/main/engine/architectures/index.ts';
import { initialize } from '../src/main/engine/initializers/initializer.ts';
import { initializers } from '../src/main/engine/initializers/index.ts';
import { Kernels } from '../src/main/engine/kernels/kernels.ts';
import { alignedFloats } from '../src/main/engine/kernels/memory.ts';
import { buildNetwork } from '../src/main/engine/layers/index.ts';
import { type ExampleShape, type LayerSpec, productOf } from '../src/main/engine/layers/spec.ts';
import { layoutOf, outputShape } from '../src/main/engine/network.ts';
import {
  type Activation,
  extentOf,
  reserveFlat,
  reservePlanes,
  valuesOf,
} from '../src/main/engine/sparse/activation.ts';
import { Arena } from '../src/main/engine/sparse/arena.ts';
import { ensureSparseEngine } from '../src/main/engine/sparse/ensure.ts';
import { loadSparseModule } from '../src/main/engine/sparse/kernels.ts';
import { TILE, vectorsOf } from '../src/main/engine/sparse/layout.ts';
import { buildSparseLayers, marginFor } from '../src/main/engine/sparse/layers/index.ts';
import { PackedParameters } from '../src/main/engine/sparse/packed-parameters.ts';
import { optimizers } from '../src/main/engine/training/optimizers/index.ts';
import { sparseUpdateOf } from '../src/main/engine/training/optimizers/optimizer.ts';
import { measured } from '../src/main/workbench/bench/statistics.ts';
import { maskInPlace } from '../src/shared/domain/mask.ts';
import { rng } from '../src/shared/rng.ts';
import { processorTime } from './processor-time.ts';

const CLASSES = 10;
const RUNS = 9;
const DENSITIES = ['1', '0.51', '0.21', '0.135'];
const SHAPES: Record<string, ExampleShape> = { 'lenet-300-100': [28, 28, 1] };
/** The fraction of a handwritten digit's pixels that are not zero; the same pixels in every image. */
const INK = 0.5;

const [id = 'conv-2', size = '60', ...chosen] = process.argv.slice(2);
const batch = Number(size);
const inputShape = SHAPES[id] ?? [32, 32, 3];
const network = architectures.get(id).build({ id }, inputShape, CLASSES);
const densities = chosen.length > 0 ? chosen : DENSITIES;
const adam = optimizers.get('adam').create({ id: 'adam' });
const sparseAdam = sparseUpdateOf(adam);
const kernels = new Kernels();
await ensureSparseEngine();
const module = loadSparseModule('strict');
console.log(`${id}, batch ${batch}, sparse with ${module.nativeWidth ?? 'WebAssembly'}`);

interface Step {
  readonly name: string;
  readonly dense: () => void;
  readonly sparse: () => void;
  /** Hands the layer's input from one engine to the other, and the input's gradient back. */
  readonly handOver: () => void;
}

for (const density of densities) {
  const steps = stepsAt(density);
  const times = steps.map(() => ({
    dense: [] as number[],
    sparse: [] as number[],
    handOver: [] as number[],
  }));
  for (let run = 0; run <= RUNS; run += 1) {
    for (const [index, step] of steps.entries()) {
      for (const part of ['dense', 'sparse', 'handOver'] as const) {
        const time = processorTime(step[part]);
        // The first run warms up caches and compilers.
        if (run > 0) times[index]![part].push(time);
      }
    }
  }
  report(
    density,
    steps,
    times.map(({ dense, sparse, handOver }) => ({
      dense: measured(dense).median,
      sparse: measured(sparse).median,
      handOver: measured(handOver).median,
    })),
  );
}

interface Cost {
  readonly dense: number;
  readonly sparse: number;
  readonly handOver: number;
}

function report(density: string, steps: readonly Step[], costs: readonly Cost[]): void {
  console.log(`\n${id}, batch ${batch}, density ${density}: ms, medians of ${RUNS}`);
  console.log('layer               dense    sparse  hand over');
  const cell = (value: number): string => value.toFixed(2).padStart(10);
  for (const [index, { name }] of steps.entries()) {
    const { dense, sparse, handOver } = costs[index]!;
    console.log(`${name.padEnd(14)}${cell(dense)}${cell(sparse)}${cell(handOver)}`);
  }
  const total = (engine: 'dense' | 'sparse'): number =>
    costs.reduce((sum, cost) => sum + cost[engine], 0);
  // The fastest way through the layers so far that ends in each engine.
  let best = { dense: { ms: 0, way: '' }, sparse: { ms: 0, way: '' } };
  for (const [index, { dense, sparse, handOver }] of costs.entries()) {
    const into = (engine: 'dense' | 'sparse', cost: number) => {
      const stay = best[engine];
      const other = best[engine === 'dense' ? 'sparse' : 'dense'];
      const change = other.ms + (index === 0 ? 0 : handOver);
      const from = stay.ms <= change ? stay : { ms: change, way: other.way };
      return { ms: from.ms + cost, way: from.way + engine[0]! };
    };
    best = { dense: into('dense', dense), sparse: into('sparse', sparse) };
  }
  const mix = best.dense.ms < best.sparse.ms ? best.dense : best.sparse;
  const single = Math.min(total('dense'), total('sparse'));
  console.log(`${'all'.padEnd(14)}${cell(total('dense'))}${cell(total('sparse'))}`);
  console.log(
    `best mix ${mix.way}: ${mix.ms.toFixed(2)} ms, ${(single / mix.ms).toFixed(2)} times faster than one engine`,
  );
}

function stepsAt(densities: string): Step[] {
  const [ofConvolutions = 1, ofDense = ofConvolutions] = densities.split('/').map(Number);
  const steps: Step[] = [];
  let shape: ExampleShape = inputShape;
  let isFirst = true;
  for (const [index, layer] of network.layers.entries()) {
    const output = outputShape(layer, shape);
    const density = layer.kind === 'conv2d' ? ofConvolutions : ofDense;
    steps.push({
      name: layer.name,
      dense: denseStep(layer, shape, output, density, !isFirst),
      sparse: sparseStep(layer, network.layers.slice(index), shape, density, !isFirst),
      handOver: handOver(shape),
    });
    if (layer.kind === 'dense' || layer.kind === 'conv2d') isFirst = false;
    shape = output;
  }
  return steps;
}

function maskOf(layer: LayerSpec, shape: ExampleShape, density: number) {
  const layout = layoutOf({ inputShape: shape, classes: CLASSES, layers: [layer] });
  const random = rng('bench', layer.name, density);
  const mask = Uint8Array.from({ length: layout.prunableCount }, () =>
    random.uniform() < density ? 1 : 0,
  );
  const weights = initialize(
    layout,
    initializers.get('he-normal').create({ id: 'he-normal' }),
    random,
  );
  return { layout, mask, weights: maskInPlace(layout, weights, mask) };
}

/** Values like activations after a ReLU: half of them are zero. Inputs are zero in the same places. */
function fill(values: Float32Array, perExample: number, isInput: boolean): void {
  const random = rng('values', values.length);
  for (let index = 0; index < values.length; index += 1) {
    const isInk = (((index % perExample) * 2654435761) % 1000) / 1000 < INK;
    values[index] = isInput && !isInk ? 0 : Math.max(0, random.normal());
  }
}

function denseStep(
  layer: LayerSpec,
  shape: ExampleShape,
  output: ExampleShape,
  density: number,
  needsInputGradient: boolean,
): () => void {
  const { layout, mask, weights } = maskOf(layer, shape, density);
  const built = buildNetwork(
    kernels,
    { inputShape: shape, classes: CLASSES, layers: [layer] },
    layout,
    batch,
    needsInputGradient,
  );
  const tensorOf = (count: readonly number[], isInput: boolean) => {
    const values = alignedFloats(productOf(count));
    fill(values, productOf(count.slice(1)), isInput);
    return kernels.shareMemory(values, count);
  };
  const input = tensorOf([batch, ...shape], !needsInputGradient);
  const gradient = tensorOf([batch, ...output], false);
  const optimizer = adam.onKernels(kernels);
  const variables = layout.parameters.map(({ shape: of, offset, size: count }) => {
    const target = {
      variable: kernels.variable(of),
      slots: [kernels.variable(of), kernels.variable(of)],
    };
    kernels.scope(() => {
      kernels.assign(target.variable, weights.subarray(offset, offset + count), of);
      for (const slot of target.slots) kernels.assign(slot, new Float32Array(count), of);
    });
    return target;
  });
  const masks = layout.parameters.map(({ prunable, shape: of, maskOffset, size: count }) => {
    if (!prunable || density === 1) return undefined;
    const values = alignedFloats(count);
    values.set(mask.subarray(maskOffset, maskOffset + count));
    return kernels.shareMemory(values, of);
  });
  let step = 0;
  return () => {
    step += 1;
    optimizer.beginStep(step, 0.001);
    kernels.scope(() => {
      const values = variables.map(({ variable }) => kernels.readVariable(variable));
      const gradients = new Map<number, ReturnType<typeof kernels.multiply>>();
      const forward = built.forward(input, {
        isTraining: true,
        seed: 0,
        step,
        value: (parameter) => values[parameter]!,
        setGradient: (parameter, value) => {
          const of = masks[parameter];
          gradients.set(parameter, of === undefined ? value : kernels.multiply(value, of));
        },
        setStatistic: () => undefined,
      });
      forward.backward(gradient, input, forward.output);
      kernels.deleteTemporaries(values);
      for (const [parameter, value] of gradients) optimizer.apply(variables[parameter]!, value);
    });
  };
}

function placeFor(
  arena: Arena,
  layers: readonly LayerSpec[],
  shape: ExampleShape,
  needsGradient: boolean,
): Activation {
  const vectors = vectorsOf(TILE);
  const [height, width, channels] = shape;
  const isFlattened = layers[0]?.kind === 'flatten' && !needsGradient;
  if (height === undefined || width === undefined || channels === undefined || isFlattened) {
    return reserveFlat(arena, productOf(shape), vectors, needsGradient);
  }
  return reservePlanes(
    arena,
    { height, width, channels },
    marginFor(layers, shape),
    vectors,
    needsGradient,
  );
}

function sparseStep(
  layer: LayerSpec,
  following: readonly LayerSpec[],
  shape: ExampleShape,
  density: number,
  needsInputGradient: boolean,
): () => void {
  const { layout, mask, weights } = maskOf(layer, shape, density);
  const { kernels: ours, memory } = module.instantiate();
  const arena = new Arena(memory, ours.firstFreeByte());
  const parameters = new PackedParameters(arena, layout, adam.slotNames.length);
  const input = placeFor(arena, following, shape, needsInputGradient);
  const spec = { inputShape: shape, classes: CLASSES, layers: [layer] };
  const engine = {
    kernels: ours,
    arena,
    parameters,
    maximumVectors: vectorsOf(TILE),
    isWholeBatch: false,
  };
  const { layers, output } = buildSparseLayers(spec, input, engine, needsInputGradient);
  parameters.reserve(mask);
  for (const each of layers) each.reserve?.();
  arena.commit();
  parameters.load(weights);
  for (const each of layers) each.index?.();
  const perTile = vectorsOf(TILE);
  const floats = (activation: Activation, what: 'values' | 'gradients', isInput: boolean): void => {
    const extent = extentOf(activation, perTile);
    if (activation.gradients === 0 && what === 'gradients') return;
    const values = arena.floats(extent[what], extent.bytes / 4);
    // A feature of a tile is a row of 32 examples, and inputs are zero in the same places.
    const random = rng('values', values.length);
    for (let index = 0; index < values.length; index += 1) {
      const isInk = ((Math.floor(index / TILE) * 2654435761) % 1000) / 1000 < INK;
      values[index] = isInput && !isInk ? 0 : Math.max(0, random.normal());
    }
  };
  floats(input, 'values', !needsInputGradient);
  floats(output, 'gradients', false);
  let step = 0;
  return () => {
    step += 1;
    ours.clearGradient(parameters.trainableBytes, parameters.gradients);
    for (let first = 0; first < batch; first += TILE) {
      const examples = Math.min(TILE, batch - first);
      const pass = {
        examples,
        vectors: vectorsOf(examples),
        isTraining: true,
        firstExample: first,
        seed: 0,
        step,
      };
      for (const each of layers) each.forward(pass);
      for (const each of layers.toReversed()) each.backward(pass);
    }
    sparseAdam(ours, parameters, step, 0.001);
  };
}

/** Copies an activation out of TensorFlow into the sparse layout, and a gradient back. */
function handOver(shape: ExampleShape): () => void {
  const { kernels: ours, memory } = module.instantiate();
  const arena = new Arena(memory, ours.firstFreeByte());
  const features = productOf(shape);
  const tensor = kernels.shareMemory(alignedFloats(batch * features), [batch, features]);
  const raw = arena.reserve((batch + 4) * features * 4);
  const activation = placeFor(arena, [], shape, true);
  const x = valuesOf(activation);
  const toActivation =
    activation.kind === 'flat' ? ours.transposeFloatExamples : ours.planesOfFloatExamples;
  arena.commit();
  const view = arena.floats(raw, batch * features);
  const turn = (): void => {
    for (let first = 0; first < batch; first += TILE) {
      const vectors = vectorsOf(Math.min(TILE, batch - first));
      toActivation(vectors, features * 4, raw + first * features * 4, x);
    }
  };
  return () => {
    view.set(kernels.read(tensor));
    turn();
    // Back: transposes the layout again, and TensorFlow reads the result in place.
    turn();
  };
}
