import { Command } from 'commander';
import { WorkbenchError } from '../../../../shared/contract/errors.ts';
import { parseSweepArgument, type SweepDraft } from '../../../../shared/domain/sweep.ts';
import { settingFromText, settingsAsGiven } from '../../../workbench/settings/settings-input.ts';
import { planSweep, countTrainings } from '../../../workbench/planning/sweep-plan.ts';
import { Workbench } from '../../../workbench/workbench.ts';
import { dataDirOption, holmOption, userPath, workersOption } from '../options.ts';
import type { Output } from '../output.ts';
import { readConfig } from '../read-config.ts';
import type { RunOptions } from '../run-in-terminal.ts';
import { describePlan, runSweepInTerminal, type SweepReportOptions } from '../sweep-report.ts';

interface SweepOptions extends RunOptions, SweepReportOptions {
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
    .description('Run a search for every point of a grid of settings. Shared trainings run once.')
    .option(
      '--sweep <path=values>',
      'a setting and its values: path=a,b,c, path=0..500:100 or path=0.0001..0.1:x10; repeatable',
      repeated,
      [],
    )
    .option('--preset <name>', 'settings to start from; "quick" unless --config is given')
    .option(
      '--config <file>',
      'JSON file with all or some settings, and swept values under "sweep"',
      userPath,
    )
    .option(
      '--set <path=value>',
      'a setting, such as training.iterations=500; repeatable',
      repeated,
      [],
    )
    .option('--name <text>', 'name of the sweep')
    .option('--dry-run', 'show what would be trained, and save nothing')
    .addOption(dataDirOption())
    .addOption(workersOption())
    .addOption(holmOption())
    .option('--json', 'print events as JSON lines; the last one is the table')
    .option('--quiet', 'print only the table')
    .action(async (options: SweepOptions) => {
      const { settings: config, sweep } = splitConfig(
        options.config === undefined ? undefined : await readConfig(options.config),
      );
      const base = settingsAsGiven({ preset: options.preset, config, assignments: options.set });
      const draft = { ...sweep, ...sweptBy(options.sweep, base) };
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

/** The swept settings of all `--sweep` options. Each setting may be given once. */
function sweptBy(sweptSettings: readonly string[], base: object): SweepDraft {
  return sweptSettings.reduce<SweepDraft>((all, argument) => {
    const swept = parseSweepArgument(argument, (path, text) => settingFromText(base, path, text));
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
