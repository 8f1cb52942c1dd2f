import { Command, Option } from 'commander';
import { WorkbenchError } from '../../../../shared/contract/errors.ts';
import type { AnalysisRecord } from '../../../../shared/domain/analysis.ts';
import type { SearchRecord } from '../../../../shared/domain/search.ts';
import {
  analysisFromAssignments,
  analysisIds,
} from '../../../workbench/planning/analysis-input.ts';
import { catalog } from '../../../workbench/settings/catalog.ts';
import { Workbench } from '../../../workbench/workbench.ts';
import { describeAnalysis } from '../analysis-report.ts';
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
    .description('Find out more about a finished search; without --what, list what is known.')
    .argument('<id>', 'the search, or the beginning of its id')
    .addOption(new Option('--what <analysis>', 'which analysis').choices(analysisIds()))
    .option(
      '--set <name=value>',
      'one setting of the analysis, such as levels=0,3; may be repeated',
      (assignment: string, earlier: readonly string[]) => [...earlier, assignment],
      [],
    )
    .addOption(dataDirOption())
    .addOption(workersOption())
    .option('--json', 'one JSON event a line on stdout, the last one the results')
    .option('--quiet', 'nothing but the results')
    .addHelpText('after', () => `\n${describeAnalyses()}`)
    .action(async (id: string, options: AnalyseOptions) => {
      const workbench = Workbench.open(options.dataDir);
      try {
        const search = workbench.find(id);
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
  const record = await workbench.requestAnalysis(search.id, choice);
  if (record.finishedAt === undefined) {
    await followInTerminal(workbench, search.id, options, output);
  }
  const results = workbench.analysisResults(search.id, record.id).map(({ result }) => result);
  output.result(
    options.json
      ? JSON.stringify({ type: 'analysis', id: search.id, choice, results }, plainArrays)
      : describeAnalysis(results),
  );
}

function list(
  workbench: Workbench,
  search: SearchRecord,
  options: AnalyseOptions,
  output: Output,
): void {
  const records = workbench.analyses(search.id);
  if (options.json) {
    output.result(JSON.stringify(records, null, 2));
    return;
  }
  output.result(
    records.length === 0
      ? `The search ${search.id} has no analyses. Possible are ${analysisIds().join(', ')}; see "ticket analyse --help".`
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
            { heading: 'asked for', text: ({ requestedAt }) => moment(requestedAt) },
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

/** Typed arrays as lists. */
function plainArrays(_key: string, value: unknown): unknown {
  return ArrayBuffer.isView(value) ? Array.from(value as Float64Array) : value;
}

function describeAnalyses(): string {
  const entries = catalog().analyses.map(({ id, description, settings }) => {
    const lines = Object.entries(settings.properties ?? {}).map(
      ([name, { default: initial, description: help }]) =>
        `      ${name}${initial === undefined ? '' : ` (${JSON.stringify(initial)})`}: ${help ?? ''}`,
    );
    return [`  ${id}: ${description}`, ...lines].join('\n');
  });
  return ['Analyses, with their settings (defaults in brackets):', ...entries].join('\n');
}
