import { resnet } from './resnet.ts';

/** 0.27 million weights on CIFAR-10 (He et al. 2016, table 6). */
export const resnet20 = resnet(20);
