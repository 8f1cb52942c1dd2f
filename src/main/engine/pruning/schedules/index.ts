import { registry } from '../../../../shared/domain/definition.ts';
import { cubic } from './cubic.ts';
import { densities } from './densities.ts';
import { iterative } from './iterative.ts';
import { oneShot } from './one-shot.ts';

export const pruningSchedules = registry('pruning schedule', [
  iterative,
  oneShot,
  densities,
  cubic,
]);
