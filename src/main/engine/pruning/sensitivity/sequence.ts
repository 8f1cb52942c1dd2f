import type { Tensor } from '../../kernels/binding.ts';
import { definitionOf } from '../../layers/kinds/index.ts';
import type { ExampleShape, LayerSpec } from '../../layers/spec.ts';
import { outputShape } from '../../network.ts';
import { type Dual, tensorsOf } from './dual.ts';
import type { SensitivityForward, SensitivityPass } from './layer.ts';

/**
 * Runs layers one after another. In both passes, every tensor is freed once no layer needs it.
 * Otherwise a hundred images in a VGG would take many gigabytes.
 */
export function forwardThrough(
  layers: readonly LayerSpec[],
  inputShape: ExampleShape,
  input: Dual,
  pass: SensitivityPass,
): SensitivityForward {
  const { kernels } = pass;
  const freeAllBut = (used: readonly Tensor[], tensors: readonly Tensor[]): void => {
    kernels.deleteTemporaries(tensors.filter((tensor) => !used.includes(tensor)));
  };
  const passed: SensitivityForward[] = [];
  const saved: Tensor[] = [];
  let output = input;
  let shape = inputShape;
  for (const layer of layers) {
    const [before, beforeShape] = [output, shape];
    const forward = kernels.scopeKeeping(
      () =>
        definitionOf(layer).sensitivity(layer, before, {
          ...pass,
          inputShape: beforeShape,
          sequence: (inner) => forwardThrough(inner, beforeShape, before, pass),
        }),
      (made) => [...tensorsOf(made.output), ...made.savedTensors],
    );
    passed.push(forward);
    for (const tensor of forward.savedTensors) saved.push(tensor);
    output = forward.output;
    shape = outputShape(layer, beforeShape);
    freeAllBut([...tensorsOf(input), ...tensorsOf(output), ...saved], tensorsOf(before));
  }
  return {
    output,
    savedTensors: saved,
    backward(gradient) {
      let current = gradient;
      for (const [index, forward] of [...passed.entries()].toReversed()) {
        const before = kernels.scopeKeeping(() => forward.backward(current), tensorsOf);
        freeAllBut([...tensorsOf(gradient), ...tensorsOf(before)], tensorsOf(current));
        const reads = tensorsOf(passed[index - 1]?.output ?? input);
        freeAllBut(
          [...tensorsOf(input), ...reads],
          [...tensorsOf(forward.output), ...forward.savedTensors],
        );
        current = before;
      }
      return current;
    },
  };
}
