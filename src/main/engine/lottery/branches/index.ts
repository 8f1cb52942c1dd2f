import { registry } from '../../../../shared/domain/definition.ts';
import { randomReinit } from './random-reinit.ts';
import { shuffledMask } from './shuffled-mask.ts';

export const branches = registry('branch', [randomReinit, shuffledMask]);
