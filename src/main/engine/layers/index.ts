/** Builds a network of layers for the dense engine. */
import type { Tensor } from '../kernels/binding.ts';
import type { Kernels } from '../kernels/kernels.ts';
import type { ParameterLayout } from '../../../shared/domain/layout.ts';
import type { NetworkSpec, ExampleShape, LayerSpec } from './spec.ts';
import { hasParameters, outputShape } from '../network.ts';
import { definitionOf } from './kinds/index.ts';
import { isRelu } from './kinds/relu.ts';
import type { DenseEngineLayer, Forward } from './layer.ts';

export interface BuiltNetwork {
  /** From `[batch, ...inputShape]` to the logits, `[batch, classes]`. */
  readonly forward: DenseEngineLayer;
  dispose(): void;
}

/**
 * @param needsInputGradient asks for the gradient with respect to the examples, which training does
 *   not need.
 */
export function buildNetwork(
  kernels: Kernels,
  network: NetworkSpec,
  layout: ParameterLayout,
  batchSize: number,
  needsInputGradient = false,
): BuiltNetwork {
  const constants: Tensor[] = [];
  const indices = new Map(layout.parameters.map(({ name }, index) => [name, index]));

  const buildSequence = (
    layers: readonly LayerSpec[],
    sequenceShape: ExampleShape,
    sequenceNeedsGradient: boolean,
  ): DenseEngineLayer => {
    const steps: DenseEngineLayer[] = [];
    let shape = sequenceShape;
    let isGradientNeeded = sequenceNeedsGradient;
    for (const { layer, isReluFused } of inOrder(layers)) {
      const [inputShape, needsInputGradient] = [shape, isGradientNeeded];
      shape = outputShape(layer, inputShape);
      isGradientNeeded ||= hasParameters(layer);
      const step = definitionOf(layer).denseEngine.build(layer, {
        kernels,
        inputShape,
        outputShape: shape,
        batchSize,
        needsInputGradient,
        isReluFused,
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
        sequence: (inner) => buildSequence(inner, inputShape, needsInputGradient),
      });
      // Nothing before the first parameters needs a gradient.
      steps.push(isGradientNeeded ? step : withoutBackward(step));
    }
    return inSequence(kernels, steps);
  };

  return {
    forward: buildSequence(network.layers, network.inputShape, needsInputGradient),
    dispose() {
      for (const tensor of constants) kernels.delete(tensor);
    },
  };
}

/**
 * Layers in running order: a ReLU is moved after a layer that it may swap with, or fused into a
 * layer.
 */
function inOrder(layers: readonly LayerSpec[]): { layer: LayerSpec; isReluFused: boolean }[] {
  const ordered = [...layers];
  for (let index = 1; index < ordered.length; index += 1) {
    const [before, layer] = [ordered[index - 1]!, ordered[index]!];
    if (isRelu(before) && definitionOf(layer).denseEngine.swapsWithRelu) {
      ordered.splice(index - 1, 2, layer, before);
    }
  }
  const isFused = (index: number): boolean => {
    const [before, layer] = [ordered[index - 1], ordered[index]];
    if (before === undefined || layer === undefined || !isRelu(layer)) return false;
    return definitionOf(before).denseEngine.fusesRelu;
  };
  return ordered.flatMap((layer, index) =>
    isFused(index) ? [] : [{ layer, isReluFused: isFused(index + 1) }],
  );
}

/** A layer of a sequence after its forward pass. */
interface Passed {
  readonly forward: Forward;
  /** True if its output is freed after the next layer has read it, and recomputed for `backward`. */
  readonly isRecomputed: boolean;
}

function inSequence(kernels: Kernels, steps: readonly DenseEngineLayer[]): DenseEngineLayer {
  return (input, pass) => {
    const passed: Passed[] = [];
    const saved = new Set<Tensor>();
    let output = input;
    for (const step of steps) {
      const forward = step(output, pass);
      if (pass.isTraining) for (const tensor of forward.savedTensors) saved.add(tensor);
      const isFreed = passed.at(-1)?.isRecomputed === true || !saved.has(output);
      const isRecomputed = forward.recompute !== undefined && !isFreed;
      passed.push({ forward, isRecomputed });
      // The input belongs to the caller.
      if (isFreed && output !== input && output !== forward.output) {
        kernels.deleteTemporaries([output]);
      }
      output = forward.output;
    }
    return {
      output,
      savedTensors: [...saved],
      backward: (gradient, read) => backwardThrough(kernels, passed, gradient, [input, read]),
    };
  };
}

/**
 * The backward pass of a sequence. Every tensor is freed right after use, so the next gradient
 * takes its memory.
 *
 * @param inputs the sequence's input in the forward pass, and the one to read now, which may be a
 *   recomputed copy.
 */
function backwardThrough(
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
    const original = outputOf(index - 1);
    const isRead =
      forward.savedTensors.includes(original) ||
      before?.forward.savedTensors.includes(original) === true;
    const input =
      before?.isRecomputed === true && isRead
        ? before.forward.recompute!(outputOf(index - 2))
        : original;
    const inputGradient = forward.backward(current, input, output);
    if (current !== gradient && current !== inputGradient) kernels.deleteTemporaries([current]);
    const done = [output, ...forward.savedTensors];
    kernels.deleteTemporaries(
      done.filter((tensor) => tensor !== input && !inputs.includes(tensor)),
    );
    if (inputGradient === undefined) return undefined;
    current = inputGradient;
    output = input;
  }
  return current;
}

const withoutBackward =
  (layer: DenseEngineLayer): DenseEngineLayer =>
  (input, pass) => ({
    output: layer(input, pass).output,
    savedTensors: [],
    backward: () => undefined,
  });
