import { Command } from 'commander';
import { amount } from '../../../../shared/amount.ts';
import type { MergedSearch } from '../../../../shared/domain/bundle.ts';
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
          else for (const search of merged) output.result(describeMerge(search));
        }
      } finally {
        workbench.close();
      }
    });
}

function describeMerge(search: MergedSearch): string {
  const { id, name, isNew, trainings, added, completed, missing, otherCode } = search;
  const changes = [
    ...(added > 0 ? [`${amount(added, 'training')} added`] : []),
    ...(completed > 0 ? [`weights of ${amount(completed, 'training')} added`] : []),
  ];
  const what =
    changes.length > 0
      ? changes.join(', ')
      : isNew
        ? 'without trainings'
        : `nothing new: its ${amount(trainings, 'training')} are here, bit for bit`;
  const left = missing === 0 ? '' : `; ${amount(missing, 'training')} still missing`;
  const code =
    otherCode === undefined
      ? ''
      : `\nWarning: ${otherCode}, which trained a part of it, is other code than trained what is here. Where both have trained the same, the bits are equal.`;
  return `${id}  ${shortName(name)}: ${isNew ? 'new, ' : ''}${what}${left}${code}`;
}
