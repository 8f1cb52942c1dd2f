import { Command, Option } from 'commander';
import { amount } from '../../../../shared/amount.ts';
import type { HistoryExport } from '../../../../shared/contract/calls.ts';
import type { SearchRecord } from '../../../../shared/domain/search.ts';
import type { SweepRow } from '../../../../shared/contract/records/sweeps.ts';
import { Workbench } from '../../../workbench/workbench.ts';
import { moment, shortName } from '../format.ts';
import {
  COMPARED_AT,
  type HistoryOptions,
  historyQuery,
  historyReport,
  isAsked,
} from '../history-report.ts';
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
    .option(
      '--filter <text>',
      'only searches that match: words, "exact text", lr>0.001, strategy=snip, -tag=old',
    )
    .option('--columns <names>', 'comma-separated columns, or paths of settings')
    .option('--sort <column>', 'ascending by this column; descending with "-" before it')
    .option('--baseline <search>', 'also show the difference from this search')
    .addOption(
      new Option('--compared-at <where>', 'where differences are taken').choices(COMPARED_AT),
    )
    .addOption(new Option('--csv', 'print CSV').conflicts(['json', 'csvSpreadsheet']))
    .addOption(
      new Option('--csv-spreadsheet', 'print CSV whose texts no spreadsheet runs').conflicts(
        'json',
      ),
    )
    .option('--json', 'print JSON')
    .action(async (options: HistoryOptions & { dataDir?: string; json?: true }) => {
      const workbench = Workbench.open(options.dataDir);
      try {
        if (isAsked(options)) {
          await printAsked(workbench, options, output);
          return;
        }
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

/** Searches of earlier versions have no effect sizes. They are computed once, where they are asked for. */
async function computeEffects(
  workbench: Workbench,
  query: HistoryExport,
  output: Output,
): Promise<void> {
  const { missingEffects } = workbench.historyTables;
  missingEffects.onDamaged = (id, { message }) => {
    output.note(`The search ${id} has no effect size: ${message}`);
  };
  const missing = missingEffects.ofTable(query);
  if (missing.length > 0) {
    const searches = amount(
      missing.length,
      'search of an earlier version',
      'searches of an earlier version',
    );
    output.note(`Computing the effect sizes of ${searches}, once.`);
  }
  for (const [index, id] of missing.entries()) {
    output.status(`effect sizes: ${index} of ${missing.length}`);
    await missingEffects.compute(id);
  }
}

async function printAsked(
  workbench: Workbench,
  options: HistoryOptions & { json?: true },
  output: Output,
): Promise<void> {
  const query = historyQuery(workbench, options);
  await computeEffects(workbench, query, output);
  if (options.csv || options.csvSpreadsheet) {
    // Lines end as those of the terminal, which writes the last one itself.
    output.result(workbench.history.csv(query).replaceAll('\r\n', '\n').trimEnd());
    return;
  }
  const found = workbench.history.rows(query);
  if (options.json) {
    const searches = found.map(({ row }) => workbench.history.get(row.id));
    output.result(JSON.stringify(searches, null, 2));
  } else if (found.length === 0) output.note('No search matches.');
  else output.result(historyReport(workbench, query));
}
