import { registry } from '../../../shared/domain/definition.ts';
import { cifar10 } from './cifar-10.ts';
import { fashionMnist } from './fashion-mnist.ts';
import { idx } from './idx.ts';
import { mnist } from './mnist.ts';

export const datasets = registry('dataset', [mnist, fashionMnist, cifar10, idx]);
