import type { NetworkSpec } from '../layers/spec.ts';
import type { Activation } from './activation.ts';

/** How a network reads its examples: as planes, or flat if they are no images or are flattened before anything else. */
export function inputKindOf({ inputShape, layers }: NetworkSpec): Activation['kind'] {
  const isFlattened = layers.find(({ kind }) => kind !== 'relu')?.kind === 'flatten';
  return inputShape.length < 3 || isFlattened ? 'flat' : 'planes';
}
