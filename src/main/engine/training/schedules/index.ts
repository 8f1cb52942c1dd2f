import { registry } from '../../../../shared/domain/definition.ts';
import { constant } from './constant.ts';
import { cosine } from './cosine.ts';
import { steps } from './steps.ts';

export const schedules = registry('schedule', [constant, steps, cosine]);
