import { registry } from '../../../shared/domain/definition.ts';
import { dataset } from './dataset.ts';
import { none } from './none.ts';
import { perImage } from './per-image.ts';
import { unit } from './unit.ts';

export const normalizations = registry('normalization', [unit, none, dataset, perImage]);
