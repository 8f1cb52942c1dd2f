import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { bundleTargets } from './bundle-targets.ts';
import { contractTargets } from './contract-targets.ts';
import { importTargets } from './import-targets.ts';
import { parserTargets } from './parser-targets.ts';
import { settingsTargets } from './settings-targets.ts';
import type { Target } from './targets.ts';

/** @param folder an empty one, for the files that they read. */
export async function allTargets(folder: string): Promise<readonly Target[]> {
  const bundles = path.join(folder, 'bundles');
  mkdirSync(bundles, { recursive: true });
  return [
    ...parserTargets(folder),
    ...importTargets(path.join(folder, 'imports')),
    ...settingsTargets(folder),
    ...contractTargets(folder),
    ...(await bundleTargets(bundles)),
  ];
}
