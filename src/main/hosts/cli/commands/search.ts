import { Command, Option } from 'commander';
import type { WrittenSettings } from '../../../../shared/domain/settings.ts';
import { resolveSettings } from '../../../workbench/settings/settings-input.ts';
import { Workbench } from '../../../workbench/workbench.ts';
import { dataDirOption, userPath, workersOption } from '../options.ts';
import type { Output } from '../output.ts';
import { provideTensorFlow } from '../provide-tensorflow.ts';
import { readConfig } from '../read-config.ts';
import { runInTerminal, type RunOptions } from '../run-in-terminal.ts';
import { describeEstimate } from '../search-report.ts';

interface SearchOptions extends RunOptions {
  readonly preset?: string;
  readonly config?: string;
  readonly like?: string;
  readonly set: readonly string[];
  readonly name?: string;
  readonly dataDir?: string;
  readonly dryRun?: true;
}

export function searchCommand(output: Output): Command {
  return new Command('search')
    .description('Search for winning tickets: train, prune, reset, retrain, judge and save.')
    .option('--preset <name>', 'settings to start from; "quick" unless --config is given')
    .option('--config <file>', 'JSON file with all or some settings', userPath)
    .addOption(
      new Option('--like <id>', 'start from the settings of this search').conflicts([
        'preset',
        'config',
      ]),
    )
    .option(
      '--set <path=value>',
      'a setting, such as training.iterations=500; repeatable',
      (assignment: string, earlier: readonly string[]) => [...earlier, assignment],
      [],
    )
    .option('--name <text>', 'name of the search')
    .addOption(dataDirOption())
    .addOption(workersOption())
    .option(
      '--dry-run',
      'show how long the search would take here, and save no search; trains a few steps if nothing similar has run',
    )
    .option('--json', 'print events as JSON lines; the last one is the result')
    .option('--quiet', 'print only the result')
    .action(async (options: SearchOptions) => {
      const config = options.config === undefined ? undefined : await readConfig(options.config);
      const resolve = (from: unknown): WrittenSettings =>
        resolveSettings({ preset: options.preset, config: from, assignments: options.set });
      // Before the data directory is made, where that is possible.
      const given = options.like === undefined ? resolve(config) : undefined;
      const workbench = Workbench.open(options.dataDir);
      try {
        const like = options.like === undefined ? undefined : workbench.history.get(options.like);
        const settings = given ?? resolve(like?.written);
        const name = options.name ?? like?.name ?? options.preset ?? options.config ?? 'quick';
        // Before the search is saved.
        await provideTensorFlow(() => workbench.planner.tensorflowNeeds(settings));
        if (options.dryRun) {
          const expected = await workbench.planner.measureSettings(settings, options.workers);
          output.result(
            options.json
              ? JSON.stringify(expected)
              : `${expected.trainings} trainings. ${describeEstimate(expected.estimate)}.`,
          );
          return;
        }
        const search = await workbench.planner.create(settings, name);
        const estimate = await workbench.planner.estimateSettings(settings, options.workers);
        if (estimate && !options.quiet) output.note(describeEstimate(estimate));
        await runInTerminal(workbench, search.id, options, output);
      } finally {
        workbench.close();
      }
    });
}
