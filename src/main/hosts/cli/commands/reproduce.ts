import { Command, InvalidArgumentError } from 'commander';
import { amount } from '../../../../shared/amount.ts';
import { WorkbenchError } from '../../../../shared/contract/errors.ts';
import type {
  ReproductionOverview,
  ReproductionSize,
} from '../../../../shared/contract/records/reproductions.ts';
import {
  CLAIM_NOTE,
  type ClaimRow,
  claimRows,
  describeOutcomes,
  FEWER_REPLICATES,
} from '../../../../shared/published/claim-table.ts';
import type { JudgedClaim } from '../../../../shared/published/claims.ts';
import { type PublishedFigure, publishedFigures } from '../../../../shared/published/figures.ts';
import { publishedFiles } from '../../../workbench/published/files.ts';
import { reproducible } from '../../../workbench/reproduction/experiments.ts';
import {
  checkReport,
  reportFolder,
  rewriteReport,
} from '../../../workbench/reproduction/report.ts';
import type { SavedRun } from '../../../workbench/reproduction/reproductions.ts';
import { Workbench } from '../../../workbench/workbench.ts';
import { dataDirOption, userPath, wholeNumber, workersOption } from '../options.ts';
import type { Output } from '../output.ts';
import { provideTensorFlow } from '../provide-tensorflow.ts';
import { followInTerminal, type RunOptions } from '../run-in-terminal.ts';
import { describeEstimate } from '../search-report.ts';
import { followSweepInTerminal } from '../sweep-report.ts';
import { table } from '../table.ts';

interface ReproduceOptions extends RunOptions, ReproductionSize {
  readonly list?: true;
  readonly measure?: true;
  readonly out?: string;
  readonly check?: string;
  readonly rewrite?: string;
  readonly figures?: true;
  readonly dataDir?: string;
}

export function reproduceCommand(output: Output): Command {
  return new Command('reproduce')
    .description(
      'Run a published experiment as saved searches, and compare what comes out with what was published, claim by claim.',
    )
    .argument('[name]', 'which one, as --list names it')
    .option('--list', 'list what can be reproduced, with its cost on this machine')
    .option('--measure', 'with --list: train a few steps to estimate what is not known')
    .option(
      '--scale <fraction>',
      'shorten every training to this fraction of its length, such as 0.1',
      fraction,
      1,
    )
    .option(
      '--replicates <n>',
      'train at most this many replicates, such as 1; by default as many as the preset has',
      (text) => wholeNumber(text, 1),
    )
    .option(
      '--out <folder>',
      'write a report with figures there; by default reproduce-NAME',
      userPath,
    )
    .option('--check <folder>', 'derive the table of a report from its summary again', userPath)
    .option(
      '--rewrite <folder>',
      'write report and figures again, from the summary in the folder',
      userPath,
    )
    .option('--figures', 'list all published figures, with their sources')
    .addOption(dataDirOption())
    .addOption(workersOption())
    .option('--json', 'print events as JSON lines; the last one is the table of claims')
    .option('--quiet', 'print only the result')
    .action(async (name: string | undefined, options: ReproduceOptions) => {
      if (options.check !== undefined) {
        check(options.check, options, output);
        return;
      }
      if (options.rewrite !== undefined) {
        await rewriteReport(options.rewrite);
        output.note(`Wrote the report in ${options.rewrite} again.`);
        return;
      }
      if (options.figures) {
        output.result(
          options.json
            ? JSON.stringify(publishedFiles(), null, 2)
            : publishedFigures(publishedFiles()).map(describeFigure).join('\n'),
        );
        return;
      }
      const workbench = Workbench.open(options.dataDir);
      try {
        if (options.list || name === undefined) {
          await list(workbench, name, options, output);
        } else {
          await reproduce(workbench, name, options, output);
        }
      } finally {
        workbench.close();
      }
    });
}

async function list(
  { reproductions }: Workbench,
  name: string | undefined,
  { scale, replicates, workers, measure, json }: ReproduceOptions,
  output: Output,
): Promise<void> {
  const size = { scale, replicates };
  let all =
    name === undefined
      ? await reproductions.list(size, workers)
      : [await reproductions.get(name, size, workers)];
  if (measure) {
    const measured: ReproductionOverview[] = [];
    for (const each of all) {
      const isKnown = !each.cost || each.cost.estimate !== undefined;
      measured.push(isKnown ? each : await reproductions.calibrate(each.name, each, workers));
    }
    all = measured;
  }
  output.result(json ? JSON.stringify(all, null, 2) : all.map(describeOverview).join('\n\n'));
}

function describeOverview(overview: ReproductionOverview): string {
  const { name, title, description, papers, runs, claims, cost, problem, scaledTo } = overview;
  const done = runs.reduce((sum, { trainingsDone }) => sum + trainingsDone, 0);
  return [
    `${name}: ${title}${scaledTo === undefined ? '' : ` (scaled: ${scaledTo})`}`,
    `  ${description}`,
    ...papers.map((paper) => `  ${paper}`),
    `  ${describeOutcomes(claims)}`,
    ...(cost
      ? [
          `  ${amount(cost.trainingsToRun, 'training')}, ${amount(cost.iterationsToRun, 'iteration')}${done === 0 ? '' : `; ${amount(done, 'training')} done`}`,
          `  ${cost.estimate ? describeEstimate(cost.estimate) : 'How long it takes is not known: nothing similar has run here. --measure trains a few steps to find out.'}`,
        ]
      : []),
    ...(problem ? [`  Can't run now: ${problem.message}. ${problem.hint ?? ''}`.trimEnd()] : []),
  ].join('\n');
}

