import { Command } from 'commander';
import type { SearchRecord } from '../../../../shared/domain/search.ts';
import type { SweepRow } from '../../../../shared/contract/records/sweeps.ts';
import { Workbench } from '../../../workbench/workbench.ts';
import { moment, shortName } from '../format.ts';
import { dataDirOption } from '../options.ts';
import type { Output } from '../output.ts';
import { type Column, table } from '../table.ts';

type Row = SearchRecord & { readonly sweep: string | undefined };

const COLUMNS: readonly Column<Row>[] = [
  { heading: 'id', text: ({ id }) => id },
  { heading: 'name', text: ({ name }) => shortName(name) },
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

const SWEEP_COLUMN: Column<Row> = { heading: 'sweep', text: ({ sweep }) => sweep ?? '' };

const SWEEP_COLUMNS: readonly Column<SweepRow>[] = [
  { heading: 'sweep', text: ({ id }) => id },
  { heading: 'name', text: ({ name }) => shortName(name) },
  { heading: 'state', text: ({ state }) => state },
  {
    heading: 'searches',
    align: 'right',
    text: ({ finishedPoints, points }) => `${finishedPoints}/${points}`,
  },
  {
    heading: 'trainings',
    align: 'right',
    text: ({ trainingsDone, trainingsTotal }) => `${trainingsDone}/${trainingsTotal}`,
  },
  { heading: 'created', text: ({ createdAt }) => moment(createdAt) },
  { heading: 'over', text: ({ paths }) => paths.join(', ') },
];

export function runsCommand(output: Output): Command {
  return new Command('runs')
    .description('List the saved searches and sweeps, newest first.')
    .addOption(dataDirOption())
    .option('--json', 'print JSON')
    .action((options: { dataDir?: string; json?: true }) => {
      const workbench = Workbench.open(options.dataDir);
      try {
        const searches = workbench.history
          .list()
          .map((search): Row => ({ ...search, sweep: workbench.history.sweepOf(search.id) }));
        const sweeps = workbench.history.sweeps();
        const damaged = workbench.history.damaged();
        if (options.json) output.result(JSON.stringify(searches, null, 2));
        else if (searches.length + damaged.length === 0)
          output.note('No searches yet. Start one with: ticket search');
        else {
          const isSwept = sweeps.length > 0;
          if (isSwept) output.result(`${table(SWEEP_COLUMNS, sweeps)}\n`);
          output.result(table(isSwept ? [...COLUMNS, SWEEP_COLUMN] : COLUMNS, searches));
        }
        for (const { id, name, problem } of damaged) {
          output.note(
            `The search ${id} (${shortName(name)}) is damaged: ${problem}. "ticket doctor --deep" says whether it can be healed; "ticket delete ${id}" deletes it.`,
          );
        }
      } finally {
        workbench.close();
      }
    });
}
