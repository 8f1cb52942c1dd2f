import { contractTargets } from './contract-targets.ts';
import { parserTargets } from './parser-targets.ts';
import { settingsTargets } from './settings-targets.ts';
import type { Target } from './targets.ts';

/** @param folder an empty one, for the files that they read. */
export async function allTargets(folder: string): Promise<readonly Target[]> {
  return [...parserTargets(folder), ...settingsTargets(folder), ...contractTargets(folder)];
}
