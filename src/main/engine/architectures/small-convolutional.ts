import { z } from 'zod';
import { type ArchitectureDefinition, defineArchitecture } from './architecture.ts';
import { scaled, width } from './hparams.ts';
import { NetworkBuilder } from './network-builder.ts';

/** Frankle & Carbin, figure 2: pairs of 3x3 convolutions, each followed by pooling. */
export function smallConvolutional(depth: 2 | 4 | 6): ArchitectureDefinition {
  const pairs = [64, 128, 256].slice(0, depth / 2);
  return defineArchitecture({
    id: `conv-${depth}`,
    label: `Conv-${depth}`,
    description: `${depth} 3 × 3 convolutions in pairs with ${pairs.join(', ')} channels, each pair followed by max pooling, then 256 and 256 units.`,
    hparams: z.object({ width }),
    build(hparams, inputShape, classes) {
      const network = new NetworkBuilder(inputShape);
      for (const [index, channels] of pairs.entries()) {
        for (const number of [2 * index + 1, 2 * index + 2]) {
          network.conv2d(`conv${number}`, scaled(channels, hparams.width));
          network.relu(`conv${number}.relu`);
        }
        network.maxPool(`pool${index + 1}`);
      }
      const units = scaled(256, hparams.width);
      return network.classifier([units, units], classes);
    },
  });
}
