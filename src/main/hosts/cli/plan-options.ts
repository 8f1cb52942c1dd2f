/** The options of a plan, which "ticket plan" and "ticket submit" share. */
import type { Command } from 'commander';
import { inTemporaryStore } from '../../workbench/bundles/temporary-store.ts';
import type { ClusterPlan } from '../../workbench/cluster/plan.ts';
import type { PlanPreview, PlanRequest } from '../../workbench/cluster/plan-making.ts';
import { Workbench } from '../../workbench/workbench.ts';
import { wholeNumber } from './options.ts';
import {
  readSweepSettings,
  type SweepSettingsOptions,
  withSweepSettings,
} from './sweep-settings.ts';

export interface PlanOptions extends SweepSettingsOptions {
  readonly shardMinutes?: number;
  readonly weights: boolean;
}

export function withPlanOptions(command: Command): Command {
  return withSweepSettings(command)
    .option(
      '--shard-minutes <n>',
      'pack small shards until they take so long on one worker; by default each is run by itself',
      (text) => wholeNumber(text, 1),
    )
    .option('--no-weights', 'leave the weights out of what finished shards publish');
}

/** @throws WorkbenchError as `Submissions.plan`. */
export async function planOf(
  workbench: Workbench,
  folder: string,
  options: PlanOptions,
): Promise<ClusterPlan> {
  return workbench.submissions.plan(await requestOf(folder, options));
}

/**
 * What `planOf` would plan. Nothing is saved, not even an empty history.
 *
 * @throws WorkbenchError as `Submissions.preview`.
 */
export async function previewOf(
  folder: string,
  options: PlanOptions & { readonly dataDir?: string },
): Promise<PlanPreview> {
  const request = await requestOf(folder, options);
  const workbench = Workbench.openIfThere(options.dataDir);
  if (!workbench) {
    return inTemporaryStore((store) => Workbench.over(store).submissions.preview(request));
  }
  try {
    return await workbench.submissions.preview(request);
  } finally {
    workbench.close();
  }
}

async function requestOf(folder: string, options: PlanOptions): Promise<PlanRequest> {
  const { shardMinutes, weights } = options;
  return {
    folder,
    ...(await readSweepSettings(options)),
    wantedSeconds: shardMinutes === undefined ? undefined : shardMinutes * 60,
    withWeights: weights,
  };
}
