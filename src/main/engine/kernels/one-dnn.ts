/**
 * oneDNN kernels that TensorFlow does not choose by itself. Nothing says which TensorFlow builds
 * have them. So each is tried once on a small example and used only if the result is right.
 */
import type { Attribute, Tensor } from './binding.ts';
import { normalization, poolingWindow } from './layer-attributes.ts';
import type { RunOperation, TensorRunner } from './tensor-runner.ts';

export interface BatchNormParameters {
  readonly gamma: Tensor;
  readonly beta: Tensor;
  readonly mean: Tensor;
  readonly variance: Tensor;
}

export class OneDnnKernels {
  readonly #runner: TensorRunner;
  readonly #run: RunOperation;
  #hasMaxPool: boolean | undefined;
  #hasBatchNormRelu: boolean | undefined;

  constructor(runner: TensorRunner, run: RunOperation) {
    this.#runner = runner;
    this.#run = run;
  }

  get hasMaxPool(): boolean {
    this.#hasMaxPool ??= this.#gives('0,3,0,0', () => {
      const image = this.#runner.constant(Float32Array.of(1, 3, 2, 0), [1, 2, 2, 1]);
      const ofInputShape = this.#runner.constant(new Float32Array(4), [1, 2, 2, 1]);
      const { oneDnn = [] } = poolingWindow(2, 2, 'valid');
      const { output, workspace } = this.maxPool(image, oneDnn);
      return this.maxPoolGrad(ofInputShape, output, workspace, oneDnn);
    });
    return this.#hasMaxPool;
  }

  get hasBatchNormRelu(): boolean {
    this.#hasBatchNormRelu ??= this.#gives('1,3,0,0', () => {
      const zero = this.#runner.constant(Float32Array.of(0), [1]);
      const one = this.#runner.constant(Float32Array.of(1), [1]);
      const image = this.#runner.constant(Float32Array.of(1, 3, -2, 0), [1, 2, 2, 1]);
      const { oneDnnReluInference } = normalization(0, 1);
      const parameters = { gamma: one, beta: zero, mean: zero, variance: one };
      return this.batchNormRelu(image, parameters, oneDnnReluInference);
    });
    return this.#hasBatchNormRelu;
  }

  /** `workspace` records where each window's largest value is. */
  maxPool(input: Tensor, attributes: readonly Attribute[]): { output: Tensor; workspace: Tensor } {
    const [output, workspace] = this.#run('_MklNativeMaxPool', attributes, [input], 2);
    return { output, workspace };
  }

  /** @param ofInputShape any tensor of the input's shape; only its shape is read. */
  maxPoolGrad(
    ofInputShape: Tensor,
    gradient: Tensor,
    workspace: Tensor,
    attributes: readonly Attribute[],
  ): Tensor {
    // The kernel reads only the shape of the output, so the gradient takes its place.
    const inputs = [ofInputShape, gradient, gradient, workspace];
    return this.#run('_MklNativeMaxPoolGrad', attributes, inputs, 1)[0];
  }

  batchNormRelu(
    input: Tensor,
    { gamma, beta, mean, variance }: BatchNormParameters,
    attributes: readonly Attribute[],
  ): Tensor {
    const inputs = [input, gamma, beta, mean, variance];
    return this.#run('_MklNativeFusedBatchNormEx', attributes, inputs, 6)[0];
  }

  #gives(expected: string, attempt: () => Tensor): boolean {
    return this.#runner.scope(() => {
      try {
        return this.#runner.read(attempt()).join() === expected;
      } catch {
        return false;
      }
    });
  }
}
