import { Command } from 'commander';
import { describeMerge } from '../../../../shared/domain/merged-search.ts';
import { Workbench } from '../../../workbench/workbench.ts';
import { shortName } from '../format.ts';
import { dataDirOption, userPath } from '../options.ts';
import type { Output } from '../output.ts';

interface MergeOptions {
  readonly dataDir?: string;
  readonly json?: true;
}

export function mergeCommand(output: Output): Command {
  return new Command('merge')
    .description(
      'Take searches, or parts of them, from bundles (see "ticket export --what bundle"). A bundle is merged whole or not at all; merging it again changes nothing. Other results of the same experiment are refused.',
    )
    .argument('<bundles...>', 'the files, merged one after another')
    .option('--json', 'print JSON')
    .addOption(dataDirOption())
    .action(async (files: string[], options: MergeOptions) => {
      const workbench = Workbench.open(options.dataDir);
      try {
        for (const file of files.map(userPath)) {
          output.status(`Checking ${file}`);
          const merged = await workbench.bundles.merge(file);
          output.status('');
          if (options.json) output.result(JSON.stringify({ bundle: file, searches: merged }));
          else {
            for (const search of merged) {
              output.result(`${search.id}  ${shortName(search.name)}: ${describeMerge(search)}`);
            }
          }
        }
      } finally {
        workbench.close();
      }
    });
}
