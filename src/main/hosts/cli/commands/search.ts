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
    .description('Train, prune, reset and retrain; save everything; say what was found.')
    .option('--preset <name>', 'settings to start from; "quick" if nothing else is said')
    .option('--config <file>', 'a JSON file with settings, all or some')
    .option(
      '--set <path=value>',
      'one setting, such as training.iterations=500; may be repeated',
      (assignment: string, earlier: readonly string[]) => [...earlier, assignment],
      [],
    )
    .option('--name <text>', 'what to call the search')
    .addOption(dataDirOption())
    .addOption(workersOption())
    .option('--json', 'one JSON event a line on stdout, the last one the result')
    .option('--quiet', 'nothing but the result')
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
