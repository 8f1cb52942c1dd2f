import { resnet } from './resnet.ts';

/** 0.46 million weights on CIFAR-10 (He et al. 2016, table 6). */
export const resnet32 = resnet(32);
