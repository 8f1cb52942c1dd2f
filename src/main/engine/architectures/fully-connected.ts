import type { ExampleShape, NetworkSpec } from '../layers/spec.ts';
import { NetworkBuilder } from './network-builder.ts';

/** Dense layers `fc1`, `fc2`, … with ReLU, then the layer `output`. */
export function fullyConnected(
  inputShape: ExampleShape,
  widths: readonly number[],
  classes: number,
): NetworkSpec {
  return new NetworkBuilder(inputShape).classifier(widths, classes);
}
