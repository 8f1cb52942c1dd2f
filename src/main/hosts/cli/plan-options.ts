/** The options of a plan, which "ticket plan" and "ticket submit" share. */
import type { Command } from 'commander';
import type { ClusterPlan } from '../../workbench/cluster/plan.ts';
import type { Workbench } from '../../workbench/workbench.ts';
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
  const { shardMinutes, weights } = options;
  return workbench.submissions.plan({
    folder,
    ...(await readSweepSettings(options)),
    wantedSeconds: shardMinutes === undefined ? undefined : shardMinutes * 60,
    withWeights: weights,
  });
}
