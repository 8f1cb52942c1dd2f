import { architectures } from '../../src/main/engine/architectures/index.ts';
import type { NetworkSpec } from '../../src/main/engine/layers/spec.ts';

/**
 * Settings of a small network with two residual blocks: one with an identity shortcut, one with a
 * projection.
 */
export const SMALL_RESNET = {
  id: 'custom',
  layers: [
    { kind: 'conv2d', channels: 4 },
    { kind: 'relu' },
    { kind: 'residual', channels: 4 },
    { kind: 'residual', channels: 6, stride: 2, shortcut: 'projection' },
    { kind: 'global-average-pool' },
  ],
};

/** The small network on images of 4 × 4 pixels in three colours, of three classes. */
export function smallResnet(): NetworkSpec {
  return architectures.get('custom').build(SMALL_RESNET, [4, 4, 3], 3);
}
