import { z } from 'zod';
import { shortcut } from '../layers/kinds/residual.ts';
import { type ArchitectureDefinition, defineArchitecture } from './architecture.ts';
import { scaled, width } from './hparams.ts';
import { NetworkBuilder } from './network-builder.ts';

/** Channels of the three stages; each but the first halves the image. */
const STAGES = [16, 32, 64] as const;

/**
 * He et al. 2016, section 4.2: for CIFAR, depth 6n + 2, with n blocks of two 3x3 convolutions per
 * stage. The paper uses parameter-free shortcuts (option A), which are the default here. The later
 * lottery-ticket code (open_lth) uses projections where shapes change (option B). Strided
 * convolutions pad at the bottom and right only, as TensorFlow does.
 */
export function resnet(depth: 20 | 32 | 56): ArchitectureDefinition {
  const blocks = (depth - 2) / 6;
  return defineArchitecture({
    id: `resnet-${depth}`,
    label: `ResNet-${depth}`,
    description: `Three stages of ${blocks} residual blocks with 16, 32 and 64 channels and batch normalisation.`,
    hparams: z.object({ width, shortcut }),
    build(hparams, inputShape, classes) {
      const stages = STAGES.map((channels) => scaled(channels, hparams.width));
      const network = new NetworkBuilder(inputShape)
        .conv2d('conv', scaled(STAGES[0], hparams.width), { hasBias: false })
        .batchNorm('norm')
        .relu('relu');
      for (const [stage, channels] of stages.entries()) {
        for (let block = 0; block < blocks; block += 1) {
          const name = `stage${stage + 1}.block${block + 1}`;
          const stride = stage > 0 && block === 0 ? 2 : 1;
          network.residualBlock(name, { channels, stride, shortcut: hparams.shortcut });
        }
      }
      return network.globalAveragePool('pool').dense('output', classes).build(classes);
    },
  });
}
