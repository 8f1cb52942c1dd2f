/** Puts layers one behind the other and keeps account of the shape between them. */
import {
  type ExampleShape,
  type LayerSpec,
  type NetworkSpec,
  outputShape,
  type Padding,
  productOf,
} from '../network.ts';

/** He et al. 2016 and PyTorch's defaults: how much a batch counts, and what keeps roots from 0. */
const BATCH_NORM = { momentum: 0.1, epsilon: 1e-5 };

export class NetworkBuilder {
  readonly #inputShape: ExampleShape;
  readonly #layers: LayerSpec[] = [];
  #shape: ExampleShape;

  constructor(inputShape: ExampleShape) {
    this.#inputShape = inputShape;
    this.#shape = inputShape;
  }

  /** Of one example, behind the last layer. */
  get shape(): ExampleShape {
    return this.#shape;
  }

  /** Features or channels behind the last layer. */
  get channels(): number {
    return this.#shape.at(-1) ?? 0;
  }

  get layers(): readonly LayerSpec[] {
    return this.#layers;
  }

  /** @throws WorkbenchError `invalid-settings` where the layer does not fit. */
  add(layer: LayerSpec): this {
    this.#shape = outputShape(layer, this.#shape);
    this.#layers.push(layer);
    return this;
  }

  dense(name: string, outputs: number): this {
    return this.add({ kind: 'dense', name, inputs: productOf(this.#shape), outputs });
  }

  conv2d(
    name: string,
    outputs: number,
    options: {
      readonly kernelSize?: number;
      readonly stride?: number;
      readonly padding?: Padding;
      readonly hasBias?: boolean;
    } = {},
  ): this {
    const { kernelSize = 3, stride = 1, padding = 'same', hasBias = true } = options;
    const inputs = this.channels;
    return this.add({
      kind: 'conv2d',
      name,
      inputs,
      outputs,
      kernelSize,
      stride,
      padding,
      hasBias,
    });
  }

  batchNorm(name: string): this {
    return this.add({ kind: 'batch-norm', name, channels: this.channels, ...BATCH_NORM });
  }

  relu(name: string): this {
    return this.add({ kind: 'relu', name });
  }

  /** The largest of windows side by side. */
  maxPool(name: string, size = 2): this {
    return this.add({ kind: 'max-pool', name, size, stride: size, padding: 'valid' });
  }

  globalAveragePool(name: string): this {
    return this.add({ kind: 'global-average-pool', name });
  }

  /** Nothing where there is nothing to flatten. */
  flatten(name: string): this {
    return this.#shape.length === 1 ? this : this.add({ kind: 'flatten', name });
  }

  /** Dense layers `fc1`, `fc2`, … with ReLU, then the layer `output`. */
  classifier(widths: readonly number[], classes: number): NetworkSpec {
    this.flatten('flatten');
    for (const [index, outputs] of widths.entries()) {
      this.dense(`fc${index + 1}`, outputs).relu(`fc${index + 1}.relu`);
    }
    return this.dense('output', classes).build(classes);
  }

  build(classes: number): NetworkSpec {
    return { inputShape: this.#inputShape, classes, layers: this.#layers };
  }
}
