import { z } from 'zod';
import { defineArchitecture } from './architecture.ts';
import { scaled, width } from './hparams.ts';
import { NetworkBuilder } from './network-builder.ts';

/** The side of the images LeNet-5 was made for. */
const PADDED_SIDE = 32;

/**
 * LeCun et al. 1998, figure 2: 6 and 16 channels of 5x5, then 120, 84 and the classes. It has ReLU,
 * max pooling and full connections, as is usual today. It has 61,470 weights on MNIST, whose 28x28
 * images the paper pads to 32x32.
 */
export const lenet5 = defineArchitecture({
  id: 'lenet-5',
  label: 'LeNet-5',
  description:
    'Two 5x5 convolutions with 6 and 16 channels and max pooling, then 120 and 84 units.',
  hparams: z.object({ width }),
  build(hparams, inputShape, classes) {
    const of = (units: number): number => scaled(units, hparams.width);
    const [height = 0] = inputShape;
    return new NetworkBuilder(inputShape)
      .conv2d('conv1', of(6), {
        kernelSize: 5,
        padding: height < PADDED_SIDE ? 'same' : 'valid',
      })
      .relu('conv1.relu')
      .maxPool('pool1')
      .conv2d('conv2', of(16), { kernelSize: 5, padding: 'valid' })
      .relu('conv2.relu')
      .maxPool('pool2')
      .classifier([of(120), of(84)], classes);
  },
});
