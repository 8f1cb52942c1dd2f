import { Command } from 'commander';
import type { SearchRecord } from '../../../../shared/domain/search.ts';
import { Workbench } from '../../../workbench/workbench.ts';
import { moment } from '../format.ts';
import { dataDirOption } from '../options.ts';
import type { Output } from '../output.ts';
import { type Column, table } from '../table.ts';

const COLUMNS: readonly Column<SearchRecord>[] = [
  { heading: 'id', text: ({ id }) => id },
  { heading: 'name', text: ({ name }) => name },
  { heading: 'status', text: ({ status }) => status },
  {
    heading: 'trainings',
    align: 'right',
    text: ({ trainingsDone, trainingsTotal }) => `${trainingsDone}/${trainingsTotal}`,
  },
  { heading: 'created', text: ({ createdAt }) => moment(createdAt) },
  { heading: 'network', text: ({ settings }) => settings.architecture.id },
  { heading: 'dataset', text: ({ settings }) => settings.dataset.id },
];

export function runsCommand(output: Output): Command {
  return new Command('runs')
    .description('List the saved searches, newest first.')
    .addOption(dataDirOption())
    .option('--json', 'as JSON')
    .action((options: { dataDir?: string; json?: true }) => {
      const workbench = Workbench.open(options.dataDir);
      try {
        const searches = workbench.searches();
        if (options.json) output.result(JSON.stringify(searches, null, 2));
        else if (searches.length === 0)
          output.note('No searches yet. Start one with: ticket search');
        else output.result(table(COLUMNS, searches));
      } finally {
        workbench.close();
      }
    });
}
