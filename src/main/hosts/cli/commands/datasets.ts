import { Command } from 'commander';
import { datasetOverview, type DatasetOverview } from '../../../workbench/datasets.ts';
import type { Output } from '../output.ts';
import { type Column, table } from '../table.ts';

const COLUMNS: readonly Column<DatasetOverview>[] = [
  { heading: 'id', text: ({ id }) => id },
  { heading: 'train', align: 'right', text: ({ summary }) => String(summary?.trainExamples ?? '') },
  { heading: 'test', align: 'right', text: ({ summary }) => String(summary?.testExamples ?? '') },
  { heading: 'example', text: ({ summary }) => summary?.shape.join(' × ') ?? '' },
  { heading: 'classes', align: 'right', text: ({ summary }) => String(summary?.classes ?? '') },
  { heading: 'what it is', text: ({ description }) => description },
];

export function datasetsCommand(output: Output): Command {
  return new Command('datasets')
    .description('List the datasets there are, with their sizes.')
    .option('--json', 'as JSON')
    .action(async (options: { json?: true }) => {
      const overview = await datasetOverview();
      output.result(options.json ? JSON.stringify(overview, null, 2) : table(COLUMNS, overview));
    });
}
