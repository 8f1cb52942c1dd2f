import { batchNormLayer } from '../layers/kinds/batch-norm.ts';
import { type Conv2dOptions, conv2dLayer } from '../layers/kinds/conv2d.ts';
import { denseLayer } from '../layers/kinds/dense.ts';
import { type ResidualBlock, residualBlock } from '../layers/kinds/residual.ts';
import type { ExampleShape, LayerSpec, NetworkSpec } from '../layers/spec.ts';
import { outputShape } from '../network.ts';

/** Appends layers and tracks the shape between them. */
export class NetworkBuilder {
  readonly #inputShape: ExampleShape;
  readonly #layers: LayerSpec[] = [];
  #shape: ExampleShape;

  constructor(inputShape: ExampleShape) {
    this.#inputShape = inputShape;
    this.#shape = inputShape;
  }

  /** The shape of one example after the last layer. */
  get shape(): ExampleShape {
    return this.#shape;
  }

  /** Features or channels after the last layer. */
  get channels(): number {
    return this.#shape.at(-1) ?? 0;
  }

  /** @throws WorkbenchError `invalid-settings` where a layer does not fit. */
  add(...layers: readonly LayerSpec[]): this {
    for (const layer of layers) {
      this.#shape = outputShape(layer, this.#shape);
      this.#layers.push(layer);
    }
    return this;
  }

  dense(name: string, outputs: number): this {
    return this.add(denseLayer(name, this.#shape, outputs));
  }

  conv2d(name: string, outputs: number, options?: Conv2dOptions): this {
    return this.add(conv2dLayer(name, this.channels, outputs, options));
  }

  batchNorm(name: string): this {
    return this.add(batchNormLayer(name, this.channels));
  }

  relu(name: string): this {
    return this.add({ kind: 'relu', name });
  }

  /** The maximum of windows that do not overlap. */
  maxPool(name: string, size = 2): this {
    return this.add({ kind: 'max-pool', name, size, stride: size, padding: 'valid' });
  }

  globalAveragePool(name: string): this {
    return this.add({ kind: 'global-average-pool', name });
  }

  /** Adds nothing where the shape is flat already. */
  flatten(name: string): this {
    return this.#shape.length === 1 ? this : this.add({ kind: 'flatten', name });
  }

  residualBlock(name: string, block: ResidualBlock): this {
    return this.add(...residualBlock(name, this.channels, block));
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
