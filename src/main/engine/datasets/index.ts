import { registry } from '../../../shared/domain/definition.ts';
import { idx } from './idx.ts';
import { mnist } from './mnist.ts';

export const datasets = registry('dataset', [mnist, idx]);
