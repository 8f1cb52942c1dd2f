import { registry } from '../../../shared/domain/definition.ts';
import { conv2 } from './conv-2.ts';
import { conv4 } from './conv-4.ts';
import { conv6 } from './conv-6.ts';
import { custom } from './custom.ts';
import { lenet300100 } from './lenet-300-100.ts';
import { lenet5 } from './lenet-5.ts';
import { mlp } from './mlp.ts';
import { resnet20 } from './resnet-20.ts';
import { resnet32 } from './resnet-32.ts';
import { resnet56 } from './resnet-56.ts';
import { vgg11 } from './vgg-11.ts';
import { vgg16 } from './vgg-16.ts';

export const architectures = registry('architecture', [
  lenet300100,
  mlp,
  lenet5,
  conv2,
  conv4,
  conv6,
  resnet20,
  resnet32,
  resnet56,
  vgg11,
  vgg16,
  custom,
]);
