import { z } from 'zod';
import { NetworkBuilder } from './network-builder.ts';

const SHORTCUTS = ['zero-padding', 'projection'] as const;
export type Shortcut = (typeof SHORTCUTS)[number];

export const shortcut = z.enum(SHORTCUTS).default('zero-padding').meta({
  title: 'Shortcut',
  description:
    'Where shapes change: padded with zero channels (He et al., option A), or a 1x1 convolution (option B).',
});

/** Two 3x3 convolutions with batch normalisation and a shortcut around them, then ReLU. */
export function addResidualBlock(
  network: NetworkBuilder,
  name: string,
  options: { readonly channels: number; readonly stride: number; readonly shortcut: Shortcut },
): void {
  const { channels: outputs, stride } = options;
  const inputs = network.channels;
  const body = new NetworkBuilder(network.shape)
    .conv2d(`${name}.conv1`, outputs, { stride, hasBias: false })
    .batchNorm(`${name}.norm1`)
    .relu(`${name}.relu1`)
    .conv2d(`${name}.conv2`, outputs, { hasBias: false })
    .batchNorm(`${name}.norm2`);
  const around = new NetworkBuilder(network.shape);
  if (stride > 1 || inputs !== outputs) {
    if (options.shortcut === 'projection') {
      around
        .conv2d(`${name}.projection`, outputs, {
          kernelSize: 1,
          stride,
          padding: 'valid',
          hasBias: false,
        })
        .batchNorm(`${name}.projection-norm`);
    } else {
      around.add({
        kind: 'zero-padding-shortcut',
        name: `${name}.shortcut`,
        inputs,
        outputs,
        stride,
      });
    }
  }
  network
    .add({ kind: 'residual', name, body: body.layers, shortcut: around.layers })
    .relu(`${name}.relu2`);
}
