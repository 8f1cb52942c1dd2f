import type { Tensor } from '../kernels/binding.ts';
import type { Kernels } from '../kernels/kernels.ts';
import {
  type ExampleShape,
  flatLayers,
  type LayerSpec,
  type NetworkSpec,
  outputShape,
  type ParameterLayout,
} from '../network.ts';
import { averagePool } from './average-pool.ts';
import { batchNorm } from './batch-norm.ts';
import { conv2d } from './conv2d.ts';
import { dense } from './dense.ts';
import { dropout } from './dropout.ts';
import { flatten } from './flatten.ts';
import { globalAveragePool } from './global-average-pool.ts';
import type { DenseEngineLayer, Forward, LayerContext } from './layer.ts';
import { maxPool } from './max-pool.ts';
import { relu } from './relu.ts';
import { residual } from './residual.ts';
import { zeroPaddingShortcut } from './zero-padding-shortcut.ts';

/** A network at work on TensorFlow's kernels. */
export interface BuiltNetwork {
  /** From `[batch, ...inputShape]` to the logits, `[batch, classes]`. */
  readonly forward: DenseEngineLayer;
  dispose(): void;
}

/** Training needs no gradient by the examples themselves; `needsInputGradient` asks for it. */
export function buildNetwork(
  kernels: Kernels,
  network: NetworkSpec,
  layout: ParameterLayout,
  batchSize: number,
  needsInputGradient = false,
): BuiltNetwork {
  const constants: Tensor[] = [];
  const indices = new Map(layout.parameters.map(({ name }, index) => [name, index]));

  const sequence = (
    layers: readonly LayerSpec[],
    inputShape: ExampleShape,
    isGradientAsked: boolean,
  ): DenseEngineLayer => {
    const steps: DenseEngineLayer[] = [];
    let shape = inputShape;
    let needsGradient = isGradientAsked;
    for (const { layer, isReluBehind } of inOrder(layers)) {
      const layerShape = shape;
      const layerNeedsGradient = needsGradient;
      const step = buildLayer(layer, {
        kernels,
        inputShape: layerShape,
        batchSize,
        needsInputGradient: layerNeedsGradient,
        isReluBehind,
        parameter(kind) {
          const index = indices.get(`${layer.name}.${kind}`);
          if (index === undefined) throw new Error(`layer ${layer.name} has no ${kind}`);
          return index;
        },
        constant(values, valueShape) {
          const tensor = kernels.shareMemory(values, valueShape);
          constants.push(tensor);
          return tensor;
        },
        sequence: (inner) => sequence(inner, layerShape, layerNeedsGradient),
      });
      needsGradient ||= hasParameters(layer);
      // In front of the first parameters there is nothing to give a gradient to.
      steps.push(needsGradient ? step : withoutBackward(step));
      shape = outputShape(layer, shape);
    }
    return inSequence(kernels, steps);
  };

  return {
    forward: sequence(network.layers, network.inputShape, needsInputGradient),
    dispose() {
      for (const tensor of constants) kernels.delete(tensor);
    },
  };
}

function buildLayer(layer: LayerSpec, context: LayerContext): DenseEngineLayer {
  switch (layer.kind) {
    case 'dense':
      return dense(layer, context);
    case 'conv2d':
      return conv2d(layer, context);
    case 'max-pool':
      return maxPool(layer, context);
    case 'average-pool':
      return averagePool(layer, context);
    case 'global-average-pool':
      return globalAveragePool(layer, context);
    case 'batch-norm':
      return batchNorm(layer, context);
    case 'relu':
      return relu(layer, context);
    case 'dropout':
      return dropout(layer, context);
    case 'flatten':
      return flatten(layer, context);
    case 'zero-padding-shortcut':
      return zeroPaddingShortcut(layer, context);
    case 'residual':
      return residual(layer, context);
  }
}

/**
 * Layers as they are run. The largest of a window is the same before and after a ReLU, and so is where
 * its gradient goes: behind the pool a ReLU has fewer values to go over and to keep. Behind a batch
 * normalisation it is that layer's own.
 */
function inOrder(layers: readonly LayerSpec[]): { layer: LayerSpec; isReluBehind: boolean }[] {
  const ordered = [...layers];
  for (let index = 1; index < ordered.length; index += 1) {
    const [before, layer] = [ordered[index - 1]!, ordered[index]!];
    if (before.kind === 'relu' && layer.kind === 'max-pool') {
      ordered.splice(index - 1, 2, layer, before);
    }
  }
  const isDoneBefore = (index: number): boolean =>
    ordered[index]?.kind === 'relu' && ordered[index - 1]?.kind === 'batch-norm';
  return ordered.flatMap((layer, index) =>
    isDoneBefore(index) ? [] : [{ layer, isReluBehind: isDoneBefore(index + 1) }],
  );
}

function hasParameters(layer: LayerSpec): boolean {
  return flatLayers([layer]).some(
    ({ kind }) => kind === 'dense' || kind === 'conv2d' || kind === 'batch-norm',
  );
}

/** A layer of a sequence that a batch has passed. */
interface Passed {
  readonly forward: Forward;
  /** Whether its output is freed when the next layer has read it, and made again for the way back. */
  readonly isRecomputed: boolean;
}

function inSequence(kernels: Kernels, steps: readonly DenseEngineLayer[]): DenseEngineLayer {
  return (input, pass) => {
    const passed: Passed[] = [];
    const kept = new Set<Tensor>();
    let output = input;
    for (const step of steps) {
      const forward = step(output, pass);
      if (pass.isTraining) for (const tensor of forward.keeps) kept.add(tensor);
      const isFreed = passed.at(-1)?.isRecomputed === true || !kept.has(output);
      const isRecomputed = forward.recompute !== undefined && !isFreed;
      passed.push({ forward, isRecomputed });
      // The input is not this sequence's to free.
      if (isFreed && output !== input && output !== forward.output) {
        kernels.deleteTemporaries([output]);
      }
      output = forward.output;
    }
    return {
      output,
      keeps: [...kept],
      backward: (gradient, read) => throughSequence(kernels, passed, gradient, [input, read]),
    };
  };
}

/**
 * The way back through a sequence, whose input was the first of `inputs` and is the second now.
 * Everything is freed as soon as it is used: the next gradient takes its memory.
 */
function throughSequence(
  kernels: Kernels,
  passed: readonly Passed[],
  gradient: Tensor,
  inputs: readonly [Tensor, Tensor],
): Tensor | undefined {
  const outputOf = (index: number): Tensor => passed[index]?.forward.output ?? inputs[1];
  let current = gradient;
  let output = outputOf(passed.length - 1);
  for (let index = passed.length - 1; index >= 0; index -= 1) {
    const { forward } = passed[index]!;
    const before = passed[index - 1];
    const there = outputOf(index - 1);
    const isRead = forward.keeps.includes(there) || before?.forward.keeps.includes(there) === true;
    const input =
      before?.isRecomputed === true && isRead
        ? before.forward.recompute!(outputOf(index - 2))
        : there;
    const byInput = forward.backward(current, input, output);
    if (current !== gradient && current !== byInput) kernels.deleteTemporaries([current]);
    const done = [output, ...forward.keeps];
    kernels.deleteTemporaries(
      done.filter((tensor) => tensor !== input && !inputs.includes(tensor)),
    );
    if (byInput === undefined) return undefined;
    current = byInput;
    output = input;
  }
  return current;
}

const withoutBackward =
  (layer: DenseEngineLayer): DenseEngineLayer =>
  (input, pass) => ({ output: layer(input, pass).output, keeps: [], backward: () => undefined });
