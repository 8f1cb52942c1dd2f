import { registry } from '../../../../shared/domain/definition.ts';
import { adam } from './adam.ts';
import { adamw } from './adamw.ts';
import { momentum } from './momentum.ts';
import { nesterov } from './nesterov.ts';
import { rmsprop } from './rmsprop.ts';
import { sgd } from './sgd.ts';

export const optimizers = registry('optimizer', [sgd, momentum, nesterov, adam, adamw, rmsprop]);
