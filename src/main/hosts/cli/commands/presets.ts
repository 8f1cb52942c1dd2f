import { Command } from 'commander';
import { presets } from '../../../workbench/settings/presets.ts';
import type { Output } from '../output.ts';

export function presetsCommand(output: Output): Command {
  return new Command('presets')
    .description('List the ready-made settings.')
    .option('--json', 'print JSON, with all settings')
    .action((options: { json?: true }) => {
      const all = presets();
      output.result(
        options.json
          ? JSON.stringify(all, null, 2)
          : all.map(({ id, description }) => `${id}\n  ${description}`).join('\n\n'),
      );
    });
}