function describeFigure({
  experiment,
  label,
  values,
  source,
  notes,
  shownIn,
}: PublishedFigure): string {
  return [
    `${experiment}: ${label}`,
    ...[...values, source, ...notes, shownIn].map((line) => `  ${line}`),
  ].join('\n');
}

async function reproduce(
  workbench: Workbench,
  name: string,
  options: ReproduceOptions,
  output: Output,
): Promise<void> {
  const { reproductions } = workbench;
  const { workers, quiet, json } = options;
  const { scale, replicates, scaledTo, cost } = await reproductions.get(name, options, workers);
  const size = { scale, replicates };
  const folder = options.out ?? reportFolder(name, size);
  if (!quiet) {
    if (scaledTo !== undefined) output.note(`Scaled down: ${scaledTo}.`);
    if (cost?.estimate) output.note(`${describeEstimate(cost.estimate)}.`);
  }
  // Before the searches are saved.
  await provideTensorFlow(() => reproductions.tensorflowNeeds(name, size));
  const runs = await reproductions.ensureSaved(name, size);
  for (const run of runs) await follow(workbench, run, again(name, size), options, output);
  const claims = await reproductions.writeReport(folder, name, size);
  output.result(
    json
      ? JSON.stringify({ type: 'claims', name, ...size, scaledTo, claims })
      : describeClaims(name, claims, size, scaledTo),
  );
  output.note(`Wrote the report into ${folder}.`);
}

async function follow(
  workbench: Workbench,
  { run, sweepId, searches }: SavedRun,
  command: string,
  options: RunOptions,
  output: Output,
): Promise<void> {
  if (searches.every(({ status }) => status === 'finished')) {
    if (!options.quiet) output.note(`${run.label}: finished before.`);
    return;
  }
  try {
    if (sweepId === undefined) await followInTerminal(workbench, searches[0].id, options, output);
    else await followSweepInTerminal(workbench, sweepId, options, output);
  } catch (error) {
    if (!(error instanceof WorkbenchError) || error.code !== 'interrupted') throw error;
    throw new WorkbenchError('interrupted', error.message, `Continue with: ${command}`);
  }
}

function again(name: string, { scale, replicates }: ReproductionSize): string {
  const scaled = scale === 1 ? '' : ` --scale ${scale}`;
  const few = replicates === undefined ? '' : ` --replicates ${replicates}`;
  return `ticket reproduce ${name}${scaled}${few}`;
}

function describeClaims(
  name: string,
  claims: readonly JudgedClaim[],
  { scale, replicates }: ReproductionSize,
  scaledTo: string | undefined,
): string {
  const isAsLong = scale === 1 && reproducible(name).reproduction.scaledDown === undefined;
  const decidesNothing = isAsLong ? [] : ['This decides nothing about the published trainings.'];
  const few = replicates === undefined ? [] : [FEWER_REPLICATES];
  const rows = claimRows(claims);
  return [
    table<ClaimRow>(
      [
        { heading: 'claim', text: ({ claim }) => claim },
        { heading: 'density', align: 'right', text: ({ density }) => density },
        { heading: 'published', text: ({ published }) => published },
        { heading: 'here', text: ({ here }) => here },
        { heading: 'outcome', text: ({ outcome }) => outcome },
      ],
      rows,
    ),
    '',
    `${describeOutcomes(claims)}.`,
    CLAIM_NOTE,
    ...(scaledTo === undefined
      ? []
      : ['', [`Scaled down: ${scaledTo}.`, ...decidesNothing, ...few].join(' ')]),
  ].join('\n');
}

/** @throws WorkbenchError `invalid-data` if the report says otherwise than its summary. */
function check(folder: string, { json }: ReproduceOptions, output: Output): void {
  const { summary, claims, differences } = checkReport(folder);
  const { name, scale, replicates } = summary;
  const size = { scale, replicates };
  const { scaledDown } = reproducible(name).reproduction;
  const scaledTo = [
    ...(scaledDown === undefined ? [] : [scaledDown]),
    ...(scale === 1 ? [] : [`${scale} of the length of every training`]),
    ...(replicates === undefined ? [] : [amount(replicates, 'replicate')]),
  ];
  output.result(
    json
      ? JSON.stringify({ type: 'claims', name, ...size, claims, differences })
      : describeClaims(name, claims, size, scaledTo.length === 0 ? undefined : scaledTo.join(', ')),
  );
  if (differences.length === 0) {
    output.note('The report says what its summary says.');
    return;
  }
  throw new WorkbenchError(
    'invalid-data',
    `the report says otherwise than its summary:\n${differences.join('\n')}`,
    `Write it again with: ticket reproduce --rewrite ${folder}`,
  );
}

function fraction(text: string): number {
  const value = Number(text);
  if (text.trim() !== '' && value > 0 && value <= 1) return value;
  throw new InvalidArgumentError('expected a fraction above 0 and at most 1');
}
