import { fullyConnected } from '../../../../src/main/engine/architectures/fully-connected.ts';
import { architectures } from '../../../../src/main/engine/architectures/index.ts';
import type { ParameterLayout } from '../../../../src/shared/domain/layout.ts';
import type { NetworkSpec } from '../../../../src/main/engine/layers/spec.ts';
import { layoutOf } from '../../../../src/main/engine/network.ts';

/** 784-300-100-10: 235,200, 30,000 and 1,000 prunable weights. */
export const lenetNetwork: NetworkSpec = architectures
  .get('lenet-300-100')
  .build({ id: 'lenet-300-100' }, [28, 28, 1], 10);
export const lenet: ParameterLayout = layoutOf(lenetNetwork);

/** Layers between these widths: `layoutOfWidths(4, 3, 2)` has tensors of 12 and of 6 weights. */
export function layoutOfWidths(inputs: number, ...widths: number[]): ParameterLayout {
  return layoutOf(networkOfWidths(inputs, ...widths));
}

export function networkOfWidths(inputs: number, ...widths: number[]): NetworkSpec {
  const classes = widths.at(-1);
  if (classes === undefined) throw new Error('a network has at least two widths');
  return fullyConnected([inputs], widths.slice(0, -1), classes);
}
