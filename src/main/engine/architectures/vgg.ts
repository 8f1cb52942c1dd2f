import { z } from 'zod';
import { type ArchitectureDefinition, defineArchitecture } from './architecture.ts';
import { scaled, width } from './hparams.ts';
import { NetworkBuilder } from './network-builder.ts';

/** Channels of the 3x3 convolutions by stage; stages are separated by pooling. */
const STAGES = {
  11: [[64], [128], [256, 256], [512, 512], [512, 512]],
  16: [
    [64, 64],
    [128, 128],
    [256, 256, 256],
    [512, 512, 512],
    [512, 512, 512],
  ],
} as const;

/**
 * Simonyan & Zisserman 2015, table 1, A and D, as the lottery-ticket papers use them for CIFAR
 * (open_lth): batch normalisation after every convolution, a global mean as the last pooling, and
 * one dense layer instead of three.
 */
export function vgg(depth: keyof typeof STAGES): ArchitectureDefinition {
  return defineArchitecture({
    id: `vgg-${depth}`,
    label: `VGG-${depth}`,
    description: `${depth - 3} 3 × 3 convolutions with 64 to 512 channels and batch normalisation, then one dense layer.`,
    hparams: z.object({ width }),
    build(hparams, inputShape, classes) {
      const network = new NetworkBuilder(inputShape);
      let number = 0;
      for (const [stage, widths] of STAGES[depth].entries()) {
        if (stage > 0) network.maxPool(`pool${stage}`);
        for (const channels of widths) {
          number += 1;
          network
            .conv2d(`conv${number}`, scaled(channels, hparams.width), { hasBias: false })
            .batchNorm(`norm${number}`)
            .relu(`relu${number}`);
        }
      }
      return network.globalAveragePool('pool').dense('output', classes).build(classes);
    },
  });
}
