import { Command } from 'commander';
import { planSweep, countTrainings } from '../../../workbench/planning/sweep-plan.ts';
import { Workbench } from '../../../workbench/workbench.ts';
import { dataDirOption, holmOption, workersOption } from '../options.ts';
import type { Output } from '../output.ts';
import type { RunOptions } from '../run-in-terminal.ts';
import {
  readSweepSettings,
  type SweepSettingsOptions,
  withSweepSettings,
} from '../sweep-settings.ts';
import { describePlan, runSweepInTerminal, type SweepReportOptions } from '../sweep-report.ts';

interface SweepOptions extends RunOptions, SweepReportOptions, SweepSettingsOptions {
  readonly dryRun?: true;
  readonly dataDir?: string;
}

export function sweepCommand(output: Output): Command {
  return withSweepSettings(
    new Command('sweep').description(
      'Run a search for every point of a grid of settings. Shared trainings run once.',
    ),
  )
    .option('--dry-run', 'show what would be trained, and save nothing')
    .addOption(dataDirOption())
    .addOption(workersOption())
    .addOption(holmOption())
    .option('--json', 'print events as JSON lines; the last one is the table')
    .option('--quiet', 'print only the table')
    .action(async (options: SweepOptions) => {
      const { base, draft, name } = await readSweepSettings(options);
      const { points } = await planSweep(base, draft);
      const counts = countTrainings(points);
      if (options.dryRun) {
        const earlier = Workbench.openIfThere(options.dataDir);
        const estimate = earlier?.planner.estimateSweep(points, options.workers);
        earlier?.close();
        const plan = { ...counts, estimate };
        output.result(
          options.json ? JSON.stringify({ points, ...plan }) : describePlan(points, plan),
        );
        return;
      }
      const workbench = Workbench.open(options.dataDir);
      try {
        const estimate = workbench.planner.estimateSweep(points, options.workers);
        const { id } = await workbench.planner.createSweep(base, draft, name);
        output.note(describePlan([], { ...counts, estimate }));
        await runSweepInTerminal(workbench, id, options, output);
      } finally {
        workbench.close();
      }
    });
}
