import path from 'node:path';
import { Command } from 'commander';
import { Workbench } from '../../../workbench/workbench.ts';
import { describeShards } from '../submission-report.ts';
import { dataDirOption, userPath } from '../options.ts';
import type { Output } from '../output.ts';
import { type PlanOptions, planOf, withPlanOptions } from '../plan-options.ts';

interface PlanCommandOptions extends PlanOptions {
  readonly out: string;
  readonly dataDir?: string;
  readonly json?: true;
}

export function planCommand(output: Output): Command {
  return withPlanOptions(
    new Command('plan')
      .description(
        'Split a search or a sweep into shards that can run on different machines, save it in the history, and write the plan. Each shard is one replicate with its levels and branches, of all grid points that share its dense network.',
      )
      .requiredOption('--out <folder>', 'the folder for the plan', userPath),
  )
    .option('--json', 'print JSON')
    .addOption(dataDirOption())
    .action(async (options: PlanCommandOptions) => {
      const workbench = Workbench.open(options.dataDir);
      try {
        const folder = path.resolve(options.out);
        const plan = await planOf(workbench, folder, options);
        output.result(
          options.json ? JSON.stringify({ folder, ...plan }) : describeShards(plan.shards),
        );
        output.note(
          `The plan is in ${folder}. Run a shard of it with: ticket run-shard ${folder} 1`,
        );
      } finally {
        workbench.close();
      }
    });
}
