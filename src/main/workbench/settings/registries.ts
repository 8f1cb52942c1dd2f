import type { SettingsRegistries } from '../../../shared/domain/settings.ts';
import { analyses } from '../../engine/analyses/index.ts';
import { architectures } from '../../engine/architectures/index.ts';
import { datasets } from '../../engine/datasets/index.ts';
import { initializers } from '../../engine/initializers/index.ts';
import { branches } from '../../engine/lottery/branches/index.ts';
import { rewinds } from '../../engine/lottery/rewinds/index.ts';
import { normalizations } from '../../engine/normalizations/index.ts';
import { strategies } from '../../engine/pruning/index.ts';
import { pruningSchedules } from '../../engine/pruning/schedules/index.ts';
import { optimizers } from '../../engine/training/optimizers/index.ts';
import { schedules } from '../../engine/training/schedules/index.ts';

/** Everything that settings choose from. None of it loads TensorFlow. */
export const registries: SettingsRegistries = {
  datasets,
  normalizations,
  architectures,
  initializers,
  optimizers,
  learningRateSchedules: schedules,
  strategies,
  pruningSchedules,
  rewinds,
  branches,
  analyses,
};
