import { Command } from 'commander';
import { resolveSettings } from '../../../workbench/settings/settings-input.ts';
import { Workbench } from '../../../workbench/workbench.ts';
import { dataDirOption, workersOption } from '../options.ts';
import type { Output } from '../output.ts';
import { readConfig } from '../read-config.ts';
import { runInTerminal, type RunOptions } from '../run-in-terminal.ts';
import { describeEstimate } from '../search-report.ts';

interface SearchOptions extends RunOptions {
  readonly preset?: string;
  readonly config?: string;
  readonly set: readonly string[];
  readonly name?: string;
  readonly dataDir?: string;
}

export function searchCommand(output: Output): Command {
  return new Command('search')
    .description('Search for winning tickets: train, prune, reset, retrain, judge and save.')
    .option('--preset <name>', 'settings to start from; "quick" unless --config is given')
    .option('--config <file>', 'JSON file with all or some settings')
    .option(
      '--set <path=value>',
      'a setting, such as training.iterations=500; repeatable',
      (assignment: string, earlier: readonly string[]) => [...earlier, assignment],
      [],
    )
    .option('--name <text>', 'name of the search')
    .addOption(dataDirOption())
    .addOption(workersOption())
    .option('--json', 'print events as JSON lines; the last one is the result')
    .option('--quiet', 'print only the result')
    .action(async (options: SearchOptions) => {
      const settings = resolveSettings({
        preset: options.preset,
        config: options.config === undefined ? undefined : await readConfig(options.config),
        assignments: options.set,
      });
      const workbench = Workbench.open(options.dataDir);
      try {
        const name = options.name ?? options.preset ?? options.config ?? 'quick';
        const search = await workbench.planner.create(settings, name);
        const estimate = workbench.planner.estimate(search.id, options.workers);
        if (estimate && !options.quiet) output.note(describeEstimate(estimate));
        await runInTerminal(workbench, search.id, options, output);
      } finally {
        workbench.close();
      }
    });
}
