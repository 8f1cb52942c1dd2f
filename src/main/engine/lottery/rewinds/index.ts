import { registry } from '../../../../shared/domain/definition.ts';
import { fineTune } from './fine-tune.ts';
import { learningRate } from './learning-rate.ts';
import { weights } from './weights.ts';

export const rewinds = registry('rewind', [weights, learningRate, fineTune]);
