import { analyses } from '../analyses/index.ts';
import { architectures } from '../architectures/index.ts';
import { initializers } from '../initializers/index.ts';
import { branches } from '../lottery/branches/index.ts';
import { strategies } from '../pruning/index.ts';
import { pruningSchedules } from '../pruning/schedules/index.ts';
import { optimizers } from '../training/optimizers/index.ts';
import type { PlugInRegistries } from './load.ts';

/** What a worker looks up. Datasets reach it decoded, and files are written elsewhere. */
export const workerRegistries = {
  architectures,
  initializers,
  optimizers,
  strategies,
  pruningSchedules,
  branches,
  analyses,
} satisfies PlugInRegistries;
