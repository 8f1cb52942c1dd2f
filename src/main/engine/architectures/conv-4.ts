import { smallConvolutional } from './small-convolutional.ts';

/** 2.4 million weights on CIFAR-10. */
export const conv4 = smallConvolutional(4);
