import { vgg } from './vgg.ts';

/** 9.2 million weights on CIFAR-10. */
export const vgg11 = vgg(11);
