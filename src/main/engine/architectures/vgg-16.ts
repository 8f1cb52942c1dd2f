import { vgg } from './vgg.ts';

/** 14.7 million weights on CIFAR-10. */
export const vgg16 = vgg(16);
