import { Command } from 'commander';
import { WorkbenchError } from '../../../../shared/contract/errors.ts';
import { parseSweepArgument, type SweepDraft } from '../../../../shared/domain/sweep.ts';
import { settingsAsGiven } from '../../../workbench/settings/settings-input.ts';
import { planSweep, countTrainings } from '../../../workbench/planning/sweep-plan.ts';
import { Workbench } from '../../../workbench/workbench.ts';
import { dataDirOption, workersOption } from '../options.ts';
import type { Output } from '../output.ts';
import { readConfig } from '../read-config.ts';
import type { RunOptions } from '../run-in-terminal.ts';
import { describePlan, runSweepInTerminal } from '../sweep-report.ts';

interface SweepOptions extends RunOptions {
  readonly preset?: string;
  readonly config?: string;
  readonly set: readonly string[];
  readonly sweep: readonly string[];
  readonly name?: string;
  readonly dryRun?: true;
  readonly dataDir?: string;
}

const repeated = (text: string, earlier: readonly string[]): string[] => [...earlier, text];

export function sweepCommand(output: Output): Command {
  return new Command('sweep')
    .description('Search over a grid of settings; what is the same for several is trained once.')
    .option(
      '--sweep <path=values>',
      'a setting and its values: path=a,b,c, path=0..500:100 or path=0.0001..0.1:x10; may be repeated',
      repeated,
      [],
    )
    .option('--preset <name>', 'settings to start from; "quick" if nothing else is said')
    .option('--config <file>', 'a JSON file with settings, all or some, and "sweep" beside them')
    .option(
      '--set <path=value>',
      'one setting, such as training.iterations=500; may be repeated',
      repeated,
      [],
    )
    .option('--name <text>', 'what to call the sweep')
    .option('--dry-run', 'say what would be trained, and save nothing')
    .addOption(dataDirOption())
    .addOption(workersOption())
    .option('--json', 'one JSON event a line on stdout, the last one the table')
    .option('--quiet', 'nothing but the table')
    .action(async (options: SweepOptions) => {
      const { settings: config, sweep } = splitConfig(
        options.config === undefined ? undefined : await readConfig(options.config),
      );
      const base = settingsAsGiven({ preset: options.preset, config, assignments: options.set });
      const draft = { ...sweep, ...sweptBy(options.sweep) };
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
        const name = options.name ?? options.preset ?? options.config ?? 'quick';
        const { id } = await workbench.planner.createSweep(base, draft, name);
        output.note(describePlan([], { ...counts, estimate }));
        await runSweepInTerminal(workbench, id, options, output);
      } finally {
        workbench.close();
      }
    });
}

/** What `--sweep` says, every setting once. */
function sweptBy(sweptSettings: readonly string[]): SweepDraft {
  return sweptSettings.reduce<SweepDraft>((all, argument) => {
    const swept = parseSweepArgument(argument);
    const twice = Object.keys(swept).find((path) => Object.hasOwn(all, path));
    if (twice === undefined) return { ...all, ...swept };
    throw new WorkbenchError(
      'invalid-settings',
      `--sweep names ${twice} twice`,
      `Give all of its values at once: --sweep ${twice}=a,b,c`,
    );
  }, {});
}

/** `{ …settings, "sweep": { path: values } }` */
function splitConfig(config: unknown): { settings: unknown; sweep: SweepDraft } {
  if (typeof config !== 'object' || config === null || !('sweep' in config)) {
    return { settings: config, sweep: {} };
  }
  const { sweep, ...settings } = config;
  if (typeof sweep === 'object' && sweep !== null && !Array.isArray(sweep)) {
    return { settings, sweep: sweep as SweepDraft };
  }
  throw new WorkbenchError(
    'invalid-settings',
    `sweep is ${JSON.stringify(sweep)}; expected an object such as {"rewind.iteration": [0, 100]}`,
  );
}
