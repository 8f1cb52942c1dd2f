import { smallConvolutional } from './small-convolutional.ts';

/** 4.3 million weights on CIFAR-10. */
export const conv2 = smallConvolutional(2);
