import { Command, Option } from 'commander';
import { WorkbenchError } from '../../../../shared/contract/errors.ts';
import type { AnalysisRecord } from '../../../../shared/domain/analysis.ts';
import type { SearchRecord } from '../../../../shared/domain/search.ts';
import { readableData } from '../../../../shared/domain/readable-data.ts';
import { reportOf } from '../../../workbench/exports/analysis-results.ts';
import {
  analysisFromAssignments,
  analysisIds,
} from '../../../workbench/analyses/analysis-input.ts';
import { catalog } from '../../../workbench/settings/catalog.ts';
import { Workbench } from '../../../workbench/workbench.ts';
import { describeReport } from '../analysis-report.ts';
import { moment } from '../format.ts';
import { dataDirOption, workersOption } from '../options.ts';
import type { Output } from '../output.ts';
import { followInTerminal, type RunOptions } from '../run-in-terminal.ts';
import { table } from '../table.ts';

interface AnalyseOptions extends RunOptions {
  readonly what?: string;
  readonly set: readonly string[];
  readonly dataDir?: string;
}

export function analyseCommand(output: Output): Command {
  return new Command('analyse')
    .description('Analyse a finished search. Without --what, list its analyses.')
    .argument('<id>', 'id of the search, or its beginning')
    .addOption(new Option('--what <analysis>', 'which analysis').choices(analysisIds()))
    .option(
      '--set <name=value>',
      'setting of the analysis, such as levels=0,3; repeatable',
      (assignment: string, earlier: readonly string[]) => [...earlier, assignment],
      [],
    )
    .addOption(dataDirOption())
    .addOption(workersOption())
    .option('--json', 'print events as JSON lines; the last one holds the results')
    .option('--quiet', 'print only the results')
    .addHelpText('after', () => `\n${describeAnalyses()}`)
    .action(async (id: string, options: AnalyseOptions) => {
      const workbench = Workbench.open(options.dataDir);
      try {
        const search = workbench.history.get(id);
        if (options.what === undefined) list(workbench, search, options, output);
        else await analyse(workbench, search, options.what, options, output);
      } finally {
        workbench.close();
      }
    });
}

async function analyse(
  workbench: Workbench,
  search: SearchRecord,
  what: string,
  options: AnalyseOptions,
  output: Output,
): Promise<void> {
  const choice = analysisFromAssignments(what, options.set);
  if (search.status !== 'finished') {
    throw new WorkbenchError(
      'conflict',
      `the search ${search.id} is ${search.status}: an analysis needs all of its trainings`,
      `Run "ticket resume ${search.id}" first.`,
    );
  }
  const record = await workbench.analyses.request(search.id, choice);
  if (record.finishedAt === undefined) {
    await followInTerminal(workbench, search.id, options, output);
  }
  const results = workbench.analyses.results(search.id, record.id).map(({ result }) => result);
  output.result(
    options.json
      ? JSON.stringify({ type: 'analysis', id: search.id, choice, results: readableData(results) })
      : describeReport(reportOf(choice.id, results, { name: search.name })),
  );
}

function list(
  workbench: Workbench,
  search: SearchRecord,
  options: AnalyseOptions,
  output: Output,
): void {
  const records = workbench.analyses.list(search.id);
  if (options.json) {
    output.result(JSON.stringify(records, null, 2));
    return;
  }
  output.result(
    records.length === 0
      ? `The search ${search.id} has no analyses. Available are ${analysisIds().join(', ')}; see "ticket analyse --help".`
      : table<AnalysisRecord>(
          [
            { heading: 'number', align: 'right', text: ({ id }) => String(id) },
            { heading: 'analysis', text: ({ choice }) => choice.id },
            { heading: 'settings', text: ({ choice }) => settingsText(choice) },
            {
              heading: 'done',
              align: 'right',
              text: ({ unitsDone, unitsTotal }) => `${unitsDone}/${unitsTotal}`,
            },
            { heading: 'requested', text: ({ requestedAt }) => moment(requestedAt) },
          ],
          records,
        ),
  );
}

function settingsText({ id: _id, ...settings }: AnalysisRecord['choice']): string {
  return Object.entries(settings)
    .map(([name, value]) => `${name}=${Array.isArray(value) ? value.join(',') : String(value)}`)
    .join(' ');
}

function describeAnalyses(): string {
  const entries = catalog().analyses.map(({ id, description, settings }) => {
    const lines = Object.entries(settings.properties ?? {}).map(
      ([name, { default: initial, description: help }]) =>
        `      ${name}${initial === undefined ? '' : ` (${JSON.stringify(initial)})`}: ${help ?? ''}`,
    );
    return [`  ${id}: ${description}`, ...lines].join('\n');
  });
  return ['Analyses, with their settings (defaults in parentheses):', ...entries].join('\n');
}
