import { smallConvolutional } from './small-convolutional.ts';

/**
 * 2.3 million weights on CIFAR-10. Frankle & Carbin's figure 2 says 1.7 million, but the layers
 * that it lists have more: 1.14 million in convolutions, and 4 x 4 x 256 x 256 in the first dense
 * layer alone.
 */
export const conv6 = smallConvolutional(6);
